// Shows the card without a connection. It keeps the page for that and its files, and nothing that is anybody's.
// The service puts the list of FILES and the name KEPT before these lines.

const OFFLINE = "/wallet/offline";
const PATIENCE = 5000; // milliseconds: at a till where the network is silent, the card is shown instead
const AWAY = [502, 503, 504]; // the service is not there; somebody says so in its place

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

const late = () => new Promise((_, give) => setTimeout(() => give(new Error("late")), PATIENCE));
const held = () => caches.match(OFFLINE, { ignoreVary: true });

const open = async (event) => {
  const isRead = event.request.method === "GET"; // what was sent waits for its answer
  try {
    const asked = fetch(event.request);
    const answer = await (isRead ? Promise.race([asked, late()]) : asked);
    if (isRead && AWAY.includes(answer.status)) {
      return (await held()) ?? answer;
    }
    if (new URL(event.request.url).searchParams.has("lang")) {
      event.waitUntil(renew().catch(() => undefined));
    }
    return answer;
  } catch {
    return (await held()) ?? Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  const isPaper = pathname.startsWith("/wallet/years/") || pathname.endsWith(".json"); // made when it is asked for
  if (request.mode === "navigate" && !isPaper) {
    event.respondWith(open(event));
  } else if (FILES.includes(pathname)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  }
});
