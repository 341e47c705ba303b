// One chart over a run's time: uPlot with Locust's looks, and a legend, a tooltip and a table for everybody.

import { Bubble } from "./bubble.js";
import { make, say } from "./dom.js";
import { NO_DATA, clock, isKnown } from "./figures.js";
import { Legend } from "./legend.js";
import { drawBands, drawMarks } from "./marks.js";
import uPlot from "./uplot.js";

const FONT = "12px Roboto, Helvetica, Arial, sans-serif";
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const WHOLE_STEPS = [1, 2, 5].flatMap((step) => [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map((power) => step * power)).sort((a, b) => a - b);
const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

export class Chart {
  /**
   * Args:
   *   title: what it shows, with the unit.
   *   series: {label, colour: a token such as "--blue", dash, fill, width, hasPoints} each.
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
    this.marks = [];
    this.bands = [];
    this.plot = null;
    this.range = [0, 60];
    this.isZoomed = false;
    this.legend = new Legend(series, (index, isShown) => this.plot?.setSeries(index + 1, { show: isShown }));
    this.bubble = new Bubble();
    this.#build(level);
  }

  #build(level) {
    this.reset = make("button", { class: "small", type: "button", hidden: true, text: "Whole run", onclick: () => this.#zoomOut() });
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
    this.latest = make("tbody");
    this.spoken = make("p", { class: "unseen", "aria-live": "polite" });
    this.element = make(
      "figure",
      { class: "chart", "aria-label": this.title },
      make("figcaption", {}, make(level, { text: this.title }), this.reset),
      this.legend.element,
      make("div", { class: "frame" }, this.stage, this.bubble.element),
      this.spoken,
      make("div", { class: "unseen" }, this.#table()),
    );
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(this.stage);
  }

  #table() {
    const head = ["series", "latest", "highest"].map((text) => make("th", { scope: "col", text }));
    return make(
      "table",
      {},
      make("caption", { text: `${this.title}: latest values` }),
      make("thead", {}, make("tr", {}, ...head)),
      this.latest,
    );
  }

  /**
   * Draws other data.
   *
   * Args:
   *   xs: seconds since t0, ascending. columns: the series' values; null is a gap, undefined none.
   *   range: from and to, in seconds. marks, bands: what marks.js draws.
   */
  show({ xs, columns, range, marks = [], bands = [] }) {
    this.data = [xs, ...columns];
    Object.assign(this, { range, marks, bands });
    this.hasData = columns.some((column) => column.some(isKnown));
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
    const line = (token) => () => this.#colour(token);
    const axis = { font: FONT, stroke: line("--chart-text"), ticks: { show: false } };
    return {
      width,
      height,
      legend: { show: false },
      padding: [16, 16, 0, 0],
      cursor: {
        sync: { key: this.group, scales: ["x", null] },
        drag: { x: true, y: false, dist: 8 },
        points: { size: 8, width: 2 },
        focus: { prox: -1 },
      },
      scales: { x: { time: false, auto: false }, y: { range: (_, __, most) => [0, niceTop(most)] } },
      axes: [
        { ...axis, grid: { show: false }, border: { show: true, stroke: line("--chart-axis"), width: 1 }, incrs: STEPS_S, size: 26, space: 70, values: (_, splits) => splits.map((at) => clock(at)) },
        { ...axis, grid: { stroke: line("--chart-grid"), width: 1 }, size: sizeOf, ...(this.isWhole ? { incrs: WHOLE_STEPS } : {}), values: (_, splits) => splits.map((value) => this.format(value)) },
      ],
      series: [{}, ...this.series.map((one) => this.#seriesOptions(one))],
      hooks: {
        drawClear: [(plot) => drawBands(plot, this.bands, (token) => this.#colour(token))],
        draw: [(plot) => drawMarks(plot, this.marks, (token) => this.#colour(token))],
        setCursor: [(plot) => this.#point(plot)],
        setSelect: [(plot) => this.#zoomed(plot.select.width > 0)],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => this.#zoomOut())],
      },
    };
  }

  #seriesOptions({ label, colour, dash, fill, width = 2, hasPoints = true }) {
    return {
      label,
      width,
      dash,
      stroke: () => this.#colour(colour),
      fill: fill ? () => `color-mix(in srgb, ${this.#colour(colour)} 18%, transparent)` : undefined,
      points: hasPoints ? { size: 5, width: 1.5, stroke: () => this.#colour(colour), fill: () => this.#colour("--chart-ground") } : { show: false },
    };
  }

  #zoomed(isZoomed) {
    this.isZoomed = isZoomed;
    this.reset.hidden = !isZoomed;
  }

  #zoomOut() {
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
    const values = this.series.map((one, at) => `${one.label} ${this.#text(this.data[at + 1][index])}`);
    say(this.spoken, `${clock(xs[index])}: ${values.join(", ")}`);
  }

  #leave() {
    this.plot?.setCursor({ left: -10, top: -10 }, true);
  }

  #tellLatest() {
    const columns = this.data.slice(1).map((column) => column.filter(isKnown));
    const latest = columns.map((values) => this.#text(values.at(-1)));
    if (!isKnown(this.plot?.cursor.idx) || this.plot.cursor.left < 0) this.legend.tell(latest);
    const highest = columns.map((values) => this.#text(values.length ? values.reduce((a, b) => Math.max(a, b)) : null));
    this.latest.replaceChildren(
      ...this.series.map(({ label }, index) =>
        make("tr", {}, make("th", { scope: "row", text: label }), make("td", { text: latest[index] }), make("td", { text: highest[index] })),
      ),
    );
  }
}

/** The top of the scale: above the highest value, and never so low that nothing looks like much. */
function niceTop(most) {
  if (!isKnown(most) || most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most * 1.05));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= most * 1.05) ?? most * 1.1;
}

/** The room that the labels of the upright axis take. */
function sizeOf(_, labels) {
  const longest = (labels ?? []).reduce((most, label) => Math.max(most, label.length), 3);
  return 14 + longest * 7;
}
