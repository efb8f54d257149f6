// A member's security key, registered at the desk: the browser's ceremony between two requests.
// The sentences are the page's own, in its language; what the service refuses, it explains itself.
"use strict";

(() => {
  const form = document.getElementById("security-key");
  const told = document.getElementById("told");
  const { at, done, offline, undone } = form.dataset;

  const tell = (text) => {
    told.textContent = text;
    told.hidden = text === "";
  };

  const ask = async (path, body) => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      location.reload(); // the session is over: the page shows where to log in
    }
    const read = await answer.json();
    if (!answer.ok) {
      throw new Error(`${read.title} ${read.advice}`);
    }
    return read;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    tell("");
    try {
      const { options } = await ask(`${at}/options`, {});
      const credential = await SimpleWebAuthnBrowser.startRegistration({ optionsJSON: options });
      await ask(at, { credential });
      location.assign(done);
    } catch (error) {
      const own = error.name === "Error" ? error.message : undone;
      tell(error instanceof TypeError ? offline : own);
      button.disabled = false;
    }
  });
})();
