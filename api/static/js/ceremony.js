// What every ceremony of a passkey has in common: a form, the service's requests in JSON, and what is told of a
// failure. The sentences are the page's own, in its language; what the service refuses, it explains itself.
"use strict";

const Ceremony = (() => {
  // The answer; a session that has ended leads to the login and back to this page, and nothing goes on here.
  const reach = async (address, options) => {
    const answer = await fetch(address, { ...options, redirect: "manual" });
    if (answer.type !== "opaqueredirect") {
      return answer;
    }
    location.assign(`/enter?to=${location.pathname}`);
    return new Promise(() => undefined);
  };

  // What the service answers to `body`; a refusal is an Error in its words, with its `code`.
  const ask = async (address, body) => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const answer = await reach(address, { method: "POST", headers, body: JSON.stringify(body) });
    const read = await answer.json();
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
    if (error instanceof TypeError) {
      return offline; // fetch found nobody
    }
    return error.name === "Error" ? error.message : undone; // else the device's own refusal
  };

  // Has `act` done with a form, once at a time; `told` says what failed, in the sentences of `words`.
  const on = (form, told, words, act) =>
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      tell(told, "");
      try {
        await act(form);
      } catch (error) {
        tell(told, sentence(error, words));
        button.disabled = false;
      }
    });

  return { reach, ask, tell, on };
})();
