// Starts the desk with no network. The build fills in the two constants below (see xtask/src/finish.rs).
//
//   the app's own files   kept whole, one set per version, each checked against its hash when it is fetched
//   a page                the kept index.html at once, whatever its path
//   /policy               what is kept, at once; a newer copy is fetched behind it, for the next time
//   /api and all else     not touched: never answered from here, never kept (the app itself keeps the connector in use,
//                         for which backend it is must not be yesterday's word while today's can be had)
//
// A new version is kept beside the old one and waits. It takes over when every tab is closed or when a page
// says SKIP_WAITING; nothing is ever reloaded from here.
"use strict";

const VERSION = "unbuilt";
const SHELL = []; // [path, "sha256-…"]
const RULES = []; // paths of the policy packs that came with this version

const SHELL_CACHE = "baton-shell-" + VERSION;
const RULES_CACHE = "baton-rules";
const PAGE = "/";
const files = new Set(SHELL.map(([path]) => path));

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "SKIP_WAITING") self.skipWaiting();
});

async function install() {
  const shell = await caches.open(SHELL_CACHE);
  await shell.addAll(SHELL.map(([path, integrity]) => new Request(path, { integrity, cache: hashed(path) ? "default" : "reload" })));
  const rules = await caches.open(RULES_CACHE);
  await Promise.allSettled(RULES.map((path) => rules.add(new Request(path, { cache: "no-cache" }))));
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("baton-") && name !== SHELL_CACHE && name !== RULES_CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/") || url.pathname === "/api") return;
  if (request.mode === "navigate") event.respondWith(kept(PAGE, request));
  else if (files.has(url.pathname)) event.respondWith(kept(url.pathname, request));
  else if (/^\/policy\/[^/]+\.json$/.test(url.pathname)) event.respondWith(keptThenFresh(event));
});

async function kept(path, request) {
  const cache = await caches.open(SHELL_CACHE);
  return (await cache.match(path, { ignoreVary: true })) || fetch(request);
}

async function keptThenFresh(event) {
  const cache = await caches.open(RULES_CACHE);
  const old = await cache.match(event.request, { ignoreVary: true });
  const fresh = fetch(event.request, { cache: "no-cache" }).then(async (answer) => {
    if (answer.ok) await cache.put(event.request, answer.clone());
    return answer;
  });
  if (!old) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return old;
}

function hashed(path) {
  return /-[0-9a-f]{16}(?:_bg)?\.\w+$/.test(path);
}
