// What every ceremony of a passkey has in common: a form, the service's requests in JSON, and what is told of a
// failure. The sentences are the page's own, in its language; what the service refuses, it explains itself.
"use strict";

const Ceremony = (() => {
  // To the login and back to this page: nothing goes on here.
  const logIn = () => {
    location.assign(`/enter?to=${location.pathname}`);
    return new Promise(() => undefined);
  };

  // The answer; a session that has ended leads to the login.
  const reach = async (address, options) => {
    const answer = await fetch(address, { ...options, redirect: "manual" });
    return answer.type === "opaqueredirect" ? logIn() : answer;
  };

  // What the service answers to `body`; a login that is too old leads to another, and any other refusal is an
  // Error in the service's words, with its `code`.
  const ask = async (address, body) => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const answer = await reach(address, { method: "POST", headers, body: JSON.stringify(body) });
    const read = await answer.json();
    if (read.code === "fresh-login") {
      return logIn();
    }
    if (!answer.ok) {
      throw Object.assign(new Error(`${read.title} ${read.advice}`), { code: read.code });
    }
    return read;
  };

  const tell = (told, text) => {
    told.textContent = text;
    told.hidden = text === "";
  };

  const sentence = (error, { offline, undone }) => {
    if (error instanceof TypeError || error instanceof SyntaxError) {
      return offline; // fetch found nobody, or somebody before the service who speaks no JSON
    }
    return error.name === "Error" ? error.message : undone; // else the device's own refusal
  };

  // Has `act` done with a form, once at a time; `told` says what failed, in the sentences of `words`.
  // The button is not `disabled` meanwhile: that would take the focus away.
  const on = (form, told, words, act) =>
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      if (button.ariaDisabled) {
        return;
      }
      button.ariaDisabled = "true";
      tell(told, "");
      try {
        await act(form);
      } catch (error) {
        tell(told, sentence(error, words));
        button.ariaDisabled = null;
      }
    });

  return { reach, ask, tell, on };
})();
