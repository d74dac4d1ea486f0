// The table behind a chart, and its two exports.
function rowsOf(spec) {
  if (spec.kind === "calendar") return { head: ["日期", "AQI"], rows: spec.days };
  const head = [spec.x_title || "项目", ...spec.series.map((one) => heading(one, spec))];
  return { head, rows: spec.x.map((name, place) => [name, ...spec.series.map(({ data }) => data[place])]) };
}

function heading({ name, unit }, spec) {
  const measure = unit ?? spec.unit;
  return measure ? `${name}（${measure}）` : name;
}

function cell(tag, text, css) {
  const element = document.createElement(tag);
  element.textContent = text ?? "—";
  if (css) element.className = css;
  return element;
}

export function tableOf(spec) {
  const { head, rows } = rowsOf(spec);
  const table = document.createElement("table");
  table.className = "table";
  const top = table.createTHead().insertRow();
  head.forEach((text, place) => top.append(cell("th", text, place ? "r" : "")));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, place) => line.append(cell("td", text, place ? "n" : "")));
  }
  const wrap = document.createElement("div");
  wrap.className = "table-wrap";
  wrap.tabIndex = 0;
  wrap.append(table);
  return wrap;
}

function quoted(value) {
  const text = String(value ?? "");
  // A leading = + - @ would run as a formula in a spreadsheet; figures keep their sign.
  const safe = /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(name, url) {
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
}

export function saveCsv(spec, title) {
  const { head, rows } = rowsOf(spec);
  const text = [head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
  // The mark at the start makes office spreadsheets read it as UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  save(`${title}.csv`, url);
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function savePng(chart, title) {
  save(`${title}.png`, chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" }));
}
