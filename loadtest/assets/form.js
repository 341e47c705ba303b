"use strict";
// Before Locust's page starts: it opens on our first tab, and what a run needs is not folded away.
(() => {
  const address = new URL(location.href);
  if (!address.searchParams.has("tab")) {
    address.searchParams.set("tab", "loadtest-navigations");
    history.replaceState(null, "", address);
  }
  const unfolded = new WeakSet();
  const unfold = () => {
    for (const button of document.querySelectorAll("form button[aria-expanded]")) {
      if (unfolded.has(button) || button.textContent !== "Custom parameters") continue;
      unfolded.add(button); // once for each form: who folds it up again means it
      if (button.getAttribute("aria-expanded") === "false") button.click();
    }
  };
  new MutationObserver(unfold).observe(document, { childList: true, subtree: true });
})();
