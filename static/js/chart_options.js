// What the charts look like: few colours, units in the axis title, limits as thin lines, marks on the curve.
const INKS = ["#0f6b5c", "#b3670b", "#2a5d8f", "#7a4f86", "#7f8c87", "#8a2f2a"];
const WALL_INKS = ["#5fd3b4", "#f2b35c", "#8fc3f0", "#d3a6de", "#b9c6c1", "#f08f86"];
const LEVELS = [
  { min: 0, max: 50, color: "#00e400", label: "优" },
  { min: 51, max: 100, color: "#ffff00", label: "良" },
  { min: 101, max: 150, color: "#ff7e00", label: "轻度" },
  { min: 151, max: 200, color: "#ff0000", label: "中度" },
  { min: 201, max: 300, color: "#99004c", label: "重度" },
  { min: 301, max: 1000, color: "#7e0023", label: "严重" },
];
const FONT = getComputedStyle(document.documentElement).getPropertyValue("--font").trim() || "sans-serif";
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

function ground({ wall }) {
  const ink = wall ? "#c3d4cd" : "#4d5d59";
  return {
    color: wall ? WALL_INKS : INKS,
    animation: !isStill && !wall,
    animationDuration: 300,
    textStyle: { fontFamily: FONT, color: ink, fontSize: wall ? 22 : 12 },
    tooltip: { trigger: "axis", confine: true, borderColor: "#c9d1cb", padding: [8, 12], textStyle: { color: "#1c2b28", fontSize: 13, fontFamily: FONT } },
    aria: { enabled: true },
  };
}

function titled({ y_title: title, unit }) {
  return [title, unit].filter(Boolean).join("，");
}

function axes(spec, { wall }) {
  const size = wall ? 22 : 12;
  const line = wall ? "#3a524b" : "#e2e6e1";
  const ink = wall ? "#c3d4cd" : "#4d5d59";
  const names = {
    type: "category",
    data: spec.x,
    boundaryGap: spec.kind === "bar" || (spec.series ?? []).some(({ kind }) => kind === "bar"),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: wall ? "#5a736b" : "#c9d1cb" } },
    axisLabel: { color: ink, fontSize: size, hideOverlap: true, alignMinLabel: spec.sideways ? undefined : "left", width: spec.sideways ? 110 : undefined, overflow: "truncate" },
    inverse: Boolean(spec.sideways),
  };
  const values = {
    type: "value",
    scale: Boolean(spec.from_lowest),
    splitLine: { lineStyle: { color: line } },
    axisLabel: { color: ink, fontSize: size },
  };
  return spec.sideways ? { xAxis: values, yAxis: names } : { xAxis: names, yAxis: values };
}

function limitLines({ limits = [], sideways }, { wall }) {
  if (!limits.length) return undefined;
  const key = sideways ? "xAxis" : "yAxis";
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: wall ? "#f2b35c" : "#955307", width: 1, type: "dashed" },
    label: { position: sideways ? "start" : "insideEndTop", formatter: "{b}", color: wall ? "#f2b35c" : "#955307", fontSize: wall ? 20 : 11.5, backgroundColor: wall ? "#13251f" : "rgba(255,255,255,.86)", padding: [1, 4] },
    data: limits.map(({ name, value }) => ({ name: `${name} ${value}`, [key]: value })),
  };
}

function markLines({ marks = [] }, { wall }) {
  const ink = wall ? WALL_INKS[2] : INKS[2];
  return marks.map(({ x, name }) => ({ name, xAxis: x, lineStyle: { color: ink, type: "solid", width: 1 }, label: { formatter: name, position: "end", color: ink, fontSize: wall ? 20 : 11.5 } }));
}

function seriesOf(spec, screen) {
  return spec.series.map((one, index) => {
    const isBar = (one.kind ?? spec.kind) === "bar";
    const lines = index === 0 ? limitLines(spec, screen) : undefined;
    const marked = index === 0 && spec.marks?.length ? { silent: true, symbol: ["none", "circle"], symbolSize: 5, ...lines, data: [...(lines?.data ?? []), ...markLines(spec, screen)] } : lines;
    return {
      name: one.name,
      type: isBar ? "bar" : "line",
      data: one.data,
      stack: spec.stack ? "all" : undefined,
      showSymbol: one.data.length <= 31 && !isBar,
      symbolSize: screen.wall ? 9 : 5,
      barMaxWidth: 26,
      itemStyle: isBar ? { borderRadius: spec.sideways ? [0, 4, 4, 0] : [4, 4, 0, 0] } : undefined,
      lineStyle: { width: screen.wall ? 4 : 2, type: one.dashed ? [5, 4] : "solid" },
      connectNulls: false,
      markLine: marked,
      tooltip: { valueFormatter: (value) => (value === null || value === undefined ? "无数据" : `${value} ${one.unit ?? spec.unit ?? ""}`) },
    };
  });
}

