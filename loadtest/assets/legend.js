// A chart's legend: a button for each series, with its line as it is drawn and its value.

import { make, say } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** A short piece of a series' line, so that colour alone tells nothing. */
export function lineSample({ colour, dash }) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  const attributes = {
    x1: 1,
    x2: 23,
    y1: 6,
    y2: 6,
    "stroke-width": 3,
    "stroke-dasharray": (dash ?? []).join(" "),
  };
  for (const [key, value] of Object.entries(attributes)) line.setAttribute(key, value);
  line.style.stroke = `var(${colour})`;
  svg.setAttribute("viewBox", "0 0 24 12");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("sample");
  svg.append(line);
  return svg;
}

export class Legend {
  /** `onSwitch(index, isShown)` hears of each series that is put on or off. */
  constructor(series, onSwitch) {
    this.values = series.map(() => make("span", { class: "value" }));
    this.items = series.map((one, index) => make("li", {}, this.#button(one, index, onSwitch)));
    this.element = make("ul", { class: "legend" }, ...this.items);
  }

  #button(one, index, onSwitch) {
    return make(
      "button",
      {
        type: "button",
        "aria-pressed": "true",
        title: `Show or hide ${one.label}`,
        onclick: ({ currentTarget }) => {
          const isShown = currentTarget.getAttribute("aria-pressed") !== "true";
          currentTarget.setAttribute("aria-pressed", isShown);
          onSwitch(index, isShown);
        },
      },
      lineSample(one),
      make("span", { text: one.label }),
      this.values[index],
    );
  }

  /** Leaves out the series that have nothing to show. */
  offer(isOffered) {
    this.items.forEach((item, index) => (item.hidden = !isOffered[index]));
  }

  /** Shows a text for each series. */
  tell(texts) {
    texts.forEach((text, index) => say(this.values[index], text));
  }
}
