// The box that follows the cross hair of a chart, or stands at a cell of the heat map.

import { make } from "./dom.js";
import { lineSample } from "./legend.js";

const AWAY_PX = 14;

export class Bubble {
  constructor() {
    this.element = make("div", { class: "bubble", hidden: true, "aria-hidden": "true" });
  }

  /** Shows rows of {label, colour, dash, value} under a title, beside `left` in a place `width` pixels wide. */
  show(title, rows, left, width) {
    const lines = rows.map((row) =>
      make(
        "div",
        { class: "row" },
        lineSample(row),
        make("span", { text: row.label }),
        make("b", { text: row.value }),
      ),
    );
    this.element.replaceChildren(make("div", { class: "title", text: title }), ...lines);
    this.element.hidden = false;
    const isRight = left + AWAY_PX + this.element.offsetWidth > width;
    const at = isRight ? left - AWAY_PX - this.element.offsetWidth : left + AWAY_PX;
    this.element.style.transform = `translateX(${Math.max(at, 0)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
