// The heat map: points × manners of leaving, by the server's errors in each visit that left so.

import { make, say } from "./dom.js";
import { amount, isKnown, number } from "./figures.js";
import { MANNERS, POINTS, pointText } from "./points.js";
import { asOf } from "./standing.js";

const LEVELS = [
  { least: 1, text: "1 and more" },
  { least: 0.5, text: "0.5 to 1" },
  { least: 0.1, text: "0.1 to 0.5" },
  { least: 0.01, text: "0.01 to 0.1" },
  { least: Number.MIN_VALUE, text: "below 0.01" },
  { least: 0, text: "none" },
];
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** 5 for the most errors a visit, 0 for none. */
export function levelOf(perVisit) {
  return LEVELS.length - 1 - LEVELS.findIndex(({ least }) => perVisit >= least);
}

export class HeatMap {
  constructor() {
    this.hint = make("p", { class: "hint" });
    this.story = make("p", { class: "story" });
    this.grid = make("div", { class: "scroller" });
    this.legend = make(
      "ul",
      { class: "levels" },
      make("li", { text: "Server errors per visit:" }),
      ...legendItems(),
    );
    this.element = make(
      "section",
      { class: "panel heat" },
      make("h3", { text: "Departures: server errors per visit" }),
      this.hint,
      this.grid,
      this.story,
      this.legend,
    );
    this.shown = null;
    this.focused = [0, 0];
    this.show({ summary: null });
  }

  /** Shows the cells of a run's summary. */
  show(run) {
    const cells = run.summary?.heat;
    const hasHooks = run.summary?.server !== null;
    const standing = asOf(run);
    const told = JSON.stringify([cells ?? null, hasHooks, standing]);
    if (told === this.shown) return;
    this.shown = told;
    const hasCells = Boolean(cells?.length);
    this.grid.hidden = this.legend.hidden = this.story.hidden = !hasCells;
    say(this.hint, hint(hasCells, hasHooks, standing));
    say(this.story, "Point at a cell, or move there by Tab and the arrow keys, to read what it stands for.");
    if (hasCells) this.#draw(cells);
  }

  #draw(cells) {
    const hadFocus = this.grid.contains(this.grid.getRootNode().activeElement);
    const points = inOrder(
      cells.map((cell) => cell.at),
      Object.keys(POINTS),
    );
    const manners = inOrder(
      cells.map((cell) => cell.manner),
      Object.keys(MANNERS),
    );
    const at = new Map(cells.map((cell) => [`${cell.at} ${cell.manner}`, cell]));
    this.cells = points.map((point) =>
      manners.map((manner) => this.#cell(point, manner, at.get(`${point} ${manner}`))),
    );
    const head = manners.map((manner) => make("th", { scope: "col", text: manner, title: MANNERS[manner] }));
    const rows = points.map((point, index) =>
      make(
        "tr",
        {},
        make("th", { scope: "row", title: POINTS[point]?.clientHas }, ...pointHead(point)),
        ...this.cells[index],
      ),
    );
    this.grid.replaceChildren(
      make(
        "table",
        {
          role: "grid",
          style: `--columns: ${manners.length}`,
          "aria-label": "Server errors per visit, by point and manner of leaving",
          onkeydown: (event) => this.#onKey(event),
        },
        make("caption", {
          class: "unseen",
          text: "Rows: the point at which visits left. Columns: how. Arrow keys move from cell to cell.",
        }),
        make("thead", {}, make("tr", {}, make("td"), ...head)),
        make("tbody", {}, ...rows),
      ),
    );
    this.#focus(...this.focused, hadFocus);
  }

  #cell(point, manner, cell) {
    if (!cell)
      return make("td", {
        class: "none",
        tabindex: "-1",
        "aria-label": `${pointText(point)}, ${manner}: no visits`,
      });
    const perVisit = isKnown(cell.server_errors) && cell.visits ? cell.server_errors / cell.visits : null;
    const story = storyOf(point, manner, cell, perVisit);
    return make(
      "td",
      {
        class: "cell",
        tabindex: "-1",
        "data-level": perVisit === null ? "unknown" : levelOf(perVisit),
        "data-at": point,
        "data-manner": manner,
        "aria-label": story,
        title: story,
        onfocus: () => say(this.story, story),
        onmouseenter: () => say(this.story, story),
      },
      make("b", { text: perVisit === null ? "–" : number(perVisit) }),
      make("span", { text: amount(cell.visits, "visit") }),
    );
  }

  #onKey(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    this.#focus(this.focused[0] + move[0], this.focused[1] + move[1], true);
  }

  /** Makes one cell the one that Tab comes to. */
  #focus(row, column, isMoving) {
    const inside = (index, length) => Math.min(Math.max(index, 0), length - 1);
    this.cells[this.focused[0]]?.[this.focused[1]]?.setAttribute("tabindex", "-1");
    this.focused = [inside(row, this.cells.length), inside(column, this.cells[0].length)];
    const cell = this.cells[this.focused[0]][this.focused[1]];
    cell.setAttribute("tabindex", "0");
    if (isMoving) cell.focus();
  }
}

function hint(hasCells, hasHooks, standing) {
  if (!hasCells)
    return "A cell appears for each way in which visits have left, some seconds after the first of them.";
  const what = hasHooks
    ? "By where and how visits really left."
    : "Without hooks in the server nobody counts its errors; the cells show visits only.";
  return `${what} ${standing}`.trim();
}

function storyOf(point, manner, cell, perVisit) {
  const where = `${pointText(point)}, ${manner}`;
  if (perVisit === null)
    return `${where}: ${amount(cell.visits, "visit")}; the server's errors are not known`;
  const errors = amount(cell.server_errors, "server error");
  return `${where}: ${errors} in ${amount(cell.visits, "visit")}, ${number(perVisit)} per visit`;
}

function pointHead(point) {
  return [
    make("span", { class: "id", text: point }),
    make("span", { class: "name", text: POINTS[point]?.name ?? "" }),
  ];
}

function inOrder(names, order) {
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...new Set(names)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

function legendItems() {
  const items = LEVELS.map(({ text }, index) =>
    make(
      "li",
      {},
      make("span", { class: "swatch", "data-level": LEVELS.length - 1 - index, "aria-hidden": "true" }),
      text,
    ),
  );
  return items.reverse();
}
