// SHA-256 (FIPS 180-4) over a Blob in slices: works without https and never holds a whole video.
const SLICE = 1 << 20;
const PRIMES = primes(64);
const START = new Int32Array(PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime))));
const ROUND = new Int32Array(PRIMES.map((prime) => fraction(Math.cbrt(prime))));

function primes(count) {
  const found = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime)) found.push(candidate);
  }
  return found;
}

function fraction(root) {
  return ((root - Math.floor(root)) * 2 ** 32) >>> 0;
}

const turn = (word, by) => (word >>> by) | (word << (32 - by));

function blocks(state, bytes, words) {
  for (let offset = 0; offset + 64 <= bytes.length; offset += 64) {
    for (let i = 0, at = offset; i < 16; i += 1, at += 4) {
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const near = words[i - 15];
      const far = words[i - 2];
      const small = turn(near, 7) ^ turn(near, 18) ^ (near >>> 3);
      const large = turn(far, 17) ^ turn(far, 19) ^ (far >>> 10);
      words[i] = words[i - 16] + small + words[i - 7] + large;
    }
    mix(state, words);
  }
}

function mix(state, words) {
  let a = state[0] | 0, b = state[1] | 0, c = state[2] | 0, d = state[3] | 0;
  let e = state[4] | 0, f = state[5] | 0, g = state[6] | 0, h = state[7] | 0;
  for (let i = 0; i < 64; i += 1) {
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function ending(rest, total) {
  const padded = new Uint8Array(rest.length + 9 <= 64 ? 64 : 128);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(total / 2 ** 29));
  view.setUint32(padded.length - 4, (total * 8) >>> 0);
  return padded;
}

// The hexadecimal hash of a Blob; `onPart(done)` hears the share 0–1 that is done.
export async function sha256(blob, onPart = () => {}) {
  const state = new Int32Array(START);
  const words = new Int32Array(64);
  const whole = blob.size - (blob.size % 64);
  for (let offset = 0; offset < whole; offset += SLICE) {
    const slice = blob.slice(offset, Math.min(offset + SLICE, whole));
    blocks(state, new Uint8Array(await slice.arrayBuffer()), words);
    onPart((offset + slice.size) / blob.size);
  }
  const rest = new Uint8Array(await blob.slice(whole).arrayBuffer());
  blocks(state, ending(rest, blob.size), words);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
