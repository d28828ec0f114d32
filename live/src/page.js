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
    const chosen = [...element.querySelectorAll("select[id]")].map((one) => [one.id, one.value]);
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    element.innerHTML = html;
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    for (const [id, value] of chosen) {
      const option = [...(document.getElementById(id)?.options ?? [])].find((one) => one.value === value);
      if (option) option.selected = true;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  // A part that may be looked at more closely: a stretch of it, which the server draws. It goes along with the present
  // where `to` is null.
  const closer = document.querySelector("[data-view]");
  const SHORTEST = 10;
  let latest = "";
  let stretch = null;
  let drawing = null;
  let asked = 0;

  const shown = () => closer.querySelector("[data-from]")?.dataset;

  function endOf(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return Number(holder.content.querySelector("[data-to]")?.dataset.to ?? 0);
  }

  async function draw() {
    if (drawing) return;
    const mine = ++asked;
    if (!stretch) return replace(closer, latest);
    const to = stretch.to === null ? "" : `&to=${stretch.to}`;
    const answer = await fetch(`${closer.dataset.view}?length=${stretch.length}${to}`).catch(() => null);
    const html = answer?.ok ? await answer.text() : null;
    if (html !== null && mine === asked && !drawing) replace(closer, html);
  }

  async function zoom(to, length) {
    const end = endOf(latest);
    const within = Math.max(SHORTEST, Math.round(length));
    stretch = within >= end ? null : { length: within, to: to >= end ? null : Math.max(within, Math.round(to)) };
    await draw();
    const output = document.querySelector(".zoom output");
    const present = output.dataset.last.replace("#", stretch?.length);
    output.textContent = !stretch ? "" : stretch.to === null ? present : (shown()?.said ?? "");
  }

  function press(name) {
    const end = endOf(latest);
    const { length, to } = { length: stretch?.length ?? end, to: stretch?.to ?? end };
    if (name === "in") zoom(to < end ? to - length / 4 : to, length / 2);
    if (name === "out") zoom(to < end ? to + length / 2 : to, length * 2);
    if (name === "earlier") zoom(to - length / 2, length);
    if (name === "later") zoom(to + length / 2, length);
    if (name === "all") zoom(end, end);
  }

  // The second that is pointed at on a drawing.
  function secondAt(svg, clientX) {
    const { left, width } = svg.getBoundingClientRect();
    const at = Object.fromEntries(Object.entries(shown()).map(([name, value]) => [name, Number(value)]));
    const share = ((clientX - left) / width - at.left) / (at.right - at.left);
    return at.from + Math.min(1, Math.max(0, share)) * (at.to - at.from);
  }

  closer?.addEventListener("dblclick", () => press("all"));
  closer?.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest("svg");
    if (!svg || event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    const box = document.createElementNS(svg.namespaceURI, "rect");
    box.setAttribute("class", "drawn-stretch");
    box.setAttribute("height", svg.viewBox.baseVal.height);
    drawing = { svg, box: svg.appendChild(box), x: event.clientX };
    svg.setPointerCapture(event.pointerId);
  });
  closer?.addEventListener("pointermove", ({ clientX }) => {
    if (!drawing) return;
    const { svg, box, x } = drawing;
    const { left, width } = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / width;
    box.setAttribute("x", (Math.min(x, clientX) - left) * scale);
    box.setAttribute("width", Math.abs(clientX - x) * scale);
  });
  const released = (event) => {
    if (!drawing) return;
    const { svg, box, x } = drawing;
    const [from, to] = [x, event.clientX].map((at) => secondAt(svg, at)).sort((one, other) => one - other);
    drawing = null;
    box.remove();
    if (event.type === "pointerup" && to - from >= 1) zoom(to, to - from);
  };
  closer?.addEventListener("pointerup", released);
  closer?.addEventListener("pointercancel", released);

  function take({ whole, parts, lists, ended }) {
    if (whole) document.querySelectorAll("[data-list]").forEach((list) => list.replaceChildren());
    for (const [id, html] of parts) {
      const element = document.getElementById(id);
      if (element && element === closer) {
        latest = html;
        draw();
      } else if (element) replace(element, html);
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
    // Whatever étalon would answer.
    if (stretch) press("all");
    document.querySelectorAll("form[method=post] button, [data-zoom]").forEach((button) => (button.disabled = true));
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
    if (form.dataset.busy || form.method !== "post") return;
    form.dataset.busy = "yes";
    const output = form.querySelector("output");
    output.textContent = "…";
    try {
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const choice = form.dataset.with && document.getElementById(form.dataset.with);
      for (const [name, value] of choice ? new FormData(choice) : []) body.append(name, value);
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
    const { zoom } = event.target.dataset;
    if (zoom) return press(zoom);
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    // Where there is no clipboard to write to (a page that is not of this machine), what is to be copied is selected.
    getSelection().selectAllChildren(source);
    const copied = await navigator.clipboard?.writeText(source.textContent).then(() => true, () => false);
    if (copied) button.textContent = button.dataset.copied;
  });
})();
