// The member's card: kept by this browser alone, drawn from its rows, with or without a connection.
"use strict";

(() => {
  const KEY = "endogene-card";
  const TYPED = "endogene-card-typed";
  const QUIET = 4; // modules of white around the code, as readers need it
  const page = document.getElementById("card");
  const told = document.getElementById("told");
  const part = (name) => document.getElementById(name);

  const kept = () => {
    try {
      const card = JSON.parse(localStorage.getItem(KEY) ?? "null");
      // Another member who logs in on this device does not see it.
      return card && (!page.dataset.member || card.member === page.dataset.member) ? card : null;
    } catch {
      return null;
    }
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
    told.textContent = text;
    told.hidden = text === "";
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
      const read = await answer.json();
      if (read.code === "fresh-login") {
        logIn(form);
        return;
      }
      if (!answer.ok) {
        tell(`${read.title} ${read.advice}`);
        return;
      }
      localStorage.setItem(KEY, JSON.stringify({ ...read, member: page.dataset.member }));
      draw(kept());
    } catch {
      tell(page.dataset.offline);
    }
  };

  const on = (name, act) =>
    part(name)?.addEventListener("submit", (event) => {
      event.preventDefault();
      act(event.target);
    });

  on("known", (form) => ask("/wallet/card/known", form));
  on("new", (form) => {
    if (!form.dataset.replaces || confirm(page.dataset.replace)) {
      ask("/wallet/card/new", form);
    }
  });
  part("lost")?.addEventListener("submit", () => localStorage.removeItem(KEY));
  draw(kept());
  typed();
})();
