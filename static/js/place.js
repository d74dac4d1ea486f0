// Where the device is: a fix that is always at hand and never waited for.
// Fills the hidden fields of forms, says how exact it is, sorts places by distance.
const EARTH_M = 6371008.8;
const OPTIONS = { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 };
const REASONS = { 1: "未允许定位", 2: "收不到定位", 3: "定位超时" };

let latest = null;
let trouble = "";
let watching = false;

export function fix() {
  return latest;
}

export function metres(lon1, lat1, lon2, lat2) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const half = (angle) => Math.sin(radians(angle) / 2) ** 2;
  const chord = half(lat2 - lat1) + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * half(lon2 - lon1);
  return 2 * EARTH_M * Math.asin(Math.sqrt(chord));
}

export function distance(value) {
  return value < 1000 ? `${Math.round(value)} 米` : `${(value / 1000).toFixed(1)} 公里`;
}

export function words() {
  if (latest) return `定位 ±${Math.round(latest.accuracy_m)} 米`;
  return trouble || "正在定位…";
}

function say() {
  for (const chip of document.querySelectorAll("[data-fix]")) {
    chip.textContent = words();
    chip.classList.toggle("go", Boolean(latest && latest.accuracy_m <= 50));
    chip.classList.toggle("warn", Boolean(latest && latest.accuracy_m > 50) || Boolean(trouble));
  }
}

function fill() {
  const names = { lon: latest.lon, lat: latest.lat, accuracy_m: latest.accuracy_m, fix_at: latest.fix_at };
  for (const form of document.querySelectorAll("form[data-place]")) {
    for (const [name, value] of Object.entries(names)) {
      const input = form.elements[name];
      if (input && !input.dataset.kept) input.value = value;
    }
  }
}

function arrived({ coords, timestamp }) {
  latest = {
    lon: Number(coords.longitude.toFixed(6)),
    lat: Number(coords.latitude.toFixed(6)),
    accuracy_m: Math.round(coords.accuracy * 10) / 10,
    fix_at: new Date(timestamp).toISOString(),
  };
  trouble = "";
  fill();
  say();
  document.dispatchEvent(new CustomEvent("fix", { detail: latest }));
}

function failed(error) {
  if (!latest) trouble = `${REASONS[error.code] ?? "没有定位"}，可照常提交`;
  say();
}

export function watchPlace() {
  if (watching) return;
  watching = true;
  if (!navigator.geolocation) trouble = "此浏览器不能定位，可照常提交";
  else if (!window.isSecureContext) trouble = "本站未用 https，不能定位，可照常提交";
  else navigator.geolocation.watchPosition(arrived, failed, OPTIONS);
  say();
}

// --- the grid in which one stands ---------------------------------------------------------------

export async function proposeGrid(select, right) {
  if (!latest || select.dataset.touched || !navigator.onLine) return;
  const address = `${select.dataset.gridAt}?lon=${latest.lon}&lat=${latest.lat}`;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const found = await answer.json();
    if (!found.grid || !found[right] || select.dataset.touched) return;
    if (![...select.options].some((option) => option.value === String(found.grid))) {
      select.add(new Option(found.name, found.grid));
    }
    select.value = String(found.grid);
    select.closest(".field")?.querySelector("[data-grid-note]")?.replaceChildren(`按定位：${found.name}`);
  } catch {
    // no signal: the choice stays as it is
  }
}

export function watchGrid(select) {
  select.addEventListener("change", () => (select.dataset.touched = "yes"));
  const right = select.dataset.right ?? "visit";
  document.addEventListener("fix", () => proposeGrid(select, right), { once: true });
}

// --- places by distance -------------------------------------------------------------------------

export function sortByDistance(select) {
  const chosen = select.value;
  const options = [...select.options].filter((option) => option.value);
  const far = (option) =>
    option.dataset.lon ? metres(latest.lon, latest.lat, Number(option.dataset.lon), Number(option.dataset.lat)) : Infinity;
  const sorted = options.map((option) => [far(option), option]).sort(([a], [b]) => a - b);
  for (const [away, option] of sorted) {
    option.dataset.name ??= option.textContent.trim();
    option.textContent = away === Infinity ? option.dataset.name : `${option.dataset.name} · ${distance(away)}`;
    select.append(option);
  }
  select.value = chosen;
}

// The nearby page: the first fix asks for the list around it.
export function watchNearby(root) {
  document.addEventListener(
    "fix",
    ({ detail }) => {
      const address = new URL(location.href);
      if (address.searchParams.has("lon")) return;
      address.searchParams.set("lon", detail.lon);
      address.searchParams.set("lat", detail.lat);
      location.replace(address);
    },
    { once: true },
  );
  root.querySelector("[data-locate]")?.addEventListener("click", () => {
    if (!latest) return;
    const address = new URL(location.href);
    address.searchParams.set("lon", latest.lon);
    address.searchParams.set("lat", latest.lat);
    location.assign(address);
  });
}
