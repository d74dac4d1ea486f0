// The wall screen: runs the clock, fetches its own page again, and says so when data or line are late.
const LATE_AFTER_MS = 2 * 3600 * 1000;
const clockFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
const dayFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const arrived = Date.now();
const offset = (Date.parse(document.body.dataset.at ?? "") || arrived) - arrived;
let isCut = false;

const now = () => Date.now() + offset;

function tell() {
  const clock = document.querySelector("[data-clock]");
  if (clock) clock.textContent = clockFormat.format(now());
  const line = document.getElementById("wall-data");
  const at = Date.parse(line?.dataset.dataAt ?? "");
  if (Number.isNaN(at)) return;
  const isLate = now() - at > LATE_AFTER_MS;
  line.classList.toggle("stale", isLate || isCut);
  if (isLate) line.textContent = `数据延迟 · 最后 ${dayFormat.format(at)}`;
  else if (isCut) line.textContent = `连接中断 · 数据 ${dayFormat.format(at)}`;
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["content", "wall-data"]) {
      const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
      if (old && next) old.replaceWith(document.adoptNode(next));
    }
    isCut = false;
    document.dispatchEvent(new CustomEvent("fresh", { detail: document.getElementById("content") }));
  } catch {
    isCut = true;
  }
  tell();
}

const seconds = Number(document.querySelector("[data-refresh]")?.dataset.refresh) || 60;
setInterval(tell, 10_000);
setInterval(refresh, seconds * 1000);
tell();
