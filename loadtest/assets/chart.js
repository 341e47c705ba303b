// One chart over a run's time: uPlot with Locust's looks, and a legend, a tooltip and a table for everybody.

import { Bubble } from "./bubble.js";
import { make, say } from "./dom.js";
import { NO_DATA, clock, isKnown } from "./figures.js";
import { LatestTable } from "./latest.js";
import { Legend } from "./legend.js";
import { drawBands, drawMarks } from "./marks.js";
import { plotOptions } from "./plot.js";
import uPlot from "./uplot.js";

const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

export class Chart {
  /**
   * Args:
   *   title: what it shows, with the unit.
   *   series: {label, colour: a token such as "--blue", dash, fill, width, hasPoints, isPlan} each; a plan
   *     reaches beyond now, so its latest value is not its last.
   *   format: how its values are written, a unit included.
   *   group: charts of one group share a cross hair.
   *   isWhole: there is nothing between two whole numbers.
   */
  constructor({ title, series, format, group, isWhole = false, level = "h3" }) {
    this.title = title;
    this.series = series;
    this.format = format;
    this.group = group;
    this.isWhole = isWhole;
    this.data = [[], ...series.map(() => [])];
    this.isLeftOut = series.map(() => false);
    this.marks = [];
    this.bands = [];
    this.plot = null;
    this.range = [0, 60];
    this.now = null;
    this.isZoomed = false;
    this.legend = new Legend(series, (index, isShown) => this.plot?.setSeries(index + 1, { show: isShown }));
    this.bubble = new Bubble();
    this.#build(level);
  }

  #build(level) {
    const whole = { class: "small", type: "button", text: "Whole run", onclick: () => this.#askForWhole() };
    this.shownRange = make("span", { class: "hint" });
    this.reset = make("span", { class: "reset", hidden: true }, this.shownRange, make("button", whole));
    this.empty = make("p", { class: "empty", text: "No data yet" });
    this.stage = make(
      "div",
      {
        class: "stage",
        tabindex: "0",
        role: "group",
        "aria-roledescription": "chart",
        "aria-label": `${this.title}. Left and right arrow keys read its values.`,
        onkeydown: (event) => this.#onKey(event),
        onblur: () => this.#leave(),
      },
      this.empty,
    );
    this.latest = new LatestTable(this.title);
    this.spoken = make("p", { class: "unseen", "aria-live": "polite" });
    this.element = make(
      "figure",
      { class: "chart", "aria-label": this.title },
      make("figcaption", {}, make(level, { text: this.title }), this.reset),
      this.legend.element,
      make("div", { class: "frame" }, this.stage, this.bubble.element),
      this.spoken,
      make("div", { class: "unseen" }, this.latest.element),
    );
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(this.stage);
  }

  /**
   * Draws other data.
   *
   * Args:
   *   xs: seconds since t0, ascending. columns: the series' values; null is a gap, undefined none. A column
   *     that is null itself is left out altogether.
   *   range: from and to, in seconds. marks, bands: what marks.js draws.
   *   now: the second that plans are told of.
   */
  show({ xs, columns, range, marks = [], bands = [], now = null }) {
    this.isLeftOut = columns.map((column) => column === null);
    this.data = [xs, ...columns.map((column) => column ?? xs.map(() => undefined))];
    Object.assign(this, { range, marks, bands, now });
    const hasValues = columns.map((column) => column?.some(isKnown) ?? false);
    this.hasData = hasValues.includes(true);
    this.legend.offer(hasValues.map((has, index) => has || !(this.hasData || this.isLeftOut[index])));
    this.empty.hidden = this.hasData;
    this.element.classList.toggle("is-empty", !this.hasData);
    if (!this.plot) this.#fit();
    else this.#draw();
    this.#tellLatest();
  }

  /** Draws again in the colours that hold now. */
  recolour() {
    this.plot?.redraw(false);
  }

  destroy() {
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  #draw() {
    const { min, max } = this.plot.scales.x;
    this.plot.setData(this.data, false);
    if (this.isZoomed) this.plot.setScale("x", { min, max });
    else this.plot.setScale("x", { min: this.range[0], max: this.range[1] });
    if (isKnown(this.plot.cursor.idx)) this.#point(this.plot);
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    if (this.plot) {
      if (this.plot.width !== width || this.plot.height !== height) this.plot.setSize({ width, height });
    } else {
      this.plot = new uPlot(this.#options(width, height), this.data, this.stage);
      this.#draw();
    }
  }

  #colour(token) {
    return getComputedStyle(this.stage).getPropertyValue(token).trim();
  }

