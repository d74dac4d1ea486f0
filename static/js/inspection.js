// 现场检查 and 快速上报: the sheet that is shown, numbers held against their limit, one more
// finding, places nearby, and like reports offered before a second one is sent.
import { fix, proposeGrid, sortByDistance, watchGrid, watchNearby, watchPlace } from "./place.js";

document.documentElement.classList.add("js");

// --- the checklist ------------------------------------------------------------------------------

function showSheet(select) {
  for (const sheet of document.querySelectorAll("[data-sheet]")) {
    const on = sheet.dataset.sheet === select.value;
    sheet.hidden = !on;
    sheet.disabled = !on;
  }
  tally();
}

function judge(item) {
  const value = item.querySelector("[data-value]").value;
  const away = item.querySelector("[data-na]").checked;
  const { operator, limit } = item.dataset;
  const number = Number(value);
  const met = operator === ">=" ? number >= Number(limit) : number <= Number(limit);
  const failed = value !== "" && !away && !met;
  item.classList.toggle("failed", failed);
  const word = item.querySelector("[data-verdict]");
  word.textContent = away || value === "" ? "" : failed ? "✕ 不合格" : "✓ 合格";
  word.classList.toggle("late", failed);
  word.classList.toggle("go", !failed && value !== "");
}

function answered(item) {
  return Boolean(item.querySelector("input[type='radio']:checked[name$='verdict'], [data-na]:checked")) || Boolean(item.querySelector("[data-value]")?.value);
}

function tally() {
  const items = [...document.querySelectorAll("[data-sheet]:not([hidden]) [data-item]")];
  const failed = items.filter((item) => item.classList.contains("failed") || item.querySelector(".bad input:checked"));
  for (const target of document.querySelectorAll("[data-tally]")) {
    target.textContent = items.length ? `${items.filter(answered).length}/${items.length} 项 · 不合格 ${failed.length}` : "";
  }
}

function passRest(sheet) {
  for (const item of sheet.querySelectorAll("[data-item]")) {
    const pass = item.querySelector("input[type='radio'][value='PASS']");
    if (pass && !answered(item)) pass.checked = true;
  }
  tally();
}

// --- findings -----------------------------------------------------------------------------------

function oneMore() {
  const closed = [...document.querySelectorAll("[data-finding]:not([open]):not(.shown)")];
  if (!closed.length) return;
  closed[0].classList.add("shown");
  closed[0].open = true;
  closed[0].querySelector("input[type='text']").focus();
  document.querySelector("[data-more]").hidden = closed.length === 1;
}

// --- the place ----------------------------------------------------------------------------------

function follow(select) {
  const option = select.selectedOptions[0];
  if (!option?.value) return;
  const grid = document.querySelector("[data-grid-at]");
  if (grid && option.dataset.grid) {
    if (![...grid.options].some((one) => one.value === option.dataset.grid)) grid.add(new Option(option.dataset.gridName, option.dataset.grid));
    grid.value = option.dataset.grid;
    grid.dataset.touched = "yes";
  }
  const sheets = document.querySelector("[data-sheets]");
  const fitting = sheets && [...sheets.options].find((one) => one.dataset.category === option.dataset.category);
  if (fitting && !sheets.dataset.touched) {
    sheets.value = fitting.value;
    showSheet(sheets);
  }
}

// A page from the cache was made for no place in particular: the address still says which one.
function preselect(form) {
  const asked = new URLSearchParams(location.search);
  const source = form.elements.source;
  if (source && asked.has("source") && !source.value) {
    source.value = asked.get("source");
    const radio = form.querySelector("input[value='SOURCE'][data-kind]");
    if (source.value && radio) radio.checked = true;
    follow(source);
  }
  const codes = form.elements.station_code;
  if (codes && asked.has("station") && !codes.value) codes.value = asked.get("station");
}

async function offerStations(list) {
  if (!list.dataset.stations || !navigator.onLine) return;
  try {
    const answer = await fetch(`${list.dataset.stations}?page_size=200`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    for (const station of (await answer.json()).results ?? []) {
      const option = document.createElement("option");
      option.value = station.code;
      option.label = station.name;
      list.append(option);
    }
  } catch {
    // no signal: the code can be typed
  }
}

function onlyChosenPlace(form) {
  const kind = form.querySelector("input[data-kind]:checked")?.value;
  if (kind !== "SOURCE" && form.elements.source) form.elements.source.value = "";
  if (kind !== "STATION" && form.elements.station_code) form.elements.station_code.value = "";
}

// --- like reports nearby ------------------------------------------------------------------------

async function askSimilar(form) {
  const box = document.querySelector("[data-similar]");
  const preset = form.querySelector("[name='preset']:checked")?.value;
  const { lon, lat } = { lon: form.elements.lon.value, lat: form.elements.lat.value };
  if (!box || !preset || !lon) return;
  const query = new URLSearchParams({ preset, lon, lat });
  try {
    const answer = await fetch(`${box.dataset.similar}?${query}`);
    if (answer.ok && !answer.redirected) box.innerHTML = await answer.text();
  } catch {
    // no signal: sent as a report of its own
  }
}

// Without a signal nobody could be asked: the report stands for itself.
function separateOffline(form) {
  if (form.querySelector("[name='join']:checked") || navigator.onLine) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "join", value: "separate" });
  form.append(field);
}

// --- on arrival ---------------------------------------------------------------------------------

function start() {
  watchPlace();
  const form = document.querySelector("form[data-place]");
  const nearby = document.querySelector("[data-nearby]");
  if (nearby) watchNearby(nearby);
  if (!form) return;
  form.addEventListener("change", tally);
  form.addEventListener("input", tally);
  form.addEventListener("submit", () => onlyChosenPlace(form), true);
  form.querySelectorAll("[data-grid-at]").forEach(watchGrid);
  const sheets = form.querySelector("[data-sheets]");
  if (sheets) {
    sheets.addEventListener("change", () => (sheets.dataset.touched = "yes"));
    sheets.addEventListener("change", () => showSheet(sheets));
    showSheet(sheets);
  }
  for (const item of form.querySelectorAll("[data-item].number")) {
    item.addEventListener("input", () => judge(item));
    judge(item);
  }
  form.querySelectorAll("[data-pass-rest]").forEach((button) => button.addEventListener("click", () => passRest(button.closest("fieldset"))));
  form.querySelector("[data-more]")?.addEventListener("click", oneMore);
  const source = form.elements.source;
  if (source) {
    source.addEventListener("change", () => follow(source));
    document.addEventListener("fix", () => sortByDistance(source), { once: true });
  }
  preselect(form);
  form.querySelectorAll("datalist[data-stations]").forEach(offerStations);
  if (form.querySelector("[name='preset']")) {
    form.addEventListener("change", (event) => event.target.name === "preset" && askSimilar(form));
    document.addEventListener("fix", () => askSimilar(form), { once: true });
    form.addEventListener("submit", () => separateOffline(form), true);
    form.addEventListener("refused", () => askSimilar(form));
  }
  const grid = form.querySelector("[data-grid-at]");
  if (grid && fix()) proposeGrid(grid, grid.dataset.right ?? "visit");
  tally();
}

start();
