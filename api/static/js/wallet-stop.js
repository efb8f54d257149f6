// A change of key that somebody else asked for, stopped: the device signs it with the key in force.
"use strict";

(() => {
  const form = document.getElementById("stop");
  const told = document.getElementById("stop-told");
  const done = document.getElementById("stopped");
  if (!form) {
    return;
  }

  const tell = (text) => {
    told.textContent = text;
    told.hidden = text === "";
  };

  const ask = async (path, body) => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    const read = await answer.json();
    if (!answer.ok) {
      throw new Error(read.code === "no-rotation" ? form.dataset.none : `${read.title} ${read.advice}`);
    }
    return read;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const member = Number(form.elements.member.value);
    button.disabled = true;
    tell("");
    try {
      const { options } = await ask("/wallet/stop/options", { member });
      const credential = await SimpleWebAuthnBrowser.startAuthentication({ optionsJSON: options });
      await ask("/wallet/stop", { member, credential });
      form.hidden = true;
      done.hidden = false;
      done.focus();
    } catch (error) {
      const own = error.name === "Error" ? error.message : form.dataset.undone;
      tell(error instanceof TypeError ? form.dataset.offline : own);
      button.disabled = false;
    }
  });
})();
