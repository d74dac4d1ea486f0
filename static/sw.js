// Keeps the pages of the field and what they are drawn with, so that a form opens without a signal.
// Network first, the copy only when the network fails. Nothing of one person is left for the next:
// signing in or out empties the copies of pages.
const PAGES = "lange-pages-1";
const FILES = "lange-files-1";
const SHELL = ["/today/", "/inspections/new/", "/report/", "/queue/", "/nearby/", "/duties/"];
const PATIENCE_MS = 6000;
const STAMP = "/warmed-at";
const WARM_MS = 3_600_000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const current = new Set([PAGES, FILES]);
  const drop = async () => {
    for (const name of await caches.keys()) if (!current.has(name)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

function isPage(response) {
  const type = response.headers.get("Content-Type") ?? "";
  return response.ok && !response.redirected && type.startsWith("text/html");
}

// Counts signings in and out: a page asked for before one of them is not kept after it.
let epoch = 0;

async function keepPage(path, response, asked) {
  if (!isPage(response) || asked !== epoch) return;
  const cache = await caches.open(PAGES);
  if (asked === epoch) await cache.put(path, response.clone());
}

async function fromNetwork(request) {
  const asked = epoch;
  const response = await fetch(request);
  await keepPage(new URL(request.url).pathname, response, asked);
  return response;
}

function afterPatience() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE_MS));
}

async function page(request) {
  const cache = await caches.open(PAGES);
  const copy = await cache.match(new URL(request.url).pathname);
  const fresh = fromNetwork(request);
  if (!copy) return fresh;
  try {
    return await Promise.race([fresh, afterPatience()]);
  } catch {
    fresh.catch(() => null);
    return copy;
  }
}

// Files: the copy at once, a fresh one for the next time.
async function file(request) {
  const cache = await caches.open(FILES);
  const copy = await cache.match(request);
  const fresh = fetch(request).then((response) => {
    if (response.ok) cache.put(request, response.clone());
    return response;
  });
  if (!copy) return fresh;
  fresh.catch(() => null);
  return copy;
}

async function isWarm() {
  const stamp = await (await caches.open(PAGES)).match(STAMP);
  return stamp && Date.now() - Number(await stamp.text()) < WARM_MS;
}

// Fetches the shell and everything its pages and scripts name; once an hour and per sign-in.
async function warm() {
  const asked = epoch;
  if (await isWarm()) return;
  await (await caches.open(PAGES)).put(STAMP, new Response(String(Date.now())));
  for (const path of SHELL) {
    if (asked !== epoch) return;
    try {
      const response = await fetch(path, { credentials: "same-origin" });
      if (!isPage(response)) continue;
      const text = await response.clone().text();
      await keepPage(path, response, asked);
      await keepFiles(text, path);
    } catch {
      return;
    }
  }
}

const NAMED = /(?:src|href)="(\/static\/[^"]+)"|(?:from|import)\s*\(?\s*"(\.\/[^"]+\.js)"|url\("?(\.\.\/[^")]+)"?\)/g;

async function keepFiles(text, base) {
  const cache = await caches.open(FILES);
  for (const [, absolute, module, picture] of text.matchAll(NAMED)) {
    const address = new URL(absolute ?? module ?? picture, new URL(base, self.location.origin));
    if (await cache.match(address)) continue;
    const response = await fetch(address);
    if (!response.ok) continue;
    await cache.put(address, response.clone());
    if (/\.(js|css)$/.test(address.pathname)) await keepFiles(await response.text(), address.href);
  }
}

function forget() {
  epoch += 1;
  return caches.delete(PAGES);
}

self.addEventListener("message", (event) => {
  if (event.data?.warm) event.waitUntil(warm());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (["/login/", "/logout/"].includes(address.pathname)) {
    event.waitUntil(forget());
    return;
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && SHELL.includes(address.pathname)) event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(request));
});
