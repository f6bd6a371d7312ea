/* Civicdata: shortens the way, never the only way. Every page works without this file. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* A copy button beside every code block; the words come from the block, in the reader's language. */
  const addCopyButtons = (root) => {
    if (!navigator.clipboard) return;
    for (const block of all("[data-copy-label]:not([data-copy-ready])", root)) {
      const head = block.querySelector(".code-head"), code = block.querySelector("pre");
      if (!head || !code) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-quiet btn-small";
      button.dataset.copy = "";
      button.textContent = block.dataset.copyLabel;
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          button.textContent = block.dataset.copiedLabel || block.dataset.copyLabel;
        } catch {
          getSelection().selectAllChildren(code);
        }
        setTimeout(() => { button.textContent = block.dataset.copyLabel; }, 2000);
      });
      head.append(button);
      block.dataset.copyReady = "";
    }
  };

  /* A second click on a slow line must not send twice. The server refuses doubles anyway; this spares the wait.
     The button stays enabled, so that its name and value are sent; only a repeated submit is stopped. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) return;
    if (form.hasAttribute("aria-busy")) { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 15000);
  });
  /* Back navigation may bring the page back as it was left: allow sending again. */
  addEventListener("pageshow", () => all("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy")));

  /* The queue by keyboard: j and k move, Enter opens, other letters press what carries data-key in the row
     or, failing that, on the page. Never while typing, never with a modifier. */
  let row = null;
  const rows = () => all("[data-queue] tbody tr, [data-queue] > [data-row]");
  const select = (next) => {
    if (!next) return;
    if (row) { row.classList.remove("is-selected"); row.removeAttribute("aria-current"); }
    row = next;
    row.classList.add("is-selected");
    row.setAttribute("aria-current", "true");
    const link = row.querySelector("a[href]");
    if (link) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const list = rows(), key = event.key;
    if (list.length && (key === "j" || key === "k")) {
      const focused = document.activeElement.closest("[data-queue] tr, [data-row]");
      const index = list.indexOf(row && row.isConnected ? row : focused);
      select(list[key === "j" ? Math.min(index + 1, list.length - 1) : Math.max(index - 1, 0)]);
      event.preventDefault();
    } else if (key === "Enter" && row && document.activeElement === document.body) {
      row.querySelector("a[href]")?.click();
    } else if (/^[a-z/]$/.test(key)) {
      const wanted = `[data-key="${key}"]`;
      const target = (row && row.querySelector(wanted)) || document.querySelector(wanted);
      if (!target) return;
      event.preventDefault();
      if (target.matches("input:not([type=checkbox]), select, textarea")) target.focus(); else target.click();
    }
  });

  /* Suggestions: an input with data-suggest-url asks for an HTML fragment 300 ms after the last key. */
  for (const input of all("input[data-suggest-url], textarea[data-suggest-url]")) {
    const target = document.getElementById((input.dataset.suggestTarget || "").replace(/^#/, ""));
    if (!target) continue;
    let timer = 0, request = null;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      request?.abort();
      const text = input.value.trim();
      if (text.length < 3) { target.replaceChildren(); return; }
      timer = setTimeout(async () => {
        request = new AbortController();
        const url = new URL(input.dataset.suggestUrl, location.href);
        url.searchParams.set(input.dataset.suggestParam || "q", text);
        try {
          const answer = await fetch(url, { signal: request.signal, headers: { "X-Requested-With": "fetch" } });
          if (answer.ok) target.innerHTML = await answer.text();
        } catch { /* a suggestion that fails is no suggestion */ }
      }, 300);
    });
  }

  /* Send a form when a control marked for it changes (sort order, filter). The button stays for everybody else. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
  });
  /* One box ticks all boxes of its table. */
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.checkAll;
    if (name) all(`input[type=checkbox][name="${name}"]`).forEach((box) => { box.checked = event.target.checked; });
  });
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  addCopyButtons(document);
  document.querySelector(".error-summary")?.focus();

  /* A long page on a phone starts with its parts folded, but for the one that the address or a link leads to. */
  const folds = all("details[data-fold]");
  const unfold = () => {
    const aim = document.querySelector(":target");
    const fold = aim?.closest("details[data-fold]") || aim?.querySelector("details[data-fold]");
    if (!fold || fold.open) return;
    fold.open = true;
    aim.scrollIntoView();
  };
  if (folds.length) {
    if (matchMedia("(max-width: 40rem)").matches) {
      folds.forEach((fold) => { fold.open = false; });
      all("[data-fold-index]").forEach((list) => { list.hidden = true; });  // the folded parts are the list
    }
    ["load", "hashchange"].forEach((moment) => addEventListener(moment, unfold));
    document.addEventListener("click", (event) => { if (event.target.closest("a[href^='#']")) setTimeout(unfold); });
  }
})();
