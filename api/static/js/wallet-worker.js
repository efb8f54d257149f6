// Shows the card without a connection. It keeps the page for that and its files, and nothing that is anybody's.
// The service puts the list of FILES and the name KEPT before these lines.

const OFFLINE = "/wallet/offline";

self.addEventListener("install", (event) => {
  const keep = async () => {
    const kept = await caches.open(KEPT);
    await kept.addAll([...FILES, OFFLINE]);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("wallet") && name !== KEPT); // the till's are not ours
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

// What is kept is in the language of its day: who changes the language goes on in it without network, too.
const renew = async () => {
  const answer = await fetch(OFFLINE);
  if (answer.ok && !answer.redirected) {
    const kept = await caches.open(KEPT);
    await kept.put(OFFLINE, answer);
  }
};

const open = async (event) => {
  try {
    const answer = await fetch(event.request);
    if (new URL(event.request.url).searchParams.has("lang")) {
      event.waitUntil(renew().catch(() => undefined));
    }
    return answer;
  } catch {
    return caches.match(OFFLINE, { ignoreVary: true });
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(open(event));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  }
});
