// After the erasure: this device forgets the member's card and what opens its ballots.
"use strict";

(() => {
  const { member } = document.getElementById("erased").dataset;
  const card = JSON.parse(localStorage.getItem("endogene-card") ?? "{}");
  if (card.member === member) {
    localStorage.removeItem("endogene-card");
  }
  Object.keys(localStorage)
    .filter((key) => key.startsWith(`endogene-ballot-${member}-`))
    .forEach((key) => localStorage.removeItem(key));
})();
