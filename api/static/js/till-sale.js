// The one screen of a sale: digits, a card, recorded. Amounts are whole cents from the first digit on.
"use strict";

(() => {
  const form = document.getElementById("sale");
  const done = document.getElementById("done");
  const told = document.getElementById("told");
  const known = document.getElementById("known");
  const premium = document.getElementById("premium");
  const record = document.getElementById("record");
  const { amount: shown, buyer } = form.elements;
  const settings = JSON.parse(form.dataset.settings);
  const words = form.dataset;
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const CARD_LENGTH = 17;
  const MOST_DIGITS = 9;
  const WHOLE = 10000;
  const resting = premium.textContent;
  const format = new Intl.NumberFormat(settings.locale, { style: "currency", currency: settings.currency });
  const money = (cents) => format.format(cents / 10 ** settings.digits);
  const fill = (sentence, places) => sentence.replace(/\{(\w+)\}/g, (_, name) => places[name]);
  let digits = "";
  let receipt = "";
  let isBusy = false; // a sale is on its way: what stands on the screen is that sale

  // As the ledger computes: half up, then the shares of all by nested floors.
  const quote = (amount, hasMember) => {
    const { rate, operations, reserve } = settings.rates;
    const whole = Math.floor((amount * rate + WHOLE / 2) / WHOLE);
    const shared = Math.floor((whole * (operations + reserve)) / WHOLE);
    return { premium: whole, credit: hasMember ? whole - shared : 0 };
  };

  // The number of a sale: its day, and 40 bits that no other device has.
  const newReceipt = () => {
    const day = new Date().toLocaleDateString("sv-SE").slice(2).replaceAll("-", "");
    const letters = Array.from(crypto.getRandomValues(new Uint8Array(8)), (one) => ALPHABET[one % 32]).join("");
    return `${day}-${letters.slice(0, 4)}-${letters.slice(4)}`;
  };

  // A card's number, whole and without a misread letter; or null. See office/card_numbers.py.
  const cardOf = (text) => {
    const upper = text.trim().toUpperCase();
    const prefix = settings.payload.toUpperCase();
    const bare = (upper.startsWith(prefix) ? upper.slice(prefix.length) : upper).replace(/[- ]/g, "");
    const plain = bare.replace(/O/g, "0").replace(/[IL]/g, "1");
    if (plain.length !== CARD_LENGTH) {
      return null;
    }
    let total = 0;
    for (const letter of plain) {
      const value = ALPHABET.indexOf(letter);
      if (value < 0) {
        return null;
      }
      total <<= 1;
      total = (total & 32 ? total ^ 37 : total) ^ value;
    }
    return total === 0 ? plain : null;
  };

  const phoneOf = (text) => {
    const plain = text.trim();
    const count = plain.replace(/\D/g, "").length;
    return /^\+?[\d\s().-]+$/.test(plain) && count >= 7 && count <= 15 ? plain : null;
  };

  const buyerOf = (text) => {
    const card = cardOf(text);
    const phone = card ? null : phoneOf(text);
    return { card, phone, isNobody: text.trim() === "", isUnread: text.trim() !== "" && !card && !phone };
  };

  const amountOf = () => Number(digits || "0");

  const tell = (text) => {
    told.textContent = text;
    told.hidden = text === "";
  };

  const draw = () => {
    const amount = amountOf();
    const who = buyerOf(buyer.value);
    shown.value = money(amount);
    shown.classList.toggle("soft", amount === 0);
    const parts = quote(amount, !who.isNobody);
    const places = { premium: money(parts.premium), credit: money(parts.credit) };
    premium.textContent = amount === 0 ? resting : fill(who.isNobody ? words.nobody : words.member, places);
    const tail = (who.card || who.phone || "").slice(-4);
    known.textContent = who.isNobody || who.isUnread ? "" : fill(who.card ? words.card : words.phone, { tail });
    if (!who.isUnread) {
      buyer.removeAttribute("aria-invalid");
    }
    record.disabled = isBusy || amount === 0;
  };

  const press = (key) => {
    if (isBusy) {
      return; // the sale that is on its way stays as it was told
    }
    digits = key === "back" ? digits.slice(0, -1) : (digits + key).replace(/^0+/, "").slice(0, MOST_DIGITS);
    tell("");
    draw();
  };

  const begin = () => {
    digits = "";
    receipt = newReceipt();
    buyer.value = "";
    tell("");
    done.hidden = true;
    form.hidden = false;
    draw();
    shown.focus({ preventScroll: true });
  };

  const confirm = (sale, fate) => {
    const parts = quote(sale.amount, Boolean(sale.card || sale.phone));
    const isRefused = fate?.outcome === "refused";
    const isRecorded = fate !== null && !isRefused && fate.outcome !== "later";
    const heading = isRefused ? words.refused : words.waits;
    done.classList.toggle("kept", !isRecorded);
    document.getElementById("outcome").textContent = isRecorded ? words.recorded : heading;
    document.getElementById("done-amount").textContent = sale.shown;
    document.getElementById("done-for").textContent = fill(parts.credit ? words.credited : words.reserved, {
      premium: money(parts.premium),
      credit: money(parts.credit),
    });
    document.getElementById("done-for").hidden = isRefused;
    document.getElementById("done-later").textContent = fate?.what ? `${fate.what} ${fate.advice}` : words.later;
    document.getElementById("done-later").hidden = isRecorded;
    document.getElementById("done-receipt").textContent = fill(words.receipt, { receipt: sale.receipt });
    const undo = document.getElementById("undo");
    undo.href = isRecorded && fate.id ? `/till/today/${fate.id}` : "/till/today";
    undo.hidden = !isRecorded;
  };

  // What is told later about the sale that still stands on the screen.
  const follow = (sale) =>
    Till.answers.addEventListener(sale.receipt, ({ detail }) => {
      if (receipt === sale.receipt && !done.hidden) {
        confirm(sale, detail);
      }
    });

  const free = () => {
    isBusy = buyer.readOnly = false;
    draw();
  };

  const finish = async () => {
    const who = buyerOf(buyer.value);
    if (who.isUnread) {
      buyer.setAttribute("aria-invalid", "true");
      tell(words.unread);
      buyer.focus();
      return;
    }
    isBusy = buyer.readOnly = record.disabled = true;
    const amount = amountOf();
    const sale = {
      receipt,
      merchant: settings.merchant,
      till: settings.till,
      amount,
      shown: money(amount),
      card: who.card,
      phone: who.phone,
      at: new Date().toISOString().slice(0, 19) + "Z",
    };
    const fate = await Till.record(sale);
    if (fate !== null && fate.outcome === "refused") {
      await Till.forget(receipt); // the person at the counter mends it here
      free();
      tell(`${fate.what} ${fate.advice}`);
      buyer.focus();
      return;
    }
    free();
    confirm(sale, fate);
    follow(sale);
    form.hidden = true;
    done.hidden = false;
    document.getElementById("outcome").focus();
    if (navigator.storage && navigator.storage.persist) {
      navigator.storage.persist().catch(() => undefined); // what waits here outlives a full disk
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy && amountOf() > 0) {
      finish().catch(() => {
        free();
        tell(document.getElementById("queue").dataset.lost);
      });
    }
  });
  form.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) {
      press(key.dataset.key);
    }
  });
  // What is typed into the amount, or anywhere but a field, are digits from the right, as on a card terminal.
  document.addEventListener("keydown", (event) => {
    const isField = event.target instanceof HTMLInputElement && event.target !== shown;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    if (event.target === buyer && event.key === "Enter") {
      event.preventDefault(); // a scanner of the shop ends with Enter: nothing is recorded by it
      draw();
      shown.focus();
    } else if (isField) {
      return;
    } else if (/^\d$/.test(event.key)) {
      event.preventDefault();
      if (form.hidden) {
        begin();
      }
      press(event.key);
    } else if (event.key === "Backspace" && !form.hidden) {
      event.preventDefault();
      press("back");
    } else if (/^[a-z]$/i.test(event.key) && !form.hidden) {
      buyer.focus(); // the letter goes there: the shop's own scanner types a card
    } else if (event.key === "Enter" && !done.hidden && event.target.id === "outcome") {
      event.preventDefault();
      begin();
    }
  });
  shown.addEventListener("beforeinput", (event) => {
    if (event.inputType === "insertLineBreak") {
      return; // Enter records
    }
    event.preventDefault();
    if (event.data && /^\d+$/.test(event.data)) {
      press(event.data);
    } else if (event.inputType.startsWith("delete")) {
      press("back");
    }
  });
  buyer.addEventListener("input", () => {
    tell("");
    draw();
  });
  document.getElementById("scan").addEventListener("click", async () => {
    if (isBusy) {
      return;
    }
    const text = await Scan.read(settings.reader, (found) => cardOf(found) !== null);
    if (text !== null) {
      buyer.value = cardOf(text).replace(/(.{4})(?=.)/g, "$1-");
      draw();
    }
    (amountOf() > 0 ? record : shown).focus();
  });
  document.getElementById("next").addEventListener("click", begin);
  begin();
})();
