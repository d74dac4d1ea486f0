// Keeps "55 分钟" and "逾期 2 小时" true while a page stays open. The words follow grids/speaking.py.
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const EVERY_MS = 30_000;

function pair(first, unit, second, part) {
  return second ? `${first} ${unit} ${second} ${part}` : `${first} ${unit}`;
}

export function span(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  if (seconds < HOUR) return `${Math.max(Math.floor(seconds / MINUTE), 1)} 分钟`;
  if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} 天`;
  const rest = seconds % DAY;
  if (seconds >= DAY) return pair(1, "天", Math.floor(rest / HOUR), "小时");
  if (seconds >= 6 * HOUR) return `${Math.floor(seconds / HOUR)} 小时`;
  return pair(Math.floor(seconds / HOUR), "小时", Math.floor((seconds % HOUR) / MINUTE), "分");
}

function retell(element, now) {
  const then = Date.parse(element.dateTime);
  if (element.dataset.say === "since") {
    element.textContent = span(now - then);
  } else if (then < now) {
    element.textContent = `逾期 ${span(now - then)}`;
    const chip = element.closest(".chip");
    chip?.classList.remove("warn");
    chip?.classList.add("late");
  } else {
    element.textContent = element.textContent.replace(/剩 .*$/, `剩 ${span(then - now)}`);
  }
}

export function keepTimesRunning() {
  const arrived = Date.now();
  // The page's own moment may be a replayed one: run on from there, not from this device's clock.
  const said = Date.parse(document.body.dataset.at ?? "");
  const offset = Number.isNaN(said) ? 0 : said - arrived;
  setInterval(() => {
    const now = Date.now() + offset;
    document.querySelectorAll("time[data-say]").forEach((element) => retell(element, now));
  }, EVERY_MS);
}
