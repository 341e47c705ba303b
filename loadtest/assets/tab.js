// What our three elements have in common: a root of their own, the theme, the run, and how it stands.

import { make, say } from "./dom.js";
import { feed } from "./feed.js";
import { followTheme } from "./theme.js";

const STATES = {
  idle: "No run yet",
  hooks: "Looking for hooks in the server",
  load: "Load is on",
  quiet: "Quiet: waiting for the server to forget everybody",
  over: "Over",
};
export const VERDICTS = {
  pass: "Pass",
  fail: "Fail",
  inconclusive: "Inconclusive",
  interrupted: "Interrupted",
};
const SIGNS = { pass: "✓", fail: "✗", inconclusive: "?", interrupted: "■" };

async function readStyle(name) {
  const sheet = new CSSStyleSheet();
  const answer = await fetch(new URL(name, import.meta.url));
  await sheet.replace(answer.ok ? await answer.text() : "");
  return sheet;
}

const SHEETS = await Promise.all(["uplot.css", "style.css"].map(readStyle));

/** A verdict's sign and word, in its colour. */
export const verdictChip = (verdict) =>
  make(
    "span",
    { class: `chip is-${verdict}` },
    make("span", { "aria-hidden": "true", text: `${SIGNS[verdict] ?? "·"} ` }),
    VERDICTS[verdict] ?? String(verdict),
  );

export class Tab extends HTMLElement {
  #unlisten = null;
  #unfollow = null;
  #shown = null;

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = SHEETS;
    this.root = make("div", {
      class: "tab",
      onzoomout: () => this.charts.forEach((chart) => chart.zoomOut()),
    });
    shadow.replaceChildren(this.root);
    this.charts = [];
    this.#shown = null;
    this.#buildStrip();
    this.build();
    this.#unfollow = followTheme(this, this.root, () => this.charts.forEach((chart) => chart.recolour()));
    this.#unlisten = feed.listen(() => this.#show());
  }

  disconnectedCallback() {
    this.#unlisten?.();
    this.#unfollow?.();
    this.charts.forEach((chart) => chart.destroy());
    this.charts = [];
  }

  /** Makes what the tab holds: once, when it comes onto the page. */
  build() {}

  /** Shows a run. */
  show(_run) {}

  /** Shows the run again: something has been chosen. */
  refresh() {
    this.show(feed.run);
  }

  /** Forgets what belongs to the run before. */
  clear() {}

  #buildStrip() {
    this.state = make("span", { class: "state" });
    this.verdict = make("span", { class: "verdict" });
    this.about = make("span", { class: "about" });
    this.progress = make("p", { class: "progress" });
    this.trouble = make("p", { class: "note is-warning", role: "alert", hidden: true });
    this.root.append(
      make(
        "div",
        { class: "strip" },
        make("div", { class: "standing", role: "status" }, this.verdict, this.state),
        this.about,
      ),
      this.progress,
      this.trouble,
    );
  }

  #show() {
    const { run } = feed;
    if (this.#shown && this.#shown !== run) this.clear();
    this.#shown = run;
    this.#tellStrip(run);
    this.show(run);
  }

  #tellStrip(run) {
    say(this.state, STATES[run.state] ?? run.state);
    this.root.dataset.state = run.state;
    const verdict = run.isOver ? run.summary?.verdict : null;
    if (this.verdict.dataset.verdict !== String(verdict)) {
      this.verdict.dataset.verdict = String(verdict);
      this.verdict.replaceChildren(...(verdict ? [verdictChip(verdict)] : []));
    }
    say(this.about, run.info ? `${run.info.profile} on ${run.info.host}, seed ${run.info.seed}` : "");
    say(this.progress, run.progress ?? "");
    const trouble = feed.lost ? `Locust does not answer (${feed.lost}); asking again.` : run.problem;
    this.trouble.hidden = !trouble;
    say(this.trouble, trouble ?? "");
  }
}
