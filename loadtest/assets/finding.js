// One finding: what, where, how often; its traceback, and the story of one visit, to be opened.

import { make, say } from "./dom.js";
import { amount, count, listed } from "./figures.js";
import { mannersText, movesText, transportsText } from "./manners.js";
import { pointText } from "./points.js";

const KINDS = {
  server_error: "Server error",
  residue: "Left behind",
  client: "Client",
  liveness: "Liveness",
};
const MOST_NAMED = 4;

export class FindingCard {
  constructor() {
    this.kind = make("span", { class: "chip is-fail" });
    this.what = make("span", { class: "what" });
    this.where = make("p", { class: "where" });
    this.details = make("dl", { class: "details" });
    this.traceback = new Fold("Traceback");
    this.story = new Fold("Story of one such visit");
    this.replay = new Command("Send it again");
    this.remark = make("p", { class: "hint" });
    this.element = make(
      "li",
      { class: "finding" },
      make("h4", {}, this.kind, " ", this.what),
      this.where,
      this.details,
      this.remark,
      this.traceback.element,
      this.story.element,
      this.replay.element,
    );
  }

  show(finding, place) {
    say(this.kind, `${place}. ${KINDS[finding.kind] ?? finding.kind}`);
    say(this.what, finding.what);
    say(this.where, whereText(finding));
    this.#showDetails(detailsOf(finding));
    this.traceback.show(finding.traceback);
    this.story.show(finding.story);
    this.replay.show(finding.replay);
    this.remark.hidden = !finding.remark;
    say(this.remark, finding.remark ?? "");
  }

  #showDetails(details) {
    const told = JSON.stringify(details);
    if (told === this.shown) return;
    this.shown = told;
    this.details.replaceChildren(
      ...details.map(([name, text]) => make("div", {}, make("dt", { text: name }), make("dd", { text }))),
    );
  }
}

/** "412 of 412 visits that left at P15 (connecting) or P16 (before_handshake), none of 1,900 others". */
export function whereText(finding) {
  const { at = [], count: seen, of, elsewhere, elsewhere_of: others } = finding;
  if (finding.kind === "liveness" || !at.length) return isCounted(finding) ? `${amount(seen, "time")}` : "";
  const share = seen === of ? `all ${amount(of, "visit")}` : `${count(seen)} of ${amount(of, "visit")}`;
  const points = listed(
    at.map((id) => (at.length > MOST_NAMED ? id : pointText(id))),
    "or",
  );
  const came = finding.led_by === "previous" ? "that came after one that left" : "that left";
  const rest = others ? `, ${elsewhere ? count(elsewhere) : "none"} of ${count(others)} others` : "";
  return `${share} ${came} at ${points}${rest}`;
}

const isCounted = (finding) => typeof finding.count === "number" && finding.count > 0;

function detailsOf(finding) {
  const details = [
    ["Manner of leaving", mannersText(finding)],
    ["Transport", transportsText(finding)],
    ["How the tab came", movesText(finding)],
  ].filter(([, text]) => text);
  if (finding.events?.length) details.push(["Handler of", listed(finding.events)]);
  if (finding.file) details.push(["Raised at", `${finding.file}:${finding.line}`]);
  const left = Object.entries(finding.left_behind ?? {}).filter(([, value]) => value > 0);
  if (left.length)
    details.push(["Left on the server", listed(left.map(([key, value]) => `${count(value)} ${key}`))]);
  if (finding.navigation) details.push(["One such visit", finding.navigation]);
  return details;
}

/** A text that is opened and closed. */
class Fold {
  constructor(title) {
    this.text = make("pre", { tabindex: "0", "aria-label": title });
    this.element = make("details", { hidden: true }, make("summary", { text: title }), this.text);
  }

  show(text) {
    this.element.hidden = !text;
    say(this.text, text ?? "");
  }
}

/** A command to be copied. */
class Command {
  constructor(title) {
    this.text = make("code");
    this.copy = make("button", { class: "small", type: "button", text: "Copy", onclick: () => this.#copy() });
    this.element = make(
      "p",
      { class: "command", hidden: true },
      make("span", { class: "hint", text: `${title}: ` }),
      this.text,
      " ",
      this.copy,
    );
  }

  show(text) {
    this.element.hidden = !text;
    say(this.text, text ?? "");
  }

  async #copy() {
    const isDone = await navigator.clipboard?.writeText(this.text.textContent).then(
      () => true,
      () => false,
    );
    if (!isDone) this.#select();
    say(this.copy, isDone ? "Copied" : "Selected");
    setTimeout(() => say(this.copy, "Copy"), 2000);
  }

  #select() {
    const range = document.createRange();
    range.selectNodeContents(this.text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }
}
