// A form that may be sent later: <form data-record data-title="…">. It is put into the queue first,
// then sent at once if there is a signal. The page says which of the two has happened.
import * as shelf from "./shelf.js";
import { enqueue, flush } from "./queue.js";

function fieldsOf(form) {
  const skip = new Set(["csrfmiddlewaretoken"]);
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !skip.has(name));
}

function photosOf(form) {
  return [...form.querySelectorAll("[data-photo-id]")].map((field) => field.value);
}

function titleOf(form) {
  const named = form.querySelector("[data-title-from]:checked, select[data-title-from]");
  const words = named?.selectedOptions?.[0]?.dataset.name ?? named?.selectedOptions?.[0]?.textContent ?? named?.dataset.titleFrom;
  const place = form.elements.place?.value;
  const chosen = named?.value ? words?.trim() : "";
  return [form.dataset.title, chosen || place].filter(Boolean).join("：");
}

function showErrors(form, verdict) {
  let box = form.querySelector("[data-errors]");
  if (!box) {
    box = document.createElement("div");
    box.className = "errors";
    box.dataset.errors = "";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    form.prepend(box);
  }
  const sentences = [...new Set(Object.values(verdict.errors ?? {}).flat())];
  const list = document.createElement("ul");
  list.className = "errorlist";
  for (const sentence of sentences.length ? sentences : [verdict.error]) {
    const line = document.createElement("li");
    line.textContent = sentence;
    list.append(line);
  }
  box.replaceChildren(list);
  box.focus();
  box.scrollIntoView({ block: "center" });
}

function done(form, text, href) {
  const note = document.getElementById("kept").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-kept-text]").textContent = text;
  const link = note.querySelector("[data-kept-link]");
  if (href) link.href = href;
  form.replaceWith(note);
  note.focus();
  scrollTo({ top: 0 });
}

function busy(form, on) {
  for (const button of form.querySelectorAll("button[type='submit']")) {
    button.disabled = on;
    button.dataset.words ??= button.textContent;
    button.textContent = on ? "正在提交…" : button.dataset.words;
  }
}

async function send(form) {
  const id = form.elements.client_id.value;
  form.elements.device_at.value = new Date().toISOString();
  busy(form, true);
  await enqueue({ id, title: titleOf(form), action: form.action, fields: fieldsOf(form), photos: photosOf(form) });
  await flush(id);
  const record = await shelf.get("records", id);
  if (record?.state === "sent" && !record.receipt.missing.length) {
    location.assign(record.receipt.url);
  } else if (record?.state === "fail" && record.errors) {
    await shelf.remove("records", id); // the form is still open: correct and send again
    busy(form, false);
    showErrors(form, record);
    form.dispatchEvent(new CustomEvent("refused", { detail: record, bubbles: true }));
  } else {
    done(form, record?.error || "已存在本机，等待上传。");
  }
}

// A page from the cache carries an old id: every opened form is a record of its own.
function renew(form) {
  if (form.dataset.bound !== undefined) return;
  form.elements.client_id.value = shelf.newId();
  if (form.elements.started_at) form.elements.started_at.value = new Date().toISOString();
}

export async function watchRecords(root) {
  const forms = [...root.querySelectorAll("form[data-record]:not([data-armed])")];
  if (!forms.length || !(await shelf.works())) return;
  for (const form of forms) {
    form.dataset.armed = "yes";
    renew(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}

