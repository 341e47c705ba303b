// Headline numbers: a list of names and values.

import { make, say } from "./dom.js";

export class Cards {
  /** `cards`: {key, label, hint}, in their order. */
  constructor(label, cards) {
    this.values = new Map(cards.map(({ key }) => [key, make("dd")]));
    this.element = make(
      "dl",
      { class: "cards", "aria-label": label },
      ...cards.map(({ key, label: name, hint }) =>
        make(
          "div",
          { class: "card", "data-key": key, title: hint },
          make("dt", { text: name }),
          this.values.get(key),
        ),
      ),
    );
  }

  /** Shows a card, or leaves it out. */
  offer(key, isOffered) {
    this.values.get(key).parentElement.hidden = !isOffered;
  }

  /** Shows a text for a card; `mood` is "bad", "warn" or nothing. */
  tell(key, text, mood = "") {
    const value = this.values.get(key);
    say(value, text);
    value.parentElement.dataset.mood = mood;
  }
}
