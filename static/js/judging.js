// 验收 by keyboard: J goes to the next matter, K to the one before; Tab then reaches its buttons.
const STEPS = { j: 1, k: -1 };

function isBusy(element) {
  return element.closest("input, textarea, select, dialog[open], [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key.toLowerCase()];
  if (!step || event.ctrlKey || event.altKey || event.metaKey || isBusy(event.target)) return;
  const cases = [...document.querySelectorAll("article.judged")];
  const here = cases.indexOf(document.activeElement.closest("article.judged"));
  const next = cases[here < 0 && step < 0 ? cases.length - 1 : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "start" });
});
