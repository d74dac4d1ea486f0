// Task pages: photos of a feedback card as evidence, distance on the cards of 今日清单.
import { watchShutters } from "./photo.js";
import { watchRecords } from "./record.js";

watchShutters(document);
watchRecords(document);

function metres(from, to) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const north = rad(to.lat - from.lat);
  const east = rad(to.lon - from.lon);
  const a = Math.sin(north / 2) ** 2 + Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(east / 2) ** 2;
  return 12_742_018 * Math.asin(Math.sqrt(a));
}

function said(distance) {
  return distance < 1000 ? `${Math.round(distance / 10) * 10} 米` : `${(distance / 1000).toFixed(1)} 公里`;
}

// Distance orders cards inside their group only: overdue, due today, later day by day.
function order(list, cards) {
  const sorted = [...cards].sort(
    (a, b) => a.dataset.group.localeCompare(b.dataset.group) || Number(a.dataset.far ?? 1e9) - Number(b.dataset.far ?? 1e9),
  );
  list.append(...sorted);
}

function measure({ coords }) {
  const here = { lon: coords.longitude, lat: coords.latitude };
  const list = document.querySelector("[data-today]");
  const cards = [...(list?.querySelectorAll("[data-lon]") ?? [])];
  for (const card of cards) {
    const there = { lon: Number(card.dataset.lon), lat: Number(card.dataset.lat) };
    card.dataset.far = metres(here, there);
    card.querySelector("[data-distance]").textContent = ` · ${said(card.dataset.far)}`;
  }
  if (cards.length) order(list, list.querySelectorAll("[data-group]"));
}

async function near() {
  if (!document.querySelector("[data-today]") || !navigator.geolocation) return;
  const state = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  const button = document.querySelector("[data-near]");
  const ask = () => navigator.geolocation.getCurrentPosition(measure, () => {}, { maximumAge: 60_000, timeout: 10_000 });
  if (state?.state === "granted") ask();
  else if (button && state?.state !== "denied") {
    button.hidden = false;
    button.addEventListener("click", () => { button.hidden = true; ask(); });
  }
}

near();
