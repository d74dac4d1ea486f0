// What this device keeps until the server has it: records and photos, in IndexedDB.
// Every entry carries its owner: another person on the same device neither sees nor sends it.
const NAME = "lange-field";
const VERSION = 1;
const STORES = ["records", "photos"];

let opened = null;

export const owner = document.body.dataset.user ?? "";

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store, { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

async function run(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const put = (store, value) => run(store, "readwrite", (rows) => rows.put({ ...value, owner }));
export const get = (store, id) => run(store, "readonly", (rows) => rows.get(id)).then((row) => (row?.owner === owner ? row : undefined));
export const remove = (store, id) => run(store, "readwrite", (rows) => rows.delete(id));

export async function all(store) {
  const rows = await run(store, "readonly", (entries) => entries.getAll());
  return rows.filter((row) => row.owner === owner).sort((a, b) => a.createdAt - b.createdAt);
}

export async function change(store, id, changes) {
  const row = await get(store, id);
  if (row) await put(store, { ...row, ...changes });
  return row && { ...row, ...changes };
}

export async function works() {
  if (!owner || !("indexedDB" in window)) return false;
  try {
    await open();
    return true;
  } catch {
    return false;
  }
}

// Browsers may clear site data they think nobody needs; ask to be spared.
export function stay() {
  navigator.storage?.persist?.().catch(() => false);
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
