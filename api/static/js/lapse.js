// A login grows too old for acts while somebody types: it is said then, before the press that would lose the text.
"use strict";

{
  const note = document.querySelector("[data-lapses]");
  const seconds = Number(note.dataset.lapses);
  const typed = ".page form[method=post] :is(input:not([type=hidden]), select, textarea)";
  if (document.querySelector(typed)) {
    setTimeout(() => note.removeAttribute("hidden"), seconds * 1000);
  }
}
