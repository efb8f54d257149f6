// A press that takes a while is told at once and not taken twice. What the button then says is its data-busy;
// a form that answers with a file (data-gives-file) leaves its page as it is, so the file is fetched here.
"use strict";

{
  const PATIENCE = 60000; // milliseconds: of a press that nothing came of, the button works again
  const pressed = new Map(); // by form: what to put back
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("aria-live", "polite");
  document.body.append(told);

  const end = (form) => {
    const { button, words, clock } = pressed.get(form);
    pressed.delete(form);
    clearTimeout(clock);
    told.textContent = "";
    if (button) {
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
      button.replaceChildren(...words);
    }
  };

  // Not `disabled`: that would take the focus away, and the button's own value out of what is sent.
  const begin = (form, button) => {
    const words = button ? [...button.childNodes] : [];
    pressed.set(form, { button, words, clock: setTimeout(end, PATIENCE, form) });
    if (button) {
      button.setAttribute("aria-busy", "true");
      button.setAttribute("aria-disabled", "true");
    }
    if (button?.dataset.busy) {
      button.textContent = told.textContent = button.dataset.busy;
    }
  };

  const save = async (answer, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE);
  };

  // What is no file (somebody must log in, something is wrong) is a page: the browser asks for it itself.
  const fetchFile = async (form, fields) => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
      const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition")) ?? [];
      await (answer.ok && name ? save(answer, name) : form.submit());
    } catch {
      form.submit();
    } finally {
      end(form);
    }
  };

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post") {
      return; // the page's own script sends it, or nothing is changed by it
    }
    if (pressed.has(form)) {
      event.preventDefault();
      return;
    }
    if ("givesFile" in form.dataset) {
      event.preventDefault();
      const fields = new FormData(form, submitter);
      begin(form, submitter);
      fetchFile(form, fields);
      return;
    }
    begin(form, submitter);
  });

  // A page that comes back as it was left
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      [...pressed.keys()].forEach(end);
    }
  });

  // A part that asks again and again says when nobody answers.
  const answered = ({ target, detail }) => {
    const note = document.getElementById(target.dataset?.unanswered);
    if (note) {
      note.hidden = detail.ctx?.response?.raw.ok ?? false;
    }
  };
  document.addEventListener("htmx:error", answered);
  document.addEventListener("htmx:after:request", answered);
}
