// A change of key that somebody else asked for, stopped: the device signs it with the key in force.
"use strict";

(() => {
  const form = document.getElementById("stop");
  const done = document.getElementById("stopped");

  const ask = async (path, body) => {
    try {
      return await Ceremony.ask(path, body);
    } catch (error) {
      throw error.code === "no-rotation" ? new Error(form.dataset.none) : error;
    }
  };

  Ceremony.on(form, document.getElementById("stop-told"), form?.dataset, async () => {
    const member = Number(form.elements.member.value);
    const { options } = await ask("/wallet/stop/options", { member });
    const credential = await SimpleWebAuthnBrowser.startAuthentication({ optionsJSON: options });
    await ask("/wallet/stop", { member, credential });
    form.hidden = true;
    done.hidden = false;
    done.focus();
  });
})();
