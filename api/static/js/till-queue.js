// Sales on their way: kept in the browser's database before anything is sent, gone from it only once the
// service has answered for each. The receipt number is made here, once: what is sent twice is recorded once.
"use strict";

const Till = (() => {
  const WAITING = "waiting";
  const REFUSED = "refused";
  const LATER = "later";
  const AT_ONCE = 50;
  const AT_THE_COUNTER = 2000; // milliseconds for an answer; then the sale is told as kept, and goes on its way
  const PATIENCE = 10000; // for an answer that nobody stands and waits for; then it is sent anew
  const AGAIN = 15000;
  const BROKEN = 500; // an answer of this status, or above, says nothing about what was sent
  const box = document.getElementById("queue");
  const unsent = document.getElementById("unsent");
  const refused = document.getElementById("refused");
  const merchant = box.dataset.merchant === "" ? null : Number(box.dataset.merchant);
  const answers = new EventTarget();
  const unanswered = new Set(); // the receipts of this page's sales that wait for their last word
  let isAsked = false; // somebody pressed a button since the last pass
  let needsLogin = false;
  let troubles = new Set();

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

  const post = async (sales, isAsked) => {
    const { till } = sales[0];
    const ended = new AbortController();
    const clock = setTimeout(() => ended.abort(), PATIENCE);
    try {
      return await fetch("/till/sales", {
        method: "POST",
        // What waits is sent by itself, too: that nobody stands there is told, and lets an idle session end.
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          ...(isAsked ? {} : { "endogene-unasked": "yes" }),
        },
        body: JSON.stringify({ merchant, till, sales: sales.map(given) }),
        redirect: "manual", // to the login: nobody is logged in any more
        signal: ended.signal,
      });
    } finally {
      clearTimeout(clock);
    }
  };

  // Tells who waits for a sale what became of it: recorded or refused for good, or that it waits, and why.
  const tell = (receipt, fate) => {
    if (fate.outcome !== LATER) {
      unanswered.delete(receipt);
    }
    answers.dispatchEvent(new CustomEvent(receipt, { detail: fate }));
  };

  const settle = async (sale, fate) => {
    if (fate.outcome === REFUSED) {
      await put({ ...sale, state: REFUSED, why: `${fate.what} ${fate.advice}` });
      tell(sale.receipt, fate);
    } else {
      tell(sale.receipt, fate); // before it is gone: a sale that is gone is one that another page sent
      await remove(sale.n);
    }
  };

  // Sends one block, all of one till; returns whether the next may be sent after it. `run`: what is known so far.
  const sendBlock = async (sales, run) => {
    const answer = await post(sales, run.isAsked);
    needsLogin = answer.type === "opaqueredirect";
    if (needsLogin) {
      sales.forEach(({ receipt }) => tell(receipt, { outcome: LATER, what: box.dataset.enter, advice: "" }));
      return false;
    }
    const read = await answer.json();
    const wait = (sale, fate) => {
      run.troubles.add(`${fate.what} ${fate.advice}`);
      tell(sale.receipt, fate);
    };
    if (!answer.ok) {
      run.stuck.add(sales[0].till);
      sales.forEach((sale) => wait(sale, { outcome: LATER, what: read.title, advice: read.advice }));
      return answer.status < BROKEN;
    }
    const fates = new Map(read.sales.map((one) => [one.receipt, one]));
    for (const sale of sales) {
      const fate = fates.get(sale.receipt);
      await (fate.outcome === LATER ? wait(sale, fate) : settle(sale, fate));
    }
    return true;
  };

  // Each sale once; a till whose sales are refused as a whole holds up no other.
  const sendAll = async () => {
    const run = { isAsked, tried: new Set(), stuck: new Set(), troubles: new Set() };
    const isNext = ({ n, state, merchant: whose, till }) =>
      state === WAITING && whose === merchant && !run.tried.has(n) && !run.stuck.has(till);
    isAsked = false;
    for (let goesOn = true; goesOn; ) {
      const waiting = (await all()).filter(isNext);
      const block = waiting.filter((one) => one.till === waiting[0].till).slice(0, AT_ONCE);
      block.forEach((one) => run.tried.add(one.n));
      goesOn = block.length > 0 && (await sendBlock(block, run));
    }
    troubles = run.troubles;
  };

  const pass = async () => {
    try {
      await (navigator.locks ? navigator.locks.request("till-send", sendAll) : sendAll());
    } catch {
      // no network: they wait
    }
    await show().catch(() => undefined);
  };

  // One after another in this page, and one page at a time of this device. Who asks while one has not begun
  // yet shares it: it finds every sale that is kept by then.
  let last = Promise.resolve();
  let next = null;
  const send = () => {
    next ??= last.then(() => {
      next = null;
      return pass();
    });
    last = next;
    return last;
  };

  // Resolves with what became of the sale; with null once nobody at a counter would wait any longer, or when
  // nobody answered. Then it is kept here, and `answers` tells the rest, under its receipt number.
  const record = async (sale) => {
    const answered = new Promise((resolve) => {
      answers.addEventListener(sale.receipt, ({ detail }) => resolve(detail), { once: true });
    });
    await put({ ...sale, state: WAITING });
    unanswered.add(sale.receipt);
    isAsked = true;
    await show();
    const late = new Promise((resolve) => setTimeout(resolve, AT_THE_COUNTER, null));
    return Promise.race([answered, send().then(() => null), late]);
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
      isAsked = true;
      await send();
    });
    return item;
  };

  // Another page of this device may have sent what was recorded on this one.
  const catchUp = (held) => {
    for (const receipt of unanswered) {
      const found = held.find((one) => one.receipt === receipt);
      if (!found) {
        tell(receipt, { outcome: "again" });
      } else if (found.state === REFUSED) {
        tell(receipt, { outcome: REFUSED, what: found.why, advice: "" });
      }
    }
  };

  // Only what changed: a screen reader reads it aloud.
  const tellWaiting = (waiting) => {
    const others = waiting.some((one) => one.merchant !== merchant && merchant !== null);
    const parts = [sentence(waiting.length), ...troubles, others ? box.dataset.others : ""];
    const text = parts.filter(Boolean).join(" ");
    const shown = needsLogin ? `${text} ${box.dataset.enter}` : text;
    if (unsent.textContent === shown) {
      return;
    }
    unsent.textContent = text;
    if (needsLogin) {
      const link = document.createElement("a");
      link.href = "/enter?to=/till";
      link.textContent = box.dataset.enter;
      unsent.append(" ", link);
    }
  };

  const tellRefused = (bad) => {
    const list = refused.querySelector("ul");
    const told = bad.map(({ n, why }) => `${n} ${why}`).join("\n");
    if (list.dataset.told !== told) { // else somebody's place in it would be lost every few seconds
      list.replaceChildren(...bad.map(line));
      list.dataset.told = told;
    }
    refused.hidden = bad.length === 0;
  };

  const show = async () => {
    const held = await all();
    catchUp(held);
    const waiting = held.filter((one) => one.state === WAITING);
    tellWaiting(waiting);
    unsent.hidden = waiting.length === 0;
    const bad = held.filter((one) => one.state === REFUSED && (one.merchant === merchant || merchant === null));
    tellRefused(bad);
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

  return { record, forget, answers, script: (url) => own.createScriptURL(url) };
})();
