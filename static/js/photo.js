// Photos as evidence: the place at the shutter, the hash of the original, a thumbnail with its
// true state. <input type="file" data-photo data-purpose="AFTER" [data-ids="name of the hidden fields"]>
// The original is never scaled down. Without IndexedDB the plain form field does the work.
import * as shelf from "./shelf.js";
import { fix, watchPlace } from "./place.js";
import { FROM_BYTES } from "./pieces.js";
import { dropPhoto, sendPhoto } from "./queue.js";
import { sha256 } from "./sha256.js";

const AT_ONCE_BYTES = 48_000_000;
const STATES = { wait: "待上传", sending: "上传中", sent: "已到服务器", fail: "没有送成" };

// A large file stays where it is on the device; a photo is copied, because phones reuse its place.
async function copied(file) {
  if (file.size >= FROM_BYTES) return { blob: file, sha256: await largeDigest(file) };
  const buffer = await file.arrayBuffer();
  return { blob: new Blob([buffer], { type: file.type }), sha256: await digest(buffer) };
}

async function largeDigest(file) {
  const fits = crypto.subtle && file.size <= AT_ONCE_BYTES;
  return fits ? digest(await file.arrayBuffer()) : sha256(file);
}

async function digest(buffer) {
  if (!crypto.subtle) return ""; // plain http: the server computes it
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function listOf(input) {
  return document.querySelector(`[data-thumbs="${input.id}"]`);
}

function hiddenField(input, id) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: input.dataset.ids || "attachments", value: id });
  field.dataset.photoId = id;
  return field;
}

function imageOf(photo) {
  const image = document.createElement("img");
  image.alt = photo.name;
  image.src = URL.createObjectURL(photo.blob);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

function nameOf(photo) {
  const name = document.createElement("span");
  name.className = "file-name";
  name.textContent = photo.name;
  return name;
}

function thumbnail(input, photo) {
  const item = document.createElement("li");
  item.dataset.photo = photo.id;
  item.append(photo.blob.type.startsWith("image/") ? imageOf(photo) : nameOf(photo));
  const caption = document.createElement("small");
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", textContent: "×" });
  remove.setAttribute("aria-label", "去掉这张照片");
  remove.addEventListener("click", () => takeOut(input, photo.id));
  item.append(caption, remove);
  mark(item, { state: photo.state });
  return item;
}

function mark(item, { state, progress, error }) {
  if (state) item.dataset.state = state;
  const part = progress !== undefined && item.dataset.state === "sending" ? ` ${Math.round(progress * 100)}%` : "";
  const caption = item.querySelector("small");
  caption.textContent = STATES[item.dataset.state] + part;
  if (error) item.title = error;
  item.querySelector("[data-again]")?.remove();
  if (item.dataset.state === "fail") {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "重试", className: "again" });
    button.dataset.again = "";
    button.addEventListener("click", () => sendPhoto(item.dataset.photo));
    item.append(button);
  }
}

async function takeOut(input, id) {
  input.form.querySelector(`[data-photo-id="${id}"]`)?.remove();
  listOf(input)?.querySelector(`[data-photo="${id}"]`)?.remove();
  await dropPhoto(id);
  count(input);
}

async function add(input, file) {
  const photo = {
    id: shelf.newId(),
    ...(await copied(file)),
    name: file.name,
    size: file.size,
    purpose: input.dataset.purpose || "SCENE",
    url: input.dataset.upload || document.body.dataset.upload,
    fix: fix(),
    deviceAt: new Date().toISOString(),
    createdAt: Date.now(),
    state: "wait",
    place: placeOf(input),
  };
  await shelf.put("photos", photo);
  await attach(input, photo);
}

async function attach(input, photo) {
  input.form.append(hiddenField(input, photo.id));
  listOf(input)?.append(thumbnail(input, photo));
  count(input);
  if (navigator.onLine) sendPhoto(photo.id);
}

// Where a file was chosen: a large one that was under way when the page went comes back there.
function placeOf(input) {
  return `${location.pathname}#${input.id}`;
}

async function restore(input) {
  const queued = new Set((await shelf.all("records")).flatMap((record) => record.photos));
  for (const photo of await shelf.all("photos")) {
    const isHere = photo.size >= FROM_BYTES && photo.place === placeOf(input);
    if (isHere && !queued.has(photo.id)) await attach(input, photo);
  }
}

function count(input) {
  const ids = [...input.form.querySelectorAll("[data-photo-id]")].map((field) => field.value);
  const states = ids.map((id) => document.querySelector(`[data-photo="${id}"]`)?.dataset.state);
  const sent = states.filter((state) => state === "sent").length;
  for (const chip of document.querySelectorAll("[data-photo-count]")) {
    chip.textContent = ids.length ? `照片 ${sent}/${ids.length} 已到服务器` : "还没有照片";
    chip.classList.toggle("go", ids.length > 0 && sent === ids.length);
  }
  const words = input.closest(".shot")?.querySelector("[data-shot-text]");
  const own = listOf(input)?.children.length ?? 0;
  if (words) words.textContent = own ? `已拍 ${own} 张，再拍一张` : words.dataset.shotText || "拍照或选择文件";
}

async function taken(input) {
  const files = [...input.files];
  input.value = ""; // the plain field must not send them a second time
  for (const file of files) await add(input, file);
  input.dispatchEvent(new CustomEvent("photos", { bubbles: true }));
}

// A form that is not queued waits for its photos, because only arrived ones are evidence.
async function sendBefore(event) {
  const form = event.target;
  const fields = form.querySelectorAll?.("[data-photo-id]") ?? [];
  if (form.dataset.record !== undefined || form.dataset.photosSent || !fields.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const photos = await Promise.all([...fields].map((field) => sendPhoto(field.value)));
  const late = photos.filter((photo) => photo && photo.state !== "sent");
  if (late.length) {
    const text = `还有 ${late.length} 张照片没有到服务器：${late[0].error} 您填的内容还在。`;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "late" } }));
    form.dispatchEvent(new CustomEvent("release", { bubbles: true }));
    return;
  }
  for (const field of fields) await shelf.remove("photos", field.value); // the server has them
  form.dataset.photosSent = "yes";
  form.dispatchEvent(new CustomEvent("release", { bubbles: true }));
  form.requestSubmit(event.submitter ?? undefined);
}

document.addEventListener("submit", sendBefore, true);
document.addEventListener("queue:photo", ({ detail }) => {
  const item = document.querySelector(`[data-photo="${detail.id}"]`);
  if (!item) return;
  mark(item, detail);
  const input = document.getElementById(item.closest("[data-thumbs]")?.dataset.thumbs);
  if (input) count(input);
});

export async function watchShutters(root) {
  const inputs = [...root.querySelectorAll("input[data-photo]:not([data-armed])")];
  if (!inputs.length || !(await shelf.works())) return;
  watchPlace();
  for (const input of inputs) {
    if (input.dataset.armed) continue; // two scripts of a page may ask at the same time
    input.dataset.armed = "yes";
    const words = input.closest(".shot")?.querySelector("[data-shot-text]");
    if (words) words.dataset.shotText = words.textContent;
    input.addEventListener("change", () => taken(input));
    count(input);
    restore(input);
    if (input.files.length) {
      listOf(input)?.replaceChildren(); // chosen before this script was there
      taken(input);
    }
  }
}
