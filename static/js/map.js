// Leaflet on a canvas: polygons and points from GeoJSON (WGS-84) on blank ground.
// A tile layer appears only when its address is given; nothing is asked of other hosts otherwise.
//
// <div class="map" data-map data-leaflet="…/leaflet.js" data-leaflet-css="…/leaflet.css"
//      data-url="areas.json" data-points="points.json" data-focus="CODE" data-near="yes" (frames the points alone)
//      data-pick-lon="id_longitude" data-pick-lat="id_latitude"
//      data-tiles="https://…/{z}/{x}/{y}" data-tiles-datum="gcj02" data-tiles-credit="…">
// Properties of a feature: name, code, url, note, level (AQI 1–6), tone (late w go info), rings ([metres]), value,
// mark "source" with upwind true or false.
import { toGcj02, toWgs84 } from "./datum.js";

const LEVELS = ["#ffffff", "#00e400", "#ffff00", "#ff7e00", "#ff0000", "#99004c", "#7e0023"];
const TONES = { late: "#b3261e", w: "#b3670b", go: "#2f7d4f", info: "#2a5d8f", "": "#0f6b5c" };
const TONE_WORDS = { late: "逾期", w: "临期", go: "已办", info: "在办" };
const LEVEL_WORDS = ["无数据", "优", "良", "轻度", "中度", "重度", "严重"];
const BOUNDARY = { color: "#5d8d81", weight: 1.2, fillColor: "#dcebe5", fillOpacity: 0.55 };
const HELD = { color: "#0a4f44", weight: 2.6, fillColor: "#bfdcd3", fillOpacity: 0.75 };
const RING = { color: "#2a5d8f", weight: 1, dashArray: "4 4", fill: false, interactive: false };
const RING_NAMES = ["核心圈", "重点圈", "辐射圈"];
const NAMES_FROM_ZOOM = 11;

let library;

async function leaflet(element) {
  if (!library) {
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", href: element.dataset.leafletCss });
    document.head.append(sheet);
    library = import(new URL(element.dataset.leaflet, document.baseURI)).then(() => window.L);
  }
  return library;
}

