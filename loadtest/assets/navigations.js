// The tab Navigations: how many come and go, how long each phase takes, where it hurts, and the knob.

import { Cards } from "./cards.js";
import { Chart } from "./chart.js";
import { Downloads } from "./downloads.js";
import { make, say } from "./dom.js";
import { count, milliseconds, perSecond } from "./figures.js";
import { HeatMap } from "./heat.js";
import { Knob } from "./knob.js";
import { StagesTable } from "./stages.js";
import { Tab } from "./tab.js";
import {
  bandsOf,
  marksOf,
  phaseColumns,
  phasesOf,
  rangeOf,
  rateColumns,
  underWayColumns,
} from "./timeline.js";

const CARDS = [
  { key: "due", label: "Due", hint: "Navigations that the schedule has asked for" },
  { key: "started", label: "Started", hint: "Those that a free user took" },
  { key: "late", label: "Late", hint: "Started more than 10 ms after they were due" },
  { key: "dropped", label: "Dropped", hint: "Due, and no user was free" },
  { key: "under_way", label: "Under way", hint: "Started and not ended yet" },
  { key: "failed", label: "Failed", hint: "Lost, timed out or failed: a planned departure never is" },
];
const PLACES = { due: 1, started: 2, late: 3, dropped: 4, ended: 5, failed: 6, under_way: 7 };
const PLAN = { isPlan: true, colour: "--chart-text", dash: [6, 4], width: 1.5, hasPoints: false };
const RATES = [
  { label: "planned", ...PLAN },
  { label: "due", colour: "--blue", dash: [2, 3] },
  { label: "started", colour: "--green", fill: true },
  { label: "late", colour: "--orange", dash: [8, 3] },
  { label: "dropped", colour: "--red" },
];
const UNDER_WAY = [
  { label: "planned users", ...PLAN },
  { label: "under way", colour: "--purple", fill: true },
];
const LATENCIES = [
  { label: "p50", colour: "--blue", fill: true },
  { label: "p95", colour: "--purple", dash: [8, 3] },
  { label: "p99", colour: "--orange" },
  { label: "p99 from due", colour: "--red", dash: [2, 3] },
];
const PHASES = {
  page: "the page's request, until its body is read",
  open: "from the page until Engine.IO is open",
  upgrade: "from long-polling to the WebSocket",
  connect: "from CONNECT until its reply",
  handshake: "from the app's handshake until its answer",
  active: "from there until the visit begins to leave",
  leaving: "from the departure's first act until the socket is given up",
};

let chosenPhase = null; // outlives the element: Locust makes a new one whenever its tab is opened

export class NavigationsTab extends Tab {
  build() {
    this.cards = new Cards("Navigations so far", CARDS);
    this.welcome = make(
      "p",
      { class: "note", hidden: true },
      "No run yet. Choose a profile in the start form and press Start: the charts fill with the first visits.",
    );
    this.rates = new Chart({
      title: "Navigations per second",
      series: RATES,
      format: perSecond,
      group: "navigations",
    });
    this.latencies = new Chart({
      title: "Phase latency (ms)",
      series: LATENCIES,
      format: milliseconds,
      group: "navigations",
    });
    this.underWay = new Chart({
      title: "Visits under way",
      series: UNDER_WAY,
      format: count,
      group: "navigations",
      isWhole: true,
    });
    this.charts = [this.rates, this.latencies, this.underWay];
    this.phases = make("div", { class: "choices", role: "group", "aria-label": "Phase" });
    this.meaning = make("p", { class: "hint" });
    this.latencies.element
      .querySelector("figcaption")
      .after(make("div", { class: "chooser" }, this.phases, this.meaning));
    this.heat = new HeatMap();
    this.knob = new Knob();
    this.stages = new StagesTable();
    this.downloads = new Downloads();
    this.root.append(
      this.welcome,
      this.cards.element,
      make("div", { class: "pair" }, this.rates.element, this.latencies.element),
      make("div", { class: "pair" }, this.underWay.element, this.knob.element),
      this.heat.element,
      this.stages.element,
      this.downloads.element,
    );
  }

  clear() {
    chosenPhase = null;
    this.knob.clear();
    this.downloads.clear();
  }

  show(run) {
    this.welcome.hidden = run.state !== "idle";
    this.#tellCards(run);
    const common = { range: rangeOf(run), marks: marksOf(run), bands: bandsOf(run) };
    this.rates.show({ ...rateColumns(run), ...common });
    this.underWay.show({ ...underWayColumns(run), ...common });
    this.#showPhases(run, common);
    this.heat.show(run);
    this.knob.show(run);
    this.stages.show(run);
    this.downloads.show(run);
  }

  #tellCards(run) {
    const tick = run.ticks.at(-1);
    const final = run.isOver ? run.summary?.navigations : null;
    for (const key of ["late", "dropped"]) this.cards.offer(key, !run.info?.closed);
    for (const { key } of CARDS) {
      const failed = final && key === "failed" ? final.failed + final.lost + final.timed_out : final?.[key];
      const value = key === "under_way" && final ? final.under_way : (tick?.[PLACES[key]] ?? failed);
      const isBad = value > 0 && ["failed", "dropped"].includes(key);
      this.cards.tell(key, count(value), isBad ? "bad" : value > 0 && key === "late" ? "warn" : "");
    }
  }

  #showPhases(run, common) {
    const phases = phasesOf(run);
    if (!phases.includes(chosenPhase))
      chosenPhase = phases.includes("handshake") ? "handshake" : (phases.at(0) ?? null);
    const names = phases.join(" ");
    if (this.phases.dataset.names !== names) {
      this.phases.dataset.names = names;
      this.phases.replaceChildren(...phases.map((phase) => this.#phaseButton(phase, run)));
    }
    for (const button of this.phases.children)
      button.setAttribute("aria-pressed", button.dataset.phase === chosenPhase);
    say(this.meaning, chosenPhase ? PHASES[chosenPhase] : "");
    this.latencies.show({ ...phaseColumns(run, chosenPhase), ...common });
  }

  #phaseButton(phase) {
    const choose = () => {
      chosenPhase = phase;
      this.refresh();
    };
    return make("button", {
      type: "button",
      "data-phase": phase,
      text: phase,
      title: PHASES[phase],
      onclick: choose,
    });
  }
}
