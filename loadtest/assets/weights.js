// The weights of a run's departures: a slider and a number for each.

import { make, say } from "./dom.js";

const LEAST_TOP = 10;
const MOST_OPEN = 6; // more of them are folded away at first

/** A weight as its field shows it. */
const rounded = (weight) => Number(weight.toPrecision(6));

export class Weights {
  constructor() {
    this.rows = [];
    this.shown = null;
    this.list = make("ul", { class: "weights" });
    this.summary = make("summary");
    this.fold = make("details", {}, this.summary, this.list);
    this.element = make(
      "fieldset",
      { hidden: true },
      make("legend", { class: "unseen", text: "Weights of departures" }),
      this.fold,
    );
  }

  /** Shows what holds now; what somebody is changing stays as it is. */
  show(departures) {
    const texts = JSON.stringify(departures.map(({ text }) => text));
    if (texts !== this.shown) {
      this.shown = texts;
      this.rows = departures.map((departure, index) => this.#row(departure, index));
      this.list.replaceChildren(...this.rows.map((row) => row.element));
      this.element.hidden = departures.length < 2;
      this.fold.open = departures.length <= MOST_OPEN;
      say(this.summary, `Weights of ${departures.length} departures`);
    }
    departures.forEach(({ weight }, index) => {
      const row = this.rows[index];
      const isChanged = Number(row.input.value) !== rounded(row.weight);
      row.weight = weight;
      if (!isChanged) this.#set(row, weight);
    });
    this.#share();
  }

  /** Returns the weights if one of them is another than what holds, else null. */
  changed() {
    const wanted = this.rows.map(({ input, weight }) => {
      const value = Number(input.value);
      return value === rounded(weight) ? weight : value; // an untouched one keeps all its digits
    });
    return this.rows.some(({ weight }, index) => weight !== wanted[index]) ? wanted : null;
  }

  /** Goes back to what holds. */
  undo() {
    for (const row of this.rows) this.#set(row, row.weight);
    this.#share();
  }

  #row({ text, weight }, index) {
    const id = `weight-${index}`;
    const top = Math.max(LEAST_TOP, 2 * weight);
    const input = make("input", { type: "number", id, min: "0", step: "any", inputmode: "decimal" });
    const slider = make("input", {
      type: "range",
      min: "0",
      max: top,
      step: top / 100,
      "aria-label": `Weight, ${text}`,
    });
    const share = make("span", { class: "share" });
    const row = { input, slider, share, weight, element: null };
    slider.addEventListener("input", () => this.#set(row, Number(slider.value)));
    input.addEventListener("input", () => this.#follow(row));
    row.element = make(
      "li",
      {},
      make("label", { for: id, text }),
      make("div", { class: "field" }, slider, input, share),
    );
    this.#set(row, weight);
    return row;
  }

  #set(row, weight) {
    row.input.value = rounded(weight);
    this.#follow(row);
  }

  #follow(row) {
    const value = Number(row.input.value);
    if (value > Number(row.slider.max)) row.slider.max = value;
    row.slider.value = value;
    row.slider.setAttribute("aria-valuetext", row.input.value);
    this.#share();
  }

  #share() {
    const values = this.rows.map(({ input }) => Math.max(Number(input.value), 0));
    const all = values.reduce((a, b) => a + b, 0);
    this.rows.forEach(({ share }, index) =>
      say(share, all ? `${Math.round((100 * values[index]) / all)}%` : "–"),
    );
  }
}
