// The live knob: other rates and other weights for the run that is on.

import { make, say } from "./dom.js";
import { feed } from "./feed.js";
import { clock, number } from "./figures.js";
import { turnText } from "./timeline.js";
import { Weights } from "./weights.js";

const TURN = new URL("../turn", import.meta.url);
const FACTORS = [0.5, 1, 2];
const WHY_NOT = {
  idle: "No run is on. Start one, and turn its rate and weights here while it goes.",
  hooks: "The load has not begun yet.",
  quiet: "The load is over; the run waits for its quiet.",
  over: "The load is over. Start a new run to turn its knob.",
};

export class Knob {
  constructor() {
    this.rate = make("input", {
      type: "number",
      id: "rate",
      min: "0",
      step: "any",
      inputmode: "decimal",
      "aria-describedby": "rate-means",
    });
    this.unit = make(
      "select",
      { id: "unit", onchange: () => this.#onRate() },
      make("option", { value: "factor", text: "× the planned rate" }),
      make("option", { value: "rate", text: "navigations/s" }),
    );
    this.rate.addEventListener("input", () => this.#onRate());
    this.factors = FACTORS.map((factor) =>
      make("button", {
        type: "button",
        "aria-pressed": "false",
        "data-factor": factor,
        text: `×${factor}`,
        onclick: () => this.#choose(factor),
      }),
    );
    this.means = make("p", { class: "hint", id: "rate-means" });
    this.rateField = make(
      "fieldset",
      {},
      make("legend", { text: "Rate" }),
      make(
        "div",
        { class: "field" },
        make(
          "div",
          { class: "choices", role: "group", "aria-label": "Times the planned rate" },
          ...this.factors,
        ),
        make("label", { for: "rate", class: "unseen", text: "New rate" }),
        this.rate,
        make("label", { for: "unit", class: "unseen", text: "Unit of the rate" }),
        this.unit,
      ),
      this.means,
    );
    this.weights = new Weights();
    this.apply = make("button", { class: "primary", type: "submit", text: "Apply" });
    this.undo = make("button", { type: "button", text: "Undo", onclick: () => this.#undo() });
    this.answer = make("p", { class: "answer", role: "status" });
    this.refusal = make("p", { class: "note is-error", role: "alert", hidden: true });
    this.reason = make("p", { class: "note" });
    this.form = make(
      "form",
      { onsubmit: (event) => this.#send(event), novalidate: true },
      this.rateField,
      this.weights.element,
      make("div", { class: "actions" }, this.apply, this.undo, this.answer),
      this.refusal,
    );
    this.log = make("ol", { class: "turns" });
    this.logged = make("div", { hidden: true }, make("h4", { text: "Turns so far" }), this.log);
    this.element = make(
      "section",
      { class: "panel knob" },
      make("h3", { text: "Live knob" }),
      this.reason,
      make("div", { class: "sides" }, this.form, this.logged),
    );
  }

  /** Forgets what was typed for the run before. */
  clear() {
    this.#undo();
    this.shownTurns = null;
    say(this.answer, "");
  }

  show(run) {
    this.run = run;
    if (!run.canTurn) say(this.answer, "");
    const why = run.canTurn ? "" : (WHY_NOT[run.state] ?? "This run cannot be turned just now.");
    this.reason.hidden = !why;
    say(this.reason, why);
    const isClosed = Boolean(run.info?.closed);
    for (const part of this.form.querySelectorAll("input, select, button")) part.disabled = !run.canTurn;
    this.rateField.disabled = isClosed;
    if (isClosed)
      say(this.means, "This profile sets users, not a rate: each goes on when its visit has ended.");
    else this.#tellMeaning();
    this.weights.show(run.info?.departures ?? []);
    this.#showTurns(run.info?.turns ?? []);
  }

  #choose(factor) {
    this.unit.value = "factor";
    this.rate.value = factor;
    this.#onRate();
  }

  #onRate() {
    const isFactor = this.unit.value === "factor";
    for (const button of this.factors) {
      const isChosen =
        isFactor && this.rate.value !== "" && Number(this.rate.value) === Number(button.dataset.factor);
      button.setAttribute("aria-pressed", isChosen);
    }
    this.#refuse("");
    this.#tellMeaning();
  }

  #tellMeaning() {
    const { info } = this.run ?? {};
    const last = (info?.turns ?? []).filter((turn) => turn.rate !== null).at(-1);
    const now = last ? turnText({ rate: last.rate }) : "as planned";
    say(
      this.means,
      `Now: ${now}. ×1 goes back to the plan; a rate in navigations/s holds whatever was planned.`,
    );
  }

  #undo() {
    this.rate.value = "";
    this.unit.value = "factor";
    this.weights.undo();
    this.#onRate();
  }

  #refuse(text) {
    this.refusal.hidden = !text;
    say(this.refusal, text);
    this.rate.setAttribute("aria-invalid", Boolean(text) && this.rate.value !== "");
  }

  /** What the form asks for; the server says what is wrong with it. */
  #wanted() {
    const typed = this.rate.value;
    const value = this.unit.value === "factor" ? `x${typed}` : Number(typed);
    return { rate: typed === "" ? null : value, weights: this.weights.changed() };
  }

  async #send(event) {
    event.preventDefault();
    if (this.rate.validity.badInput) return this.#refuse("The rate is not a number.");
    const wanted = this.#wanted();
    if (wanted.rate === null && wanted.weights === null)
      return this.#refuse("Nothing has been changed yet: choose a rate, or move a weight.");
    this.#refuse("");
    say(this.answer, "Asking …");
    try {
      const answer = await fetch(TURN, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(wanted),
      });
      this.#heard(await answer.json());
    } catch (error) {
      say(this.answer, "");
      this.#refuse(`Locust did not answer: ${error.message}`);
    }
  }

  #heard(answer) {
    if (!answer.success) {
      say(this.answer, "");
      return this.#refuse(answer.message ?? "This was refused, without a reason.");
    }
    this.#undo();
    say(this.answer, `Takes effect at ${clock(answer.turn.at_s)} into the run.`);
    feed.hurry();
  }

  #showTurns(turns) {
    const told = JSON.stringify(turns);
    if (told === this.shownTurns) return;
    this.shownTurns = told;
    this.logged.hidden = !turns.length;
    this.log.replaceChildren(...turns.map((turn) => make("li", { text: sentence(turn) })));
  }
}

function sentence({ at_s, rate, weights }) {
  const parts = [];
  if (rate !== null) parts.push(`rate ${turnText({ rate })}`);
  if (weights) parts.push(`weights ${weights.map((weight) => number(weight)).join(" : ")}`);
  return `from ${clock(at_s)} on: ${parts.join(", ")}`;
}
