// ECharts by dynamic import, from a JSON block on the page. A table, CSV and PNG stand behind every chart.
//
// {"kind": "line|bar|calendar|rose", "x": […], "x_title": "", "y_title": "PM2.5", "unit": "µg/m³",
//  "series": [{"name": "", "data": […], "dashed": false, "kind": "bar"}], "stack": false, "sideways": false,
//  "limits": [{"name": "二级", "value": 35}], "marks": [{"x": "11-14", "name": "错峰"}],
//  "days": [["2026-11-16", 87], …]}            (calendar: AQI per day; rose: x = directions)
import { calendarOption, lineOption, roseOption } from "./chart_options.js";
import { saveCsv, savePng, tableOf } from "./chart_table.js";

let library;

async function echarts(figure) {
  library ??= import(new URL(figure.dataset.echarts, document.baseURI));
  return library;
}

const OPTIONS = { calendar: calendarOption, rose: roseOption };

function specOf(figure) {
  return JSON.parse(document.getElementById(figure.dataset.chart).textContent);
}

function tail(figure, spec, chart) {
  const details = document.createElement("details");
  details.className = "more";
  const summary = document.createElement("summary");
  summary.textContent = "看数据表";
  details.append(summary);
  details.addEventListener("toggle", () => details.childElementCount < 2 && details.append(tableOf(spec)));
  const title = figure.getAttribute("aria-label") || "图表";
  const tools = document.createElement("div");
  tools.className = "chart-tools";
  tools.append(action("下载 CSV", () => saveCsv(spec, title)));
  if (chart) tools.append(action("下载图片", () => savePng(chart, title)));
  const box = document.createElement("div");
  box.className = "chart-tail";
  box.append(details, tools);
  figure.append(box);
}

function action(text, run) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: text });
  button.addEventListener("click", run);
  return button;
}

function isEmpty({ series = [], days = [] }) {
  return !days.length && !series.some(({ data }) => data.some((value) => value !== null));
}

async function draw(figure) {
  figure.dataset.drawn = "yes";
  const spec = specOf(figure);
  const canvas = figure.querySelector(".canvas");
  if (isEmpty(spec)) {
    canvas.replaceChildren(Object.assign(document.createElement("div"), { className: "empty slim", textContent: spec.empty ?? "这段时间没有数据。" }));
    return;
  }
  let chart;
  try {
    const { init } = await echarts(figure);
    const screen = { narrow: figure.clientWidth < 560, wall: document.body.classList.contains("wall") };
    if (spec.kind === "calendar") canvas.classList.add(screen.narrow ? "halves" : "year");
    chart = init(canvas, null, { renderer: "canvas" });
    chart.setOption((OPTIONS[spec.kind] ?? lineOption)(spec, screen));
    new ResizeObserver(() => chart.resize()).observe(canvas);
  } catch (error) {
    canvas.textContent = "图没有画出来，数据表在下面。";
    console.warn(error);
  }
  if (figure.dataset.bare === undefined) tail(figure, spec, chart);
}

export function drawCharts(root) {
  for (const figure of root.querySelectorAll("[data-chart]:not([data-drawn])")) draw(figure);
}
