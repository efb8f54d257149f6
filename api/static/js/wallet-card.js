// The member's card: kept by this browser alone, drawn from its rows, with or without a connection.
"use strict";

(() => {
  const KEY = "endogene-card";
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

  const ask = async (path, form) => {
    tell("");
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      const read = await answer.json();
      if (read.code === "fresh-login") {
        location.assign("/enter?to=/wallet/card"); // and back here, where it is asked for again
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
})();
