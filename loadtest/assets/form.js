"use strict";
// Runs before Locust's page: it opens on our first tab, and what a run needs is not folded away in its form.
(() => {
  const address = new URL(location.href);
  if (!address.searchParams.has("tab")) {
    address.searchParams.set("tab", "loadtest-navigations");
    history.replaceState(history.state, "", address);
  }

  const profiles = fetch(new URL("../profiles", document.currentScript.src))
    .then((answer) => (answer.ok ? answer.json() : []))
    .catch(() => []);

  // Below the chooser: what the chosen profile does. Read out when it changes.
  const explain = (chooser) => {
    const text = document.createElement("p");
    text.className = "loadtest-offer";
    text.setAttribute("role", "status");
    chooser.closest(".MuiFormControl-root").append(text);
    const tell = async () => {
      const offer = (await profiles).find((one) => one.name === chooser.value);
      text.textContent = offer ? [offer.description, offer.text].filter(Boolean).join(". ") : "";
    };
    chooser.addEventListener("change", tell);
    tell();
  };

  const seen = new WeakSet();
  const look = () => {
    for (const button of document.querySelectorAll("form button[aria-expanded]")) {
      if (seen.has(button) || button.textContent !== "Custom parameters") continue;
      seen.add(button); // once for each form: who folds it up again means it
      if (button.getAttribute("aria-expanded") === "false") button.click();
    }
    for (const chooser of document.querySelectorAll('form select[name="navProfile"]')) {
      if (seen.has(chooser)) continue;
      seen.add(chooser);
      explain(chooser);
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
