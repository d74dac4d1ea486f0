// The page 待上传: what this device still holds, each with its true state and what can be done.
import * as shelf from "./shelf.js";
import { span } from "./times.js";

const OLD_MS = 3 * 86_400_000;
const ORPHAN_MS = 3_600_000;
const STATES = { wait: "等待上传", fail: "没有送成", sent: "已到服务器" };

let urls = [];

function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function set(root, name, text) {
  const target = root.querySelector(`[data-${name}]`);
  if (target) target.textContent = text;
}

async function thumbnail(photo) {
  const url = URL.createObjectURL(photo.blob);
  urls.push(url);
  return url;
}

function progress(record, photos) {
  if (record.state === "sent") {
    const { expected, arrived } = record.receipt;
    return expected ? `照片 ${arrived}/${expected} 已到服务器` : "";
  }
  const sent = photos.filter((photo) => photo.state === "sent").length;
  return record.photos.length ? `照片 ${sent}/${record.photos.length} 已到服务器` : "没有照片";
}

function said(record) {
  const ago = `${span(Date.now() - record.createdAt)}前`;
  if (record.state === "sent" && record.receipt.missing.length) return `记录已到服务器，还有照片没有到 · ${ago}`;
  return `${STATES[record.state]} · ${ago}`;
}

async function card(record, tools, redraw) {
  const photos = (await Promise.all(record.photos.map((id) => shelf.get("photos", id)))).filter(Boolean);
  const whole = record.state === "sent" && !record.receipt.missing.length;
  const item = clone("queue-item");
  item.classList.add(whole ? "sent" : record.state === "fail" || record.state === "sent" ? "fail" : "wait");
  set(item, "title", record.title);
  set(item, "state", said(record));
  set(item, "media", progress(record, photos));
  set(item, "error", record.error || photos.find((photo) => photo.error)?.error || "");
  item.querySelector("[data-old]").hidden = whole || Date.now() - record.createdAt < OLD_MS;
  const picture = item.querySelector("img");
  if (photos[0]) picture.src = await thumbnail(photos[0]);
  else picture.hidden = true;
  const sent = record.state === "sent" ? photos.length === 0 : false;
  item.querySelector("[data-retry]").hidden = whole;
  if (whole) set(item, "delete", "移出清单");
  item.querySelector("[data-save]").hidden = sent || photos.length === 0;
  const open = item.querySelector("[data-open]");
  open.hidden = record.state !== "sent";
  if (record.state === "sent") open.href = record.receipt.url;
  item.querySelector("[data-retry]").addEventListener("click", async ({ target }) => {
    target.disabled = true;
    await tools.flush(record.id);
    await redraw();
  });
  item.querySelector("[data-save]").addEventListener("click", () => photos.forEach(save));
  item.querySelector("[data-delete]").addEventListener("click", async () => {
    const text = whole ? "从本机的送达清单里去掉这一条？服务器上的记录不受影响。" : "这份记录还没有送到服务器，删除后不能恢复。确定删除？";
    if (!(await confirmed(text))) return;
    await tools.discard(record.id);
    await redraw();
  });
  return item;
}

// Original bytes, so that they can be handed over another way.
async function save(photo) {
  const link = document.createElement("a");
  link.href = await thumbnail(photo);
  link.download = photo.name || `${photo.id}.jpg`;
  link.click();
}

function confirmed(text) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-title").textContent = "请确认";
  dialog.querySelector("[data-confirm-text]").textContent = text;
  dialog.querySelector("[data-confirm-ok]").textContent = "删除";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// Photos whose form was never submitted. What the server has already needs no place here.
async function orphans(records) {
  const owned = new Set(records.flatMap((record) => record.photos));
  const photos = (await shelf.all("photos")).filter((photo) => !owned.has(photo.id) && Date.now() - photo.createdAt > ORPHAN_MS);
  for (const photo of photos) if (photo.state === "sent") await shelf.remove("photos", photo.id);
  return photos.filter((photo) => photo.state !== "sent");
}

async function strayCard(photo, redraw) {
  const item = clone("queue-item");
  item.classList.add("wait");
  set(item, "title", "没有提交的照片");
  set(item, "state", `拍摄于 ${span(Date.now() - photo.createdAt)}前，所在表单没有提交`);
  item.querySelector("img").src = await thumbnail(photo);
  for (const name of ["retry", "open", "old"]) item.querySelector(`[data-${name}]`).hidden = true;
  item.querySelector("[data-save]").addEventListener("click", () => save(photo));
  item.querySelector("[data-delete]").addEventListener("click", async () => {
    if (!(await confirmed("删除这张没有提交的照片？"))) return;
    await shelf.remove("photos", photo.id);
    await redraw();
  });
  return item;
}

export function drawQueue(root, tools) {
  if (!root) return;
  let drawing = Promise.resolve();
  const draw = async () => {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
    const records = await shelf.all("records");
    const isWhole = (record) => record.state === "sent" && !record.receipt.missing.length;
    const open = await Promise.all(records.filter((one) => !isWhole(one)).map((one) => card(one, tools, redraw)));
    const done = await Promise.all(records.filter(isWhole).reverse().map((one) => card(one, tools, redraw)));
    const stray = await Promise.all((await orphans(records)).map((photo) => strayCard(photo, redraw)));
    fill(root.querySelector("[data-waiting]"), [...open, ...stray]);
    fill(root.querySelector("[data-done]"), done);
    root.querySelector("[data-none]").hidden = open.length + stray.length > 0;
    root.querySelector("[data-all]").hidden = open.length === 0;
  };
  const redraw = () => (drawing = drawing.then(draw, draw));
  document.addEventListener("queue", redraw);
  root.querySelector("[data-all]").addEventListener("click", () => tools.flush());
  redraw();
}

function fill(list, items) {
  list.replaceChildren(...items);
  list.closest("[data-part]").hidden = items.length === 0;
}
