// What every page does: drawer and menus, confirmation, one submit at a time, running times,
// filter forms, photo previews, the truth strip, toasts. No page needs it in order to be read.
import { keepTimesRunning } from "./times.js";
import { watchPhotos } from "./photos.js";
import { watchNetwork } from "./network.js";

const BUSY = "正在提交…";

// --- drawer and menus -----------------------------------------------------------------------

function setDrawer(button, open) {
  const drawer = document.getElementById(button.dataset.drawer);
  drawer.classList.toggle("open", open);
  button.setAttribute("aria-expanded", String(open));
  if (open) drawer.querySelector("a")?.focus();
  else if (location.hash === `#${drawer.id}`) history.replaceState(null, "", location.pathname + location.search);
}

function closeDrawer({ giveFocusBack }) {
  const button = document.querySelector("[data-drawer][aria-expanded='true']");
  const target = button ?? document.querySelector("[data-drawer]");
  if (!target) return;
  setDrawer(target, false);
  if (giveFocusBack && button) button.focus();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
}

function walkMenu(event) {
  const menu = event.target.closest("[data-menu]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const items = [...menu.querySelectorAll(".menu-list a, .menu-list button")];
  if (!items.length) return;
  event.preventDefault();
  menu.open = true;
  const step = event.key === "ArrowDown" ? 1 : -1;
  const here = items.indexOf(document.activeElement);
  items[(here + step + items.length) % items.length].focus();
}

document.addEventListener("keydown", (event) => {
  walkMenu(event);
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  closeDrawer({ giveFocusBack: true });
});

// --- dialogs --------------------------------------------------------------------------------

let asked = 0;

function ask(source) {
  const dialog = document.getElementById("confirm");
  const { confirm: text, confirmTitle: title, confirmOk: ok, confirmRisk: risk } = source.dataset;
  dialog.querySelector("#confirm-title").textContent = title || "请确认";
  dialog.querySelector("[data-confirm-text]").textContent = text;
  const yes = dialog.querySelector("[data-confirm-ok]");
  yes.textContent = ok || "确定";
  yes.classList.toggle("risk", risk !== undefined);
  dialog.returnValue = "no";
  dialog.showModal();
  return answer(dialog, ++asked);
}

// The event of an Escape comes late: asked anew meanwhile, it is no answer to the new question.
function answer(dialog, question) {
  return new Promise((resolve) => {
    dialog.addEventListener("close", function closed() {
      if (question === asked && dialog.open) return;
      dialog.removeEventListener("close", closed);
      resolve(question === asked && dialog.returnValue === "yes");
    });
  });
}

async function confirmThenSubmit(form, submitter, source) {
  if (!(await ask(source))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter ?? undefined);
}

document.addEventListener("click", (event) => {
  const { target } = event;
  closeMenus(target.closest("[data-menu]"));
  const drawer = target.closest("[data-drawer]");
  if (drawer) {
    event.preventDefault();
    setDrawer(drawer, drawer.getAttribute("aria-expanded") !== "true");
  }
  if (target.closest("[data-drawer-close]")) {
    event.preventDefault();
    closeDrawer({ giveFocusBack: true });
  }
  const opener = target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  }
  if (target.closest("[data-close]") || target.matches("dialog")) target.closest("dialog")?.close("no");
  target.closest("[data-dismiss]")?.closest(".note, li")?.remove();
  if (target.closest("[data-print]")) window.print();
  if (target.closest("[data-back]")) history.back();
});

// --- one submit at a time -------------------------------------------------------------------

const waits = new Map();

// Long work says that it is under way and for how long; the seconds are not read out one by one.
function showWait(form, button) {
  const line = document.createElement("p");
  line.className = "wait";
  line.setAttribute("role", "status");
  const seconds = document.createElement("span");
  seconds.setAttribute("aria-hidden", "true");
  line.append(document.createElement("progress"), "正在处理，请不要关闭页面。", seconds);
  const began = performance.now();
  const timer = setInterval(() => {
    const passed = Math.round((performance.now() - began) / 1000);
    if (passed < 2) return;
    seconds.textContent = `已 ${passed} 秒`;
    if (!line.isConnected) (button.closest(".form-acts") ?? button).after(line);
  }, 1000);
  waits.set(form, { line, timer });
}

