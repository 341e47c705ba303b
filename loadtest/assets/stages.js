// The table of stages: what each of them came to.

import { make, scroller, table } from "./dom.js";
import { count, clock, milliseconds } from "./figures.js";
import { asOf } from "./standing.js";

const COUNTS = { due: "due", late: "late", dropped: "dropped" };
const COUNTS_OF_CLOSED = { started: "visits" }; // nobody is late where each visit begins when its tab is free
const PLACE = [{ text: "stage" }, { text: "from", number: true }];
const FIGURES = [
  { text: "connect p99 (ms)", number: true },
  { text: "handshake p99 (ms)", number: true },
  { text: "server errors", number: true },
];

export class StagesTable {
  constructor() {
    this.place = scroller("Stages");
    this.element = make(
      "section",
      { class: "panel", hidden: true },
      make("h3", { text: "Stages" }),
      this.place,
    );
    this.shown = "";
  }

  /**
   * Shows the stages of a run's summary, by the numbers that check and the report give them; one alone says
   * nothing that the headline does not.
   */
  show(run) {
    const stages = run.summary?.stages ?? [];
    const caption = ["What each stage came to.", asOf(run)].join(" ").trim();
    const counts = run.info?.closed ? COUNTS_OF_CLOSED : COUNTS;
    const told = JSON.stringify([stages, caption, counts]);
    this.element.hidden = stages.length < 2;
    if (told === this.shown) return;
    this.shown = told;
    const head = [...PLACE, ...Object.values(counts).map((text) => ({ text, number: true })), ...FIGURES];
    const rows = stages.map((stage) => [
      `${stage.index}: ${stage.text}`,
      clock(stage.start_s),
      ...Object.keys(counts).map((key) => count(stage.navigations?.[key])),
      ...["connect", "handshake"].map((phase) => milliseconds(stage.phases?.[phase]?.p99_ms)),
      count(stage.server_errors),
    ]);
    this.place.replaceChildren(table(caption, head, rows));
  }
}
