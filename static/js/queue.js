// Sends records and photos, keeps them on the device until the server has confirmed each one,
// and says only what is true: "已到服务器" follows the server's own answer, hash by hash.
import * as shelf from "./shelf.js";
import { FROM_BYTES, giveUp, sendInPieces } from "./pieces.js";
import { drawQueue } from "./waiting.js";

const EVERY_MS = 60_000;
const KEEP_SENT = 30;
const LOGIN = "登录已过期，请重新登录；内容仍在本机。";
const NO_NETWORK = "没有信号，内容已存在本机，有信号后自动上传。";
const JSON_HEADERS = { Accept: "application/json" };

let running = null;
let again = false;

function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

// --- one photo ----------------------------------------------------------------------------------

function photoForm(photo) {
  const form = new FormData();
  const fields = {
    client_id: photo.id,
    sha256: photo.sha256,
    purpose: photo.purpose,
    device_at: photo.deviceAt,
    ...(photo.fix ?? {}),
  };
  for (const [name, value] of Object.entries(fields)) if (value || value === 0) form.append(name, value);
  form.append("file", photo.blob, photo.name);
  return form;
}

function upload(photo) {
  const onProgress = (progress) => tell("photo", { id: photo.id, progress });
  if (photo.size >= FROM_BYTES && photo.sha256) return sendInPieces(photo, { token, onProgress });
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", photo.url);
    request.responseType = "text";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => resolve({ status: request.status, text: request.responseText, url: request.responseURL });
    request.onerror = request.onabort = () => resolve({ status: 0, text: "", url: "" });
    request.send(photoForm(photo));
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function photoVerdict(photo, answer) {
  const said = read(answer.text);
  if (answer.status === 200 || answer.status === 201) {
    if (!said) return { state: "wait", error: LOGIN };
    const same = !photo.sha256 || !said.sha256 || said.sha256 === photo.sha256;
    return same ? { state: "sent", error: "", sha256: said.sha256 ?? photo.sha256 } : { state: "fail", error: "服务器收到的照片不完整，请重试。" };
  }
  return trouble(answer.status, said);
}

function trouble(status, said) {
  if (status === 0) return { state: "wait", error: navigator.onLine ? "没有连上服务器，稍后自动重试。" : NO_NETWORK };
  if (status === 401 || (status === 403 && (!said || said.code === "csrf"))) return { state: "wait", error: LOGIN };
  if (status === 429 || status >= 500) return { state: "wait", error: "服务器忙，稍后自动重试。" };
  return { state: "fail", error: said?.detail ?? `服务器没有接受（${status}）。` };
}

export async function sendPhoto(id) {
  const photo = await shelf.get("photos", id);
  if (!photo || photo.state === "sent") return photo;
  tell("photo", { id, state: "sending", progress: 0 });
  const verdict = photoVerdict(photo, await upload(photo));
  const changed = await shelf.change("photos", id, verdict);
  tell("photo", { id, ...verdict });
  return changed;
}

// Takes a file off the device; what the server holds of an unfinished large one goes too.
export async function dropPhoto(id) {
  const photo = await shelf.get("photos", id);
  await shelf.remove("photos", id);
  if (photo && photo.size >= FROM_BYTES && photo.state !== "sent") await giveUp(photo, token);
}

// --- one record ---------------------------------------------------------------------------------

function recordForm(record) {
  const form = new FormData();
  for (const [name, value] of record.fields) form.append(name, value);
  return form;
}

async function post(record) {
  try {
    return await fetch(record.action, {
      method: "POST",
      body: recordForm(record),
      headers: { ...JSON_HEADERS, "X-CSRFToken": token() },
      credentials: "same-origin",
    });
  } catch {
    return null;
  }
}

async function recordVerdict(answer) {
  if (!answer) return trouble(0);
  const said = read(await answer.text());
  if (answer.ok && said?.client_id) return { state: "sent", error: "", receipt: said, sentAt: Date.now() };
  if (answer.ok && answer.redirected && !answer.url.includes("/login/")) {
    return { state: "sent", error: "", receipt: { url: answer.url, expected: 0, arrived: 0, missing: [] }, sentAt: Date.now() };
  }
  if (answer.ok) return { state: "wait", error: LOGIN };
  return { ...trouble(answer.status, said), errors: said?.errors };
}

async function sendPhotos(record) {
  let held = false;
  for (const id of record.photos) {
    const photo = await sendPhoto(id);
    if (photo && photo.state === "wait") held = true;
    if (held) break;
  }
  return !held;
}

async function sendRecord(record) {
  if (!(await sendPhotos(record))) {
    const first = (await Promise.all(record.photos.map((id) => shelf.get("photos", id)))).find((photo) => photo?.error);
    await shelf.change("records", record.id, { state: "wait", error: first?.error ?? NO_NETWORK });
    return;
  }
  const verdict = await recordVerdict(await post(record));
  await shelf.change("records", record.id, verdict);
  if (verdict.state === "sent") await cleanUp(record, verdict.receipt);
  tell("record", { id: record.id, ...verdict });
}

// A photo leaves the device only when the server has it; one that was refused stays to be seen.
async function cleanUp(record, receipt) {
  const missing = new Set(receipt.missing);
  for (const id of record.photos) {
    if (!missing.has(id)) await shelf.remove("photos", id);
  }
  const sent = (await shelf.all("records")).filter((row) => row.state === "sent");
  for (const row of sent.slice(0, Math.max(0, sent.length - KEEP_SENT))) await shelf.remove("records", row.id);
}

// --- the queue ----------------------------------------------------------------------------------

const isOpen = (record) => record.state !== "sent" || record.receipt?.missing?.length;

async function pass(only) {
  for (const record of await shelf.all("records")) {
    const wanted = only ? record.id === only : record.state === "wait";
    if (wanted && isOpen(record)) {
      await sendRecord(record);
      await announce({ sending: true });
    }
  }
}

// One pass at a time in all tabs; a second wish while one runs makes one more pass.
export async function flush(only = "") {
  if (!(await shelf.works())) return;
  if (running && !only) {
    again = true;
    await running;
    return;
  }
  await running;
  const turn = () => announce({ sending: true }).then(() => pass(only));
  running = navigator.locks ? navigator.locks.request("lange-queue", turn) : turn();
  try {
    await running;
  } finally {
    running = null;
    await announce({ sending: false });
  }
  if (again) {
    again = false;
    await flush();
  }
}

export async function announce({ sending }) {
  const records = await shelf.all("records");
  const failed = records.filter((record) => record.state === "fail" || (record.state === "sent" && isOpen(record))).length;
  const waiting = records.filter((record) => record.state === "wait").length;
  const detail = { waiting, failed, sending: sending && waiting > 0 };
  document.dispatchEvent(new CustomEvent("queue", { detail }));
  return detail;
}

function tell(what, detail) {
  document.dispatchEvent(new CustomEvent(`queue:${what}`, { detail }));
}

export async function enqueue(record) {
  await shelf.put("records", { state: "wait", error: "", createdAt: Date.now(), ...record });
  shelf.stay();
  await announce({ sending: false });
}

export async function discard(id) {
  const record = await shelf.get("records", id);
  for (const photo of record?.photos ?? []) await dropPhoto(photo);
  await shelf.remove("records", id);
  await announce({ sending: false });
}

// --- leaving ------------------------------------------------------------------------------------

// Signing out with unsent records: they stay on the device, bound to this person; say so first.
function watchLeaving() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.action?.endsWith("/logout/") || form.dataset.confirm) return;
      const { waiting, failed } = watchLeaving.counts;
      if (waiting + failed === 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      form.dataset.confirm = `本机还有 ${waiting + failed} 件没有送到服务器。退出后仍留在本机，只有您本人再次登录才能看到和上传。`;
      form.dataset.confirmOk = "仍要退出";
      form.requestSubmit(event.submitter ?? undefined);
    },
    true,
  );
}
watchLeaving.counts = { waiting: 0, failed: 0 };
document.addEventListener("queue", ({ detail }) => (watchLeaving.counts = detail));

// --- the shell that opens without a signal ------------------------------------------------------

async function keepShell() {
  if (!("serviceWorker" in navigator) || !document.body.classList.contains("phone")) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    const ready = await navigator.serviceWorker.ready;
    ready.active?.postMessage({ warm: true });
  } catch {
    // plain http or a browser without it: everything but opening a page offline still works
  }
}

export async function start() {
  watchLeaving();
  if (!(await shelf.works())) return;
  keepShell();
  drawQueue(document.querySelector("[data-queue]"), { flush, discard });
  await announce({ sending: false });
  flush();
  window.addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  setInterval(() => flush(), EVERY_MS);
}
