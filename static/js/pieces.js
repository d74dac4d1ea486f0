// Large files in pieces: what the server already has is not sent again, not after a lost signal
// and not after the page was closed. Answers as a request in one piece does: {status, text, url}.
export const FROM_BYTES = 4_000_000;
const SMALLEST = 64 * 1024;
const FIRST = 512 * 1024;
const TRIES = 4;
const REST_MS = 1500;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function ask(method, url, { body, token, onProgress } = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "text";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    if (body instanceof Blob) request.setRequestHeader("Content-Type", "application/octet-stream");
    if (onProgress) request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => resolve({ status: request.status, text: request.responseText, url: request.responseURL });
    request.onerror = request.onabort = request.ontimeout = () => resolve({ status: 0, text: "", url: "" });
    request.send(body);
  });
}

function read(answer) {
  try {
    return JSON.parse(answer.text);
  } catch {
    return null;
  }
}

const isGood = ({ status }) => status >= 200 && status < 300;
const mayPass = ({ status }) => status === 0 || status === 429 || status >= 500;

function announcement(photo) {
  const form = new FormData();
  const fields = {
    client_id: photo.id,
    size: photo.size,
    sha256: photo.sha256,
    purpose: photo.purpose,
    name: photo.name,
    device_at: photo.deviceAt,
    ...(photo.fix ?? {}),
  };
  for (const [name, value] of Object.entries(fields)) if (value || value === 0) form.append(name, value);
  return form;
}

// One piece after the other, smaller ones while the signal is bad, larger ones while it is good.
async function sendRest(photo, url, standing, tools) {
  let { received } = standing;
  let step = FIRST;
  let failures = 0;
  while (received < photo.size) {
    const piece = photo.blob.slice(received, Math.min(received + step, photo.size), "");
    const from = received;
    const onProgress = (loaded) => tools.onProgress((from + loaded) / photo.size);
    const answer = await ask("PUT", `${url}?offset=${received}`, { ...tools, body: piece, onProgress });
    const said = read(answer);
    const known = said?.received ?? said?.errors?.received;
    if (isGood(answer) && !said) return answer; // a log-in page
    if ((isGood(answer) || answer.status === 409) && known !== undefined && Number(known) !== received) {
      received = Number(known);
      failures = 0;
      step = Math.min(step * 2, standing.piece);
      tools.onProgress(received / photo.size);
      continue;
    }
    failures += 1;
    if (!mayPass(answer) || failures >= TRIES || !navigator.onLine) return answer;
    step = Math.max(SMALLEST, Math.floor(step / 2));
    await pause(REST_MS * failures);
  }
  return null;
}

// `tools`: token() for the form key, onProgress(share 0–1).
export async function sendInPieces(photo, tools) {
  const base = `${photo.url}pieces/`;
  const begun = await ask("POST", base, { ...tools, onProgress: null, body: announcement(photo) });
  const standing = read(begun);
  if (!isGood(begun) || !standing) return begun;
  tools.onProgress(standing.received / photo.size);
  const url = `${base}${photo.id}/`;
  const broken = standing.done ? null : await sendRest(photo, url, standing, tools);
  return broken ?? ask("POST", `${url}complete/`, { ...tools, onProgress: null });
}

// Whether that arrives does not matter: the server sweeps what nobody goes on with.
export function giveUp(photo, token) {
  return ask("DELETE", `${photo.url}pieces/${photo.id}/`, { token });
}
