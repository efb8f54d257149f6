// The receipt of a ballot that a member has just signed at the desk: shown once, printed or saved by the member.
// It is in this page alone: whoever leaves the page leaves it behind.
"use strict";

(() => {
  const vote = document.getElementById("vote");
  const given = document.getElementById("given");
  const link = document.getElementById("receipt");
  const { number, member } = vote.dataset;

  vote.addEventListener("given", ({ detail }) => {
    const text = `${JSON.stringify(detail, null, 2)}\n`;
    document.getElementById("slip").textContent = text;
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `endogene-${number}-${member}.json`;
    document.getElementById("marked").remove();
    document.getElementById("mine")?.remove();
    given.hidden = false;
    document.getElementById("receipt-title").focus();
  });

  document.getElementById("print").addEventListener("click", () => window.print());
})();
