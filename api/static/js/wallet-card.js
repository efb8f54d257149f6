// The member's card: kept by this browser alone, drawn from its rows, with or without a connection.
"use strict";

(() => {
  const KEY = "endogene-card";
  const TYPED = "endogene-card-typed";
  const QUIET = 4; // modules of white around the code, as readers need it
  const page = document.getElementById("card");
  const notice = document.getElementById("told");
  const part = (name) => document.getElementById(name);

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "null");
    } catch {
      return null;
    }
  };

  // The page without a connection shows what is kept. With one, another member who logs in on this device does
  // not see it, and a card that the office or another device ended is forgotten.
  const kept = () => {
    const { member, card, ended } = page.dataset;
    const found = read();
    if (!found || !member) {
      return found;
    }
    if (found.member !== member) {
      return null;
    }
    if (found.card !== card) {
      localStorage.removeItem(KEY);
      tell(ended);
      return null;
    }
    return found;
  };

  const draw = (card) => {
    part("face").hidden = !card;
    part("without").hidden = !!card;
    if (!card) {
      return;
    }
    const size = card.rows.length + 2 * QUIET;
    const dots = card.rows.flatMap((row, y) =>
      [...row].map((dot, x) => (dot === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")),
    );
    part("square").setAttribute("viewBox", `0 0 ${size} ${size}`);
    part("dots").setAttribute("d", dots.join(""));
    part("digits").textContent = card.number;
  };

  const tell = (text) => {
    notice.textContent = text;
    notice.hidden = text === "";
  };

  // To the login and back here. A number that was typed waits in this tab meanwhile, for the same member.
  const logIn = (form) => {
    const number = form.elements.number?.value;
    if (number) {
      sessionStorage.setItem(TYPED, JSON.stringify({ number, member: page.dataset.member }));
    }
    location.assign("/enter?to=/wallet/card");
  };

  const typed = () => {
    const { number, member } = JSON.parse(sessionStorage.getItem(TYPED) ?? "{}");
    sessionStorage.removeItem(TYPED);
    const field = part("number");
    if (field && number && member === page.dataset.member) {
      field.value = number;
    }
  };

  const ask = async (path, form) => {
    tell("");
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
        redirect: "manual", // to the login: the session has ended
      });
      if (answer.type === "opaqueredirect") {
        logIn(form);
        return;
      }
      const told = await answer.json();
      if (told.code === "fresh-login") {
        logIn(form);
        return;
      }
      if (!answer.ok) {
        tell(`${told.title} ${told.advice}`);
        return;
      }
      localStorage.setItem(KEY, JSON.stringify({ ...told, member: page.dataset.member }));
      page.dataset.card = told.card;
      draw(kept());
      part("loss").hidden = false;
      part("face").focus(); // the button that was pressed is gone
    } catch {
      tell(page.dataset.offline);
    }
  };

  // Once at a time: a second press would replace the card that the first one made.
  const on = (name, path) =>
    part(name)?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      const button = form.querySelector("button");
      if (button.ariaBusy || (form.dataset.replaces && !confirm(page.dataset.replace))) {
        return;
      }
      button.ariaBusy = button.ariaDisabled = "true";
      await ask(path, form);
      button.ariaBusy = button.ariaDisabled = null;
    });

  on("known", "/wallet/card/known");
  on("new", "/wallet/card/new");
  part("lost")?.addEventListener("submit", () => localStorage.removeItem(KEY));
  draw(kept());
  typed();
})();
