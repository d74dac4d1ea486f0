// The strip under the phone title: tells the truth about the network and the queue.
// The queue's own script says how many wait: document.dispatchEvent(new CustomEvent("queue", {detail: {waiting: 3, failed: 0, sending: false}})).
const queue = { waiting: 0, failed: 0, sending: false };

function words() {
  const net = navigator.onLine ? "在线" : "离线";
  if (queue.failed) return `${net} · ${queue.failed} 件没有送成，请重试`;
  if (queue.sending) return `正在上传 · 还有 ${queue.waiting} 件`;
  if (queue.waiting) return `${net} · ${queue.waiting} 件待上传`;
  return navigator.onLine ? "在线 · 全部已到服务器" : "离线 · 可以照常记录，有信号后自动上传";
}

function show() {
  const strip = document.getElementById("strip");
  if (!strip) return;
  const busy = queue.sending || queue.waiting || queue.failed;
  strip.dataset.net = navigator.onLine ? (busy ? "busy" : "on") : "off";
  strip.querySelector("[data-strip-text]").textContent = words();
  const link = strip.querySelector("[data-strip-link]");
  if (link) link.hidden = !busy;
  for (const badge of document.querySelectorAll("[data-count='queue']")) {
    badge.textContent = queue.waiting + queue.failed || "";
  }
}

export function watchNetwork() {
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  document.addEventListener("queue", ({ detail }) => {
    Object.assign(queue, detail);
    show();
  });
  show();
}