  #options(width, height) {
    const colour = (token) => this.#colour(token);
    return plotOptions({
      size: { width, height },
      series: this.series,
      format: this.format,
      isWhole: this.isWhole,
      group: this.group,
      colour,
      hooks: {
        drawClear: [(plot) => drawBands(plot, this.bands, colour)],
        draw: [(plot) => drawMarks(plot, this.marks, colour)],
        setScale: [(plot, key) => key === "x" && this.#tellRange(plot.scales.x)],
        setCursor: [(plot) => this.#point(plot)],
        setSelect: [(plot) => this.#zoomed(plot.select.width > 0)],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => this.#askForWhole())],
      },
    });
  }

  #zoomed(isZoomed) {
    this.isZoomed = isZoomed;
    this.reset.hidden = !isZoomed;
  }

  #tellRange({ min, max }) {
    say(this.shownRange, `${clock(min)} to ${clock(max)}`);
  }

  /** Asks for the whole run in all charts of the group: they have been zoomed together. */
  #askForWhole() {
    this.element.dispatchEvent(new Event("zoomout", { bubbles: true }));
  }

  /** Shows the whole run. */
  zoomOut() {
    this.#zoomed(false);
    this.plot?.setScale("x", { min: this.range[0], max: this.range[1] });
  }

  /** Tells what stands at the cross hair: in the legend, and in the bubble of the chart that is pointed at. */
  #point(plot) {
    const { idx, idxs, left } = plot.cursor;
    if (!isKnown(idx) || left < 0) {
      this.bubble.hide();
      this.#tellLatest();
      return;
    }
    const values = this.series.map((_, index) => this.data[index + 1][idxs?.[index + 1] ?? idx]);
    this.legend.tell(values.map((value) => this.#text(value)));
    const isPointedAt = plot.over.matches(":hover") || this.stage.matches(":focus");
    if (!isPointedAt || !this.hasData) return this.bubble.hide();
    const rows = this.series.map((one, index) => ({ ...one, value: this.#text(values[index]) }));
    const shown = rows.filter((_, index) => plot.series[index + 1].show && isKnown(values[index]));
    this.bubble.show(clock(this.data[0][idx]), shown, plot.over.offsetLeft + left, this.stage.clientWidth);
  }

  #text(value) {
    return isKnown(value) ? this.format(value) : NO_DATA;
  }

  #onKey(event) {
    const step = KEYS[event.key];
    if (event.key === "Escape") this.#leave();
    if (step === undefined || !this.plot || !this.hasData) return;
    event.preventDefault();
    const [xs] = this.data;
    const last = xs.length - 1;
    const from = this.plot.cursor.idx ?? (step < 0 ? last + 1 : -1);
    const index = Math.min(Math.max(from + step, 0), last);
    const left = this.plot.valToPos(xs[index], "x");
    this.plot.setCursor({ left, top: this.plot.over.clientHeight / 2 }, true);
    const values = this.#told((one, at) => `${one.label} ${this.#text(this.data[at + 1][index])}`);
    say(this.spoken, `${clock(xs[index])}: ${values.join(", ")}`);
  }

  #leave() {
    this.plot?.setCursor({ left: -10, top: -10 }, true);
  }

  /** What a function makes of each series that is not left out. */
  #told(tell) {
    return this.series.map(tell).filter((_, index) => !this.isLeftOut[index]);
  }

  #latestOf(index) {
    const [xs] = this.data;
    const column = this.data[index + 1];
    if (this.series[index].isPlan && isKnown(this.now)) return column[xs.findLastIndex((x) => x <= this.now)];
    return column.findLast(isKnown);
  }

  #tellLatest() {
    const latest = this.series.map((_, index) => this.#text(this.#latestOf(index)));
    if (!isKnown(this.plot?.cursor.idx) || this.plot.cursor.left < 0) this.legend.tell(latest);
    const rows = this.#told(({ label }, index) => {
      const values = this.data[index + 1].filter(isKnown);
      const highest = values.length ? values.reduce((a, b) => Math.max(a, b)) : null;
      return { label, latest: latest[index], highest: this.#text(highest) };
    });
    this.latest.tell(rows);
  }
}
