// A ballot: the service tells its digest, the device signs it, the service takes it. Under seal the choice
// stays on this device, with what opens it; the service has the commitment alone.
"use strict";

(() => {
  const vote = document.getElementById("vote");
  const { at, number, member, sequence, key, unable } = vote.dataset;
  const isDesk = "desk" in vote.dataset; // a device of the office: nothing of a ballot stays on it
  const KEPT = `endogene-ballot-${member}-${number}`;

  const ask = (path, body) => Ceremony.ask(`${at}/${path}`, body);

  // What opens each sealed ballot that this device cast, by its sequence: the last may yet be refused.
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    } catch {
      return {};
    }
  };
  const last = () => kept()[sequence];

  const marked = async (choice) => {
    if (!("sealed" in vote.dataset)) {
      return { asked: { choice } };
    }
    const { salt, commitment, sealed_opening } = await Seal.ballot(number, member, choice, key).catch(() => {
      throw new Error(unable);
    });
    return { asked: { commitment }, more: { sealed_opening }, opening: { choice, salt } };
  };

  const cast = async (form) => {
    const { asked, more, opening } = await marked(Number(new FormData(form).get("choice")));
    const paper = await ask("paper", asked);
    const credential = await SimpleWebAuthnBrowser.startAuthentication({ optionsJSON: paper.options });
    if (opening && !isDesk) {
      localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [paper.sequence]: opening })); // before it leaves
    }
    const taken = await ask("ballots", { ...asked, ...more, sequence: paper.sequence, credential });
    return isDesk && whole(taken.receipt, opening);
  };

  // Of a sealed ballot, the choice and what opens it are added here: the service does not have them.
  const whole = (read, opening) =>
    opening ? { ...read, choice: ["for", "against", "abstain"][opening.choice - 1], salt: opening.salt } : read;

  const open = async () => {
    const openings = Object.values(kept()).reverse();
    for (const [i, one] of openings.entries()) {
      try {
        await ask("openings", one);
        return;
      } catch (error) {
        if (error.name !== "Error" || i === openings.length - 1) {
          throw error;
        }
      }
    }
  };

  const on = (name, act) =>
    Ceremony.on(document.getElementById(name), document.getElementById("told"), vote.dataset, async (form) => {
      const given = await act(form);
      if (given) {
        vote.dispatchEvent(new CustomEvent("given", { detail: given }));
      } else {
        location.reload();
      }
    });

  on("ballot", cast);
  on("opening", open);

  document.getElementById("receipt")?.addEventListener("click", async (event) => {
    if (!last()) {
      return;
    }
    event.preventDefault();
    const read = await (await Ceremony.reach(event.target.href)).json();
    const file = new Blob([`${JSON.stringify(whole(read, last()), null, 2)}\n`], { type: "application/json" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file) });
    link.download = `endogene-${number}-${member}.json`;
    link.click();
  });

  const show = (what) => document.querySelectorAll(what).forEach((one) => one.removeAttribute("hidden"));
  show(last() ? "[data-kept]" : "[data-lost]");
  if (Object.keys(kept()).length > 0) {
    show("#with");
  }
})();
