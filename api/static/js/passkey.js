// Logging in, and making a passkey with a code: the browser's ceremony between two requests.
"use strict";

(() => {
  const { startAuthentication, startRegistration, browserSupportsWebAuthn } = SimpleWebAuthnBrowser;
  const form = document.querySelector("form[data-ceremony]");
  const told = document.getElementById("told");

  const logIn = async () => {
    const { options } = await Ceremony.ask("/v1/sessions/options", {});
    const credential = await startAuthentication({ optionsJSON: options });
    const { who } = await Ceremony.ask("/v1/sessions", { credential });
    const own = JSON.parse(form.dataset.doors)[who.role];
    const { to } = form.dataset;
    location.assign(to.startsWith(own) ? to : own); // another door would only ask for the login again
  };

  const register = async () => {
    const code = form.elements.code.value;
    const { options } = await Ceremony.ask("/v1/passkeys/registration/options", { code });
    const credential = await startRegistration({ optionsJSON: options });
    await Ceremony.ask("/v1/passkeys/registration", { code, credential });
  };

  // The code is spent once the passkey is made: who then does not log in at once is asked for that alone.
  const join = async () => {
    if (form.dataset.ceremony === "join") {
      await register();
      form.dataset.ceremony = "login";
      form.dataset.undone = form.dataset.made;
    }
    await logIn();
  };

  Ceremony.on(form, told, form.dataset, join);

  if (!browserSupportsWebAuthn()) {
    Ceremony.tell(told, form.dataset.unable);
    form.querySelector("button").disabled = true;
  }
  // The code of a link stands behind its #: no server's log ever has it. So it goes along into the other language.
  const { code } = form.elements;
  const takeAlong = () => {
    document.getElementById("elsewhere").hash = encodeURIComponent(code.value);
  };
  if (code) {
    if (location.hash.length > 1) {
      code.value = decodeURIComponent(location.hash.slice(1));
      history.replaceState(null, "", location.pathname + location.search);
    }
    takeAlong();
    code.addEventListener("input", takeAlong);
  }
})();
