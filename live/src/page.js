// Shows what comes of a board (live/src/board.rs): parts, which replace what the element of their id held, and items of
// lists, the newest first. What a person has opened stays open, and the keyboard stays where it is.
"use strict";
(() => {
  const KEPT = 200;
  const connection = document.getElementById("connection");

  function say(state) {
    if (connection.dataset.state === state) return;
    connection.dataset.state = state;
    connection.textContent = connection.dataset[state];
  }

  function replace(element, html) {
    const opened = [...element.querySelectorAll("details[id][open]")].map((one) => one.id);
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    element.innerHTML = html;
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  function take({ whole, parts, lists, ended }) {
    if (whole) document.querySelectorAll("[data-list]").forEach((list) => list.replaceChildren());
    for (const [id, html] of parts) {
      const element = document.getElementById(id);
      if (element) replace(element, html);
    }
    for (const [id, items] of lists) {
      const list = document.getElementById(id);
      if (!list) continue;
      list.insertAdjacentHTML("afterbegin", items.reverse().join(""));
      while (list.childElementCount > KEPT) list.lastElementChild.remove();
    }
    return ended;
  }

  const source = new EventSource("/events");
  source.onopen = () => say("following");
  source.onerror = () => say(connection.dataset.state === "ended" ? "ended" : "lost");
  source.onmessage = (message) => {
    if (!take(JSON.parse(message.data))) return;
    source.close();
    say("ended");
    document.querySelectorAll("form[method=post] button").forEach((button) => (button.disabled = true));
  };

  // How long something has lasted.
  setInterval(() => {
    if (connection.dataset.state !== "following") return;
    for (const element of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Number(element.dataset.since)) / 1000));
      element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  }, 1000);

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    const output = form.querySelector("output");
    output.textContent = "…";
    try {
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const answer = await fetch(form.action, { method: "POST", body });
      output.className = answer.ok ? "done" : "refused";
      output.textContent = await answer.text();
    } catch {
      output.className = "refused";
      output.textContent = connection.dataset.lost;
    }
    delete form.dataset.busy;
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    // Where there is no clipboard to write to (a page that is not of this machine), what is to be copied is selected.
    getSelection().selectAllChildren(source);
    const copied = await navigator.clipboard?.writeText(source.textContent).then(() => true, () => false);
    if (copied) button.textContent = button.dataset.copied;
  });
})();
