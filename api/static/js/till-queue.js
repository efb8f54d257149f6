// Sales on their way: kept in the browser's database before anything is sent, gone from it only once the
// service has answered for each. The receipt number is made here, once: what is sent twice is recorded once.
"use strict";

const Till = (() => {
  const WAITING = "waiting";
  const REFUSED = "refused";
  const AT_ONCE = 50;
  const PATIENCE = 5000; // milliseconds for an answer; then the sale waits
  const AGAIN = 15000;
  const box = document.getElementById("queue");
  const unsent = document.getElementById("unsent");
  const refused = document.getElementById("refused");
  const merchant = box.dataset.merchant === "" ? null : Number(box.dataset.merchant);
  let needsLogin = false;
  let trouble = "";

  const database = new Promise((resolve, reject) => {
    const asked = indexedDB.open("till", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("sales", { keyPath: "n", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  // Runs `work` on the store, and returns its result once the transaction is complete: on the disk.
  const within = async (mode, work) => {
    const opened = await database;
    return new Promise((resolve, reject) => {
      const change = opened.transaction("sales", mode, { durability: "strict" });
      const asked = work(change.objectStore("sales"));
      change.oncomplete = () => resolve(asked.result);
      change.onerror = () => reject(change.error);
      change.onabort = () => reject(change.error);
    });
  };
  const all = () => within("readonly", (store) => store.getAll());
  const remove = (n) => within("readwrite", (store) => store.delete(n));
  const put = (sale) => within("readwrite", (store) => store.put(sale));

  const given = ({ receipt, amount, card, phone, at }) => {
    const sale = { receipt, amount: String(amount), at };
    return { ...sale, ...(card ? { card } : {}), ...(phone ? { phone } : {}) };
  };

  const post = async (sales) => {
    const { till } = sales[0];
    const ended = new AbortController();
    const clock = setTimeout(() => ended.abort(), PATIENCE);
    try {
      return await fetch("/till/sales", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ merchant, till, sales: sales.map(given) }),
        redirect: "manual", // to the login: nobody is logged in any more
        signal: ended.signal,
      });
    } finally {
      clearTimeout(clock);
    }
  };

  // Sends one block; returns what became of each receipt, or null when it must be tried later.
  const sendBlock = async (sales) => {
    const answer = await post(sales);
    needsLogin = answer.type === "opaqueredirect";
    if (needsLogin) {
      return null;
    }
    const read = await answer.json();
    trouble = answer.ok ? "" : `${read.title} ${read.advice}`;
    if (!answer.ok) {
      return null;
    }
    const told = new Map(read.sales.map((one) => [one.receipt, one]));
    for (const sale of sales) {
      const { outcome, what, advice } = told.get(sale.receipt);
      await (outcome === "refused" ? put({ ...sale, state: REFUSED, why: `${what} ${advice}` }) : remove(sale.n));
    }
    return told;
  };

  const sendAll = async () => {
    const done = new Map();
    for (;;) {
      const waiting = (await all()).filter((one) => one.state === WAITING && one.merchant === merchant);
      const block = waiting.filter((one) => one.till === waiting[0].till).slice(0, AT_ONCE);
      const told = block.length ? await sendBlock(block) : null;
      if (told === null) {
        return done;
      }
      told.forEach((value, key) => done.set(key, value));
    }
  };

  // One after another in this page, and one page at a time of this device.
  let last = Promise.resolve(new Map());
  const send = () => {
    const next = async () => {
      try {
        return await (navigator.locks ? navigator.locks.request("till-send", sendAll) : sendAll());
      } catch {
        return new Map(); // no network: they wait
      } finally {
        await show().catch(() => undefined);
      }
    };
    last = last.then(next);
    return last;
  };

  const record = async (sale) => {
    await put({ ...sale, state: WAITING });
    await show();
    const told = await send();
    return told.get(sale.receipt) || null;
  };

  const forget = async (receipt) => {
    const found = (await all()).find((one) => one.receipt === receipt);
    if (found) {
      await remove(found.n);
    }
    await show();
  };

  const sentence = (count) => {
    const singular = document.documentElement.lang.startsWith("fr") ? count < 2 : count === 1;
    return (singular ? box.dataset.one : box.dataset.several).replace("{count}", String(count));
  };

  const line = (sale) => {
    const { content } = refused.querySelector("template");
    const item = content.firstElementChild.cloneNode(true);
    item.querySelector("[data-amount]").textContent = sale.shown;
    item.querySelector("[data-when]").textContent = new Date(sale.at).toLocaleString(document.documentElement.lang);
    item.querySelector("[data-why]").textContent = sale.why;
    item.querySelector("[data-remove]").addEventListener("click", () => remove(sale.n).then(show));
    const again = item.querySelector("[data-again]");
    again.hidden = !(sale.card || sale.phone);
    again.addEventListener("click", async () => {
      await put({ ...sale, card: null, phone: null, state: WAITING });
      await send();
    });
    return item;
  };

  const show = async () => {
    const held = await all();
    const waiting = held.filter((one) => one.state === WAITING);
    const others = waiting.some((one) => one.merchant !== merchant && merchant !== null);
    const parts = [sentence(waiting.length), trouble, others ? box.dataset.others : ""];
    unsent.replaceChildren(...[parts.filter(Boolean).join(" ")]);
    if (needsLogin) {
      const link = document.createElement("a");
      link.href = "/enter?to=/till";
      link.textContent = box.dataset.enter;
      unsent.append(" ", link);
    }
    unsent.hidden = waiting.length === 0;
    const bad = held.filter((one) => one.state === REFUSED && (one.merchant === merchant || merchant === null));
    refused.querySelector("ul").replaceChildren(...bad.map(line));
    refused.hidden = bad.length === 0;
    return waiting.length;
  };

  const tick = async () => {
    if ((await show()) > 0 && merchant !== null) {
      await send();
    }
  };

  addEventListener("online", tick);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  setInterval(tick, AGAIN);
  tick().catch(() => {
    unsent.textContent = box.dataset.lost;
    unsent.hidden = false;
  });

  const own = window.trustedTypes
    ? trustedTypes.createPolicy("own", {
        createScriptURL: (url) => {
          if (url === "/till/worker.js" || url.startsWith("/static/")) {
            return url;
          }
          throw new TypeError("not ours");
        },
      })
    : { createScriptURL: (url) => url };
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(own.createScriptURL("/till/worker.js"), { scope: "/till" }).catch(() => undefined);
  }

  return { record, forget, script: (url) => own.createScriptURL(url) };
})();