async function geojson(element, key) {
  const place = element.dataset[key];
  if (!place) return null;
  if (place.startsWith("#")) return JSON.parse(document.querySelector(place).textContent);
  const answer = await fetch(place, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function popup({ name, note, url, value, level, tone }) {
  const box = document.createElement("div");
  const title = document.createElement(url ? "a" : "b");
  title.textContent = name ?? "";
  if (url) title.href = url;
  box.append(title);
  const said = [value === undefined ? "" : `${value} ${LEVEL_WORDS[level] ?? ""}`, TONE_WORDS[tone] ?? "", note ?? ""];
  for (const line of said.filter(Boolean)) {
    const paragraph = document.createElement("div");
    paragraph.textContent = line;
    box.append(paragraph);
  }
  return box;
}

function areaStyle({ properties }, focus) {
  if (focus && properties.code === focus) return HELD;
  if (properties.level) return { ...BOUNDARY, fillColor: LEVELS[properties.level], fillOpacity: 0.32 };
  if (properties.tone) return { ...BOUNDARY, color: TONES[properties.tone], fillColor: TONES[properties.tone], fillOpacity: 0.2 };
  return BOUNDARY;
}

function pointMark(L, { properties }, place) {
  if (properties.mark === "source") {
    return L.circleMarker(place, { radius: 6, color: TONES.w, weight: 2, fillColor: properties.upwind ? TONES.w : "#ffffff", fillOpacity: 0.95 });
  }
  const filled = properties.level === undefined ? TONES[properties.tone ?? ""] : LEVELS[properties.level];
  return L.circleMarker(place, { radius: properties.radius ?? 7, color: "#1c2b28", weight: 1.4, fillColor: filled, fillOpacity: 0.95 });
}

function attach(layer, feature, element) {
  layer.bindPopup(() => popup(feature.properties));
  layer.on("click", () => element.dispatchEvent(new CustomEvent("map:select", { bubbles: true, detail: feature.properties })));
}

function drawAreas(L, map, data, element, projection) {
  const { focus } = element.dataset;
  const areas = L.geoJSON(data, {
    ...projection,
    filter: ({ geometry }) => geometry && geometry.type !== "Point",
    style: (feature) => areaStyle(feature, focus),
    onEachFeature: (feature, layer) => attach(layer, feature, element),
  }).addTo(map);
  nameAreas(L, map, areas);
  return areas;
}

function nameAreas(L, map, areas) {
  const labels = L.layerGroup();
  areas.eachLayer((layer) => {
    const { name } = layer.feature.properties;
    if (!name) return;
    const label = L.tooltip({ permanent: true, direction: "center", className: "map-name", interactive: false });
    labels.addLayer(label.setLatLng(layer.getBounds().getCenter()).setContent(document.createTextNode(name).textContent));
  });
  const few = areas.getLayers().length <= 40;
  const show = () => (few || map.getZoom() >= NAMES_FROM_ZOOM ? labels.addTo(map) : labels.remove());
  map.on("zoomend", show);
  show();
}

function drawPoints(L, map, data, element, projection) {
  const isAlone = data.features.filter(({ properties }) => properties.rings).length === 1;
  const points = L.geoJSON(data, {
    ...projection,
    filter: ({ geometry }) => geometry?.type === "Point",
    pointToLayer: (feature, place) => pointMark(L, feature, place),
    onEachFeature(feature, layer) {
      attach(layer, feature, element);
      for (const [place, metres] of (feature.properties.rings ?? []).entries()) {
        L.circle(layer.getLatLng(), { ...RING, radius: metres }).addTo(map);
        if (isAlone) nameRing(L, map, layer.getLatLng(), metres, RING_NAMES[place]);
      }
    },
  }).addTo(map);
  return points;
}

// At the northern end of the ring, where it hides no point.
function nameRing(L, map, centre, metres, name) {
  const top = L.latLng(centre.lat + metres / 111195, centre.lng);
  const label = L.tooltip({ permanent: true, direction: "top", offset: [0, 4], className: "map-name", interactive: false });
  label.setLatLng(top).setContent(document.createTextNode(`${name} ${metres} 米`).textContent).addTo(map);
}

function pickPlace(L, map, element, isShifted) {
  const [lon, lat] = ["pickLon", "pickLat"].map((key) => document.getElementById(element.dataset[key] ?? ""));
  if (!lon || !lat) return;
  const mark = L.circleMarker([0, 0], { radius: 9, color: "#fff", weight: 3, fillColor: "#b3261e", fillOpacity: 1 });
  const show = () => {
    if (!lon.value || !lat.value) return;
    const [x, y] = isShifted ? toGcj02([+lon.value, +lat.value]) : [+lon.value, +lat.value];
    mark.setLatLng([y, x]).addTo(map);
  };
  map.on("click", ({ latlng }) => {
    const [x, y] = isShifted ? toWgs84([latlng.lng, latlng.lat]) : [latlng.lng, latlng.lat];
    lon.value = x.toFixed(6);
    lat.value = y.toFixed(6);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  for (const input of [lon, lat]) input.addEventListener("change", show);
  show();
}

// The same content for keyboards and screen readers: a list behind the map.
function listBehind(element, collections) {
  const places = collections.flatMap((data) => data?.features ?? []).map(({ properties }) => properties);
  if (!places.length || element.nextElementSibling?.matches("[data-map-list]")) return;
  const details = document.createElement("details");
  details.className = "more map-list";
  details.dataset.mapList = "";
  const summary = document.createElement("summary");
  summary.textContent = `以列表查看（${places.length}）`;
  const list = document.createElement("ul");
  list.className = "list";
  list.append(...places.slice(0, 500).map(listItem));
  details.append(summary, list);
  element.after(details);
}

function listItem(properties) {
  const item = document.createElement("li");
  item.append(popup(properties));
  return item;
}

function say(element, words) {
  let line = element.querySelector(".map-say");
  if (!line) {
    line = document.createElement("div");
    line.className = "map-say";
    line.setAttribute("role", "status");
    element.append(line);
  }
  line.textContent = words;
  line.hidden = !words;
}

// Around one station the map shows its rings; a button widens it to the outlines and back.
function widen(L, map, areas, points) {
  const ringed = points.getLayers().filter((mark) => mark.feature.properties.rings);
  if (!ringed.length || !areas.getLayers().length) return;
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn small map-wide", textContent: "看全区" });
    L.DomEvent.disableClickPropagation(button);
    let isWide = false;
    button.addEventListener("click", () => {
      isWide = !isWide;
      button.textContent = isWide ? "看管控圈" : "看全区";
      frame(map, isWide ? [areas] : [points]);
    });
    return button;
  };
  control.addTo(map);
}

function frame(map, layers, focus) {
  const held = focus && layers.flatMap((layer) => layer?.getLayers() ?? []).find((layer) => layer.feature.properties.code === focus);
  const shapes = held ? [held] : layers.filter(Boolean);
  const bounds = shapes.reduce((all, shape) => {
    const own = shape.getBounds?.() ?? shape.getLatLng().toBounds(2000);
    for (const mark of shape.getLayers?.() ?? []) {
      const widest = Math.max(0, ...(mark.feature?.properties.rings ?? []));
      if (widest) own.extend(mark.getLatLng().toBounds(2 * widest));
    }
    return all ? all.extend(own) : own;
  }, null);
  if (bounds?.isValid()) map.fitBounds(bounds, { padding: [18, 18], maxZoom: 15 });
  else map.setView([28.36, 112.82], 10);
}

async function draw(element) {
  element.dataset.drawn = "yes";
  say(element, "正在取地图数据…");
  try {
    const [L, areas, points] = await Promise.all([leaflet(element), geojson(element, "url"), geojson(element, "points")]);
    const { tiles, tilesDatum, tilesCredit, focus } = element.dataset;
    const isShifted = Boolean(tiles) && tilesDatum === "gcj02";
    const map = L.map(element, { renderer: L.canvas({ padding: 0.3 }), attributionControl: Boolean(tiles), scrollWheelZoom: element.dataset.wheel !== "no" });
    if (tiles) L.tileLayer(tiles, { attribution: tilesCredit, maxZoom: 18 }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const projection = isShifted ? { coordsToLatLng: (at) => L.latLng(toGcj02(at).reverse()) } : {};
    map.setView([28.36, 112.82], 10);
    const layers = [areas && drawAreas(L, map, areas, element, projection), areas && drawPoints(L, map, areas, element, projection), points && drawPoints(L, map, points, element, projection)];
    const near = element.dataset.near === "yes" && points?.features.length;
    frame(map, near ? [layers[2]] : layers.filter((layer) => layer?.getLayers().length), focus);
    if (near && areas) widen(L, map, layers[0], layers[2]);
    pickPlace(L, map, element, isShifted);
    listBehind(element, [areas, points]);
    say(element, "");
  } catch (error) {
    say(element, "地图数据没有取到。列表和表格仍可使用，请稍后刷新。");
    console.warn(error);
  }
}

export function drawMaps(root) {
  for (const element of root.querySelectorAll("[data-map]:not([data-drawn])")) draw(element);
}
