// The till without network: the sale's page and its files are kept, and nothing of anybody else's.
// The service puts the list of FILES, the READER of square codes and the name KEPT before these lines.

const SALE = "/till";
const OFFLINE = "/till/offline";
const PATIENCE = 4000; // milliseconds: at the counter, nobody waits longer for a page

const keep = async (path, answer) => {
  if (answer.ok && !answer.redirected && answer.type === "basic") {
    const kept = await caches.open(KEPT);
    await kept.put(path, answer.clone());
  }
  return answer;
};

const patient = (request) =>
  Promise.race([fetch(request), new Promise((_, give) => setTimeout(() => give(new Error("late")), PATIENCE))]);

const install = async () => {
  const kept = await caches.open(KEPT);
  await kept.addAll([...FILES, OFFLINE]);
  await keep(SALE, await fetch(SALE)).catch(() => undefined); // nobody may be logged in just now
  await self.skipWaiting();
};

// A browser that reads square codes by itself needs no reader. Elsewhere it comes after the rest: it is large.
const keepReader = async () => {
  const known = "BarcodeDetector" in self ? await BarcodeDetector.getSupportedFormats() : [];
  if (!known.includes("qr_code")) {
    await keep(READER, await fetch(READER));
  }
};

const activate = async () => {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("till-") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
  await keepReader().catch(() => undefined); // without it, the number can be typed
};

// What is kept is in the language of its day: who changes the language goes on in it without network, too.
const renew = () =>
  Promise.all([SALE, OFFLINE].map(async (path) => keep(path, await fetch(path)))).catch(() => undefined);

const open = async (event, path) => {
  const { request } = event;
  const { search, searchParams } = new URL(request.url);
  const kept = await caches.open(KEPT);
  const held = () => kept.match(path === SALE ? SALE : OFFLINE);
  try {
    const answer = await patient(request);
    if (answer.status >= 500) {
      return (await held()) || answer;
    }
    if (searchParams.has("lang")) {
      event.waitUntil(renew());
    }
    return path === SALE && search === "" ? keep(SALE, answer) : answer;
  } catch (error) {
    const found = await held();
    if (found) {
      return found;
    }
    throw error;
  }
};

const file = async (request) => {
  const found = await caches.match(request);
  if (found) {
    return found;
  }
  const answer = await fetch(request);
  return keep(request, answer); // under a name that tells its content
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isPaper = /\.(csv|pdf)$/.test(url.pathname); // given by the service alone
  if (request.method !== "GET" || url.origin !== location.origin || isPaper) {
    return;
  }
  if (request.mode === "navigate" && (url.pathname === SALE || url.pathname.startsWith(`${SALE}/`))) {
    event.respondWith(open(event, url.pathname));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  }
});
