// The table of stages: what each of them came to.

import { make, scroller, table } from "./dom.js";
import { count, clock, milliseconds } from "./figures.js";

const HEAD = [
  { text: "stage" },
  { text: "from", number: true },
  { text: "due", number: true },
  { text: "late", number: true },
  { text: "dropped", number: true },
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

  /** Shows the stages of a summary; one alone says nothing that the headline does not. */
  show(stages) {
    const told = JSON.stringify(stages ?? []);
    this.element.hidden = (stages?.length ?? 0) < 2;
    if (told === this.shown) return;
    this.shown = told;
    const rows = (stages ?? []).map((stage) => [
      `${stage.index + 1}: ${stage.text}`,
      clock(stage.start_s),
      ...["due", "late", "dropped"].map((key) => count(stage.navigations?.[key])),
      ...["connect", "handshake"].map((phase) => milliseconds(stage.phases?.[phase]?.p99_ms)),
      count(stage.server_errors),
    ]);
    this.place.replaceChildren(table("What each stage came to", HEAD, rows));
  }
}