// The measure and its unit stand above the axis, where they cannot be cut off.
function heading(spec, { wall }) {
  return { text: titled(spec), left: 0, top: 2, textStyle: { color: wall ? "#c3d4cd" : "#4d5d59", fontSize: wall ? 22 : 12, fontWeight: "normal", fontFamily: FONT } };
}

// Rows that the legend takes on a phone: a swatch and its name beside each other, about 310 px wide.
function legendRows({ series }, size) {
  const width = series.reduce((sum, { name }) => sum + 36 + [...name].length * size, 0);
  return Math.ceil(width / 310);
}

export function lineOption(spec, screen) {
  const many = spec.series.length > 1;
  const crowded = many && screen.narrow && titled(spec);
  const size = screen.wall ? 22 : 12;
  const head = crowded ? 2 + 1.6 * legendRows(spec, size) + (spec.marks?.length ? 1 : 0) : 2;
  return {
    ...ground(screen),
    title: heading(spec, screen),
    grid: { left: 4, right: spec.sideways || screen.wall ? 36 : 24, top: head * size + 18, bottom: 4, containLabel: true },
    legend: many ? { top: crowded ? size * 1.8 : 0, right: 0, left: crowded ? 0 : undefined, itemWidth: 16, itemHeight: 9, textStyle: { color: screen.wall ? "#c3d4cd" : "#4d5d59", fontSize: size } } : undefined,
    ...axes(spec, screen),
    series: seriesOf(spec, screen),
  };
}

function calendarPart(range, top) {
  return {
    range,
    left: 24, right: 4, top,
    cellSize: ["auto", 15],
    itemStyle: { borderColor: "#fff", borderWidth: 2, color: "#edf0ed" },
    splitLine: { lineStyle: { color: "#7f8c87", width: 1 } },
    dayLabel: { firstDay: 1, nameMap: ["日", "一", "二", "三", "四", "五", "六"], color: "#636f6a", fontSize: 11 },
    monthLabel: { nameMap: "ZH", color: "#4d5d59" },
    yearLabel: { show: false },
  };
}

// A narrow screen gets two half years, one below the other.
function halves([from, to]) {
  const middle = `${from.slice(0, 4)}-06-30`;
  return middle > from && middle < to ? [[from, middle], [`${from.slice(0, 4)}-07-01`, to]] : [[from, to]];
}

export function calendarOption(spec, screen) {
  const dates = spec.days.map(([day]) => day).sort();
  const range = spec.range ?? [dates[0], dates.at(-1)];
  const parts = screen.narrow ? halves(range) : [range];
  const known = spec.days.filter(([, value]) => value !== null);
  return {
    ...ground(screen),
    tooltip: { ...ground(screen).tooltip, trigger: "item", formatter: ({ data }) => `${data[0]}　AQI ${data[1]}` },
    visualMap: { type: "piecewise", pieces: LEVELS, orient: "horizontal", left: 0, bottom: 0, itemWidth: 12, itemHeight: 12, itemGap: 8, textGap: 4, textStyle: { color: "#4d5d59" } },
    calendar: parts.map((part, place) => calendarPart(part, 24 + place * 132)),
    series: parts.map(([from, to], place) => ({ type: "heatmap", coordinateSystem: "calendar", calendarIndex: place, data: known.filter(([day]) => day >= from && day <= to) })),
  };
}

export function roseOption(spec, screen) {
  return {
    ...ground(screen),
    color: spec.series.length > 1 ? ["#cfe3dc", "#8fb8ac", "#4d8779", "#0f6b5c", "#0a4f44"] : ["#4d8779"],
    legend: { bottom: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: "#4d5d59" } },
    polar: { radius: "66%", center: ["50%", "46%"] },
    angleAxis: { type: "category", data: spec.x, startAngle: 90 + 180 / spec.x.length, axisLine: { lineStyle: { color: "#c9d1cb" } }, axisTick: { show: false }, axisLabel: { color: "#4d5d59", interval: 0, formatter: (name) => (name.length > 2 ? "" : name) } },
    radiusAxis: { z: 5, axisLabel: { color: "#4d5d59", formatter: `{value} ${spec.unit ?? ""}`, backgroundColor: "rgba(255,255,255,.72)", showMinLabel: false }, splitLine: { lineStyle: { color: "#e2e6e1" } }, axisLine: { show: false }, splitNumber: 3 },
    series: spec.series.map(({ name, data }) => ({ name, data, type: "bar", coordinateSystem: "polar", stack: "all", barCategoryGap: "6%" })),
  };
}