function guard(form, submitter) {
  form.dataset.sent = "yes";
  const button = submitter ?? form.querySelector("button[type='submit'], button:not([type])");
  if (!button) return;
  showWait(form, button);
  // Disabled only after the browser has read the button's own name and value.
  setTimeout(() => {
    button.dataset.label = button.innerHTML;
    button.textContent = button.dataset.busy || BUSY;
    button.classList.add("busy");
    button.disabled = true;
  });
}

function release(form) {
  delete form.dataset.sent;
  delete form.dataset.confirmed;
  const wait = waits.get(form);
  clearInterval(wait?.timer);
  wait?.line.remove();
  waits.delete(form);
  for (const button of form.querySelectorAll("button.busy")) {
    button.innerHTML = button.dataset.label;
    button.classList.remove("busy");
    button.disabled = false;
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const source = [submitter, form].find((element) => element?.dataset.confirm);
    if (source && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      confirmThenSubmit(form, submitter, source);
      return;
    }
    const isRead = ["get", "dialog"].includes(form.method) && !form.hasAttribute("hx-post");
    if ((!isRead && form.dataset.once !== "no") || form.dataset.long !== undefined) guard(form, submitter);
  },
  true,
);

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("release", ({ target }) => release(target));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});

// htmx buttons outside of forms ask in the same dialog.
document.addEventListener("htmx:confirm", (event) => {
  const { target, detail } = event;
  if (!target.dataset.confirm || target.matches("form")) return;
  event.preventDefault();
  ask(target).then((isSure) => isSure && detail.issueRequest(true));
});

// --- filters --------------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
  if (event.target.matches("[data-check-all]")) tickAll(event.target);
  const batch = event.target.closest("[data-batch]");
  if (batch) countTicks(batch);
});

// A filter form sends only what is filled in, so that addresses stay short.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-autosubmit]")) return;
  for (const input of event.target.elements) if (input.name && input.value === "") input.disabled = true;
});

function tickAll(box) {
  for (const other of box.closest("[data-batch]").querySelectorAll("tbody input[type='checkbox']")) {
    other.checked = box.checked;
  }
}

function countTicks(area) {
  const ticked = area.querySelectorAll("tbody input[type='checkbox']:checked").length;
  for (const row of area.querySelectorAll("tbody tr")) {
    row.classList.toggle("on", Boolean(row.querySelector("input[type='checkbox']:checked")));
  }
  for (const count of area.querySelectorAll("[data-ticked]")) count.textContent = ticked;
  const bar = area.querySelector(".batch");
  if (!bar) return;
  bar.hidden = ticked === 0;
  bar.querySelector("b").textContent = ticked;
}

// --- notes that come and stay until read ----------------------------------------------------

export function toast(text, tone = "") {
  const note = document.createElement("div");
  note.className = `note ${tone}`;
  const words = document.createElement("div");
  words.textContent = text;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "close", textContent: "×" });
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "收起");
  note.append(words, close);
  document.getElementById("toasts").append(note);
  if (tone !== "late") setTimeout(() => note.remove(), 8000);
}

document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail.tone));
document.addEventListener("htmx:sendError", () => toast("没有连上服务器。您填的内容还在，请稍后再试。", "late"));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => toast(sentenceOf(xhr), "late"));

// A refused request answers with a small note: its words are shown, the page stays as it is.
function sentenceOf(xhr) {
  const note = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector(".note");
  const said = note?.textContent.replace(/\s+/g, " ").trim();
  return said || `没有办成（${xhr.status}）。内容没有改动，请刷新后再试。`;
}

// --- on arrival -----------------------------------------------------------------------------

function attend(root) {
  watchPhotos(root);
  root.querySelectorAll("[data-focus]").forEach((element) => element.focus());
  if (root.querySelector("form[data-record]")) import("./record.js").then((module) => module.watchRecords(root));
  if (root.querySelector("input[data-photo]")) import("./photo.js").then((module) => module.watchShutters(root));
  if (root.querySelector("[data-map]")) import("./map.js").then((module) => module.drawMaps(root));
  if (root.querySelector("[data-chart]")) import("./chart.js").then((module) => module.drawCharts(root));
}

attend(document);
document.addEventListener("fresh", ({ detail }) => attend(detail));
document.addEventListener("htmx:load", (event) => event.target !== document.body && attend(event.target));
keepTimesRunning();
watchNetwork();
if (document.body.dataset.user) import("./queue.js").then((module) => module.start());
