// Has the browser keep the page that shows the card without a connection.
"use strict";

(() => {
  const ADDRESS = "/wallet/worker.js";
  const same = (address) => {
    if (address !== ADDRESS) {
      throw new TypeError(address);
    }
    return address;
  };
  const policy = window.trustedTypes?.createPolicy("own", { createScriptURL: same });
  if ("serviceWorker" in navigator) {
    const address = policy?.createScriptURL(ADDRESS) ?? ADDRESS;
    // Without it the wallet works all the same, as long as there is a connection.
    navigator.serviceWorker.register(address, { scope: "/wallet" }).catch(() => {});
  }
})();
