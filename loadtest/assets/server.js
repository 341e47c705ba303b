// The tab Server: what the hooks in the app under test count, and what it holds.

import { Cards } from "./cards.js";
import { Chart } from "./chart.js";
import { make, say, scroller, table } from "./dom.js";
import { bytes, count, milliseconds, perSecond } from "./figures.js";
import { asOf, hasWarmUp } from "./standing.js";
import { Tab } from "./tab.js";
import { bandsOf, marksOf, rangeOf, serverColumns } from "./timeline.js";

const CARDS = [
  { key: "processes", label: "Processes alive", hint: "Hooked server processes that see this run" },
  { key: "calls", label: "Calls per second", hint: "Handlers that ran" },
  { key: "errors", label: "Errors", hint: "Exceptions that the server raised in this run" },
  { key: "in_flight", label: "In flight", hint: "Handlers that are running" },
  { key: "loop_lag", label: "Loop lag p99", hint: "How late the server's event loop is" },
  { key: "rss", label: "Memory", hint: "Of all processes together" },
];
const RESIDUE = [
  { key: "sids", label: "sessions (sids)", colour: "--blue" },
  { key: "eio_sockets", label: "sockets", colour: "--green", dash: [8, 3] },
  { key: "rooms", label: "rooms", colour: "--purple", dash: [2, 3] },
  { key: "environs", label: "environs", colour: "--orange", dash: [12, 4, 2, 4] },
  { key: "pending_disconnects", label: "pending disconnects", colour: "--red" },
];
const CHARTS = [
  {
    title: "Handler latency (ms)",
    format: milliseconds,
    series: [
      { label: "p50", colour: "--blue", fill: true, of: (row) => row.p50_ms },
      { label: "p99", colour: "--orange", dash: [8, 3], of: (row) => row.p99_ms },
    ],
  },
  {
    title: "Handler calls and errors per second",
    format: perSecond,
    series: [
      { label: "calls", colour: "--green", fill: true, of: (row) => row.calls_per_s },
      { label: "errors", colour: "--red", dash: [8, 3], of: (row) => row.errors_per_s },
    ],
  },
  {
    title: "Held by the server",
    format: count,
    isWhole: true,
    series: RESIDUE.map((one) => ({ ...one, of: (row) => row.residue?.[one.key] })),
  },
  {
    title: "Handlers in flight, processes alive",
    format: count,
    isWhole: true,
    series: [
      { label: "in flight", colour: "--purple", fill: true, of: (row) => row.in_flight },
      { label: "processes", colour: "--green", dash: [8, 3], of: (row) => row.processes },
    ],
  },
  {
    title: "Event loop lag p99 (ms)",
    format: milliseconds,
    series: [{ label: "lag", colour: "--orange", fill: true, of: (row) => row.loop_lag_p99_ms }],
  },
  {
    title: "Memory",
    format: bytes,
    series: [{ label: "resident", colour: "--blue", fill: true, of: (row) => row.rss_bytes }],
  },
];
const BY_SNAPSHOT =
  "Counted by the server once a second, so a few calls around the warm-up's end may differ.";
const HEAD = [
  { text: "event" },
  { text: "namespace" },
  { text: "calls", number: true },
  { text: "errors", number: true },
  { text: "in flight", number: true },
  { text: "p50 (ms)", number: true },
  { text: "p99 (ms)", number: true },
  { text: "max (ms)", number: true },
];

export class ServerTab extends Tab {
  build() {
    this.cards = new Cards("The server now", CARDS);
    this.hooks = hooksBox();
    this.waiting = make("p", { class: "note", hidden: true });
    this.charts = CHARTS.map((chart) => new Chart({ ...chart, group: "server" }));
    this.handlers = scroller("Handlers");
    this.left = make("section", { class: "panel", hidden: true });
    this.seen = make(
      "div",
      { class: "stack" },
      this.cards.element,
      make("div", { class: "pair" }, ...this.charts.map((chart) => chart.element)),
      make("section", { class: "panel" }, make("h3", { text: "Handlers" }), this.handlers),
      this.left,
    );
    this.root.append(this.hooks, this.waiting, this.seen);
    this.shown = {};
  }

