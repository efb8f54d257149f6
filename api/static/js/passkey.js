// Logging in, and making a passkey with a code: the browser's ceremony between two requests.
// The sentences are the page's own, in its language; what the service refuses, it explains itself.
"use strict";

(() => {
  const { startAuthentication, startRegistration, browserSupportsWebAuthn } = SimpleWebAuthnBrowser;
  const form = document.querySelector("form[data-ceremony]");
  const told = document.getElementById("told");

  const tell = (text) => {
    told.textContent = text;
    told.hidden = text === "";
  };

  const ask = async (path, body) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const read = await answer.json();
    if (!answer.ok) {
      throw new Error(`${read.title} ${read.advice}`);
    }
    return read;
  };

  const logIn = async () => {
    const { options } = await ask("/v1/sessions/options", {});
    const credential = await startAuthentication({ optionsJSON: options });
    const { who } = await ask("/v1/sessions", { credential });
    const doors = JSON.parse(form.dataset.doors);
    location.assign(form.dataset.to || doors[who.role] || doors.other);
  };

  const register = async () => {
    const code = form.elements.code.value;
    const { options } = await ask("/v1/passkeys/registration/options", { code });
    const credential = await startRegistration({ optionsJSON: options });
    await ask("/v1/passkeys/registration", { code, credential });
    await logIn();
  };

  const sentence = (error) => {
    if (error instanceof TypeError) {
      return form.dataset.offline; // fetch found nobody
    }
    return error.name === "Error" ? error.message : form.dataset.undone; // else the device's own refusal
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    tell("");
    try {
      await (form.dataset.ceremony === "join" ? register() : logIn());
    } catch (error) {
      tell(sentence(error));
      button.disabled = false;
    }
  });

  if (!browserSupportsWebAuthn()) {
    tell(form.dataset.unable);
    form.querySelector("button").disabled = true;
  }
  // The code of a link stands behind its #: no server's log ever has it.
  if (form.elements.code && location.hash.length > 1) {
    form.elements.code.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
  }
})();
