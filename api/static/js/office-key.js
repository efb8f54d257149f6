// A member's security key, registered at the desk: the browser's ceremony between two requests.
"use strict";

(() => {
  const form = document.getElementById("security-key");
  const { at, done } = form.dataset;

  Ceremony.on(form, document.getElementById("told"), form.dataset, async () => {
    const { options } = await Ceremony.ask(`${at}/options`, {});
    const credential = await SimpleWebAuthnBrowser.startRegistration({ optionsJSON: options });
    await Ceremony.ask(at, { credential });
    location.assign(done);
  });
})();