  show(run) {
    const isBlind = hasNoHooks(run);
    this.hooks.hidden = !isBlind;
    this.seen.hidden = isBlind;
    this.waiting.hidden = isBlind || run.server.rows.size > 0;
    say(this.waiting, waitingFor(run));
    this.#tellCards(run);
    const common = { range: rangeOf(run), marks: marksOf(run), bands: bandsOf(run) };
    CHARTS.forEach(({ series }, index) =>
      this.charts[index].show({
        ...serverColumns(
          run,
          series.map((one) => one.of),
        ),
        ...common,
      }),
    );
    this.#showHandlers(run.summary?.server?.handlers ?? [], handlersCaption(run));
    this.#showLeft(run.isOver ? run.summary?.server?.residue : null);
  }

  #tellCards(run) {
    const rows = [...run.server.rows.values()];
    const now = rows.reduce((last, row) => (last && last.t > row.t ? last : row), null);
    const errors = run.summary?.server?.errors;
    const raised = rows.reduce((sum, row) => sum + row.errors_per_s * run.server.widthS, 0);
    const isOver = run.isOver || run.state === "over";
    this.cards.tell("processes", count(now?.processes), now?.processes === 0 && !isOver ? "bad" : "");
    this.cards.tell("calls", perSecond(now?.calls_per_s));
    const all = now || errors !== undefined ? Math.max(Math.round(raised), errors ?? 0) : null;
    this.cards.tell("errors", count(all), all > 0 ? "bad" : "");
    this.cards.tell("in_flight", count(now?.in_flight));
    this.cards.tell(
      "loop_lag",
      now?.loop_lag_p99_ms == null ? "–" : `${milliseconds(now.loop_lag_p99_ms)} ms`,
    );
    this.cards.tell("rss", bytes(now?.rss_bytes));
  }

  #isNew(key, value) {
    const told = JSON.stringify(value ?? null);
    const isNew = this.shown[key] !== told;
    this.shown[key] = told;
    return isNew;
  }

  #showHandlers(handlers, caption) {
    if (!this.#isNew("handlers", [handlers, caption])) return;
    const rows = handlers.map((one) => [
      one.event,
      one.namespace,
      count(one.calls),
      errorsCell(one.errors),
      count(one.in_flight),
      ...[one.p50_ms, one.p99_ms, one.max_ms].map(milliseconds),
    ]);
    const shown = rows.length
      ? table(caption, HEAD, rows)
      : make("p", { class: "hint", text: "No handler has run yet." });
    this.handlers.replaceChildren(shown);
  }

  #showLeft(residue) {
    this.left.hidden = !residue;
    if (!residue || !this.#isNew("left", residue)) return;
    const rows = RESIDUE.map(({ key, label }) => [label, errorsCell(residue[key])]);
    const head = [{ text: "kind" }, { text: "left", number: true }];
    this.left.replaceChildren(
      make("h3", { text: "Left on the server" }),
      scroller(
        "Left on the server",
        table("What this run's visits left behind when everybody had gone", head, rows, { class: "narrow" }),
      ),
    );
  }
}

const errorsCell = (value) => make("span", { class: value > 0 ? "bad" : null, text: count(value) });

function hasNoHooks(run) {
  return run.summary ? run.summary.server === null && run.server.rows.size === 0 : false;
}

function handlersCaption(run) {
  const parts = ["The app's handlers in this run.", hasWarmUp(run) ? BY_SNAPSHOT : "", asOf(run)];
  return parts.filter(Boolean).join(" ");
}

function waitingFor(run) {
  if (run.state === "idle") return "No run yet. Start one: the server's figures come from the hooks in it.";
  if (run.state === "hooks") return "Looking for hooks in the server …";
  return "Waiting for the first snapshot of the server's hooks …";
}

function hooksBox() {
  return make(
    "section",
    { class: "note is-warning", hidden: true },
    make("h3", { text: "No hooks in the server" }),
    make("p", {
      text: "This run sees only what visitors see; most errors of this kind never reach one. Start the app with the hooks in, its own command after the two dashes:",
    }),
    make("pre", { tabindex: "0" }, "loadtest instrument -- python app.py"),
    make("p", {
      text: "No line of the app changes, and its environment does not need this package. Then start a new run.",
    }),
  );
}
