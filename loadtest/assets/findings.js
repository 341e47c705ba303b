// The tab Findings: what this run has found, each with its traceback and one visit's story.

import { make, say, scroller, table } from "./dom.js";
import { fileUrl } from "./downloads.js";
import { FindingCard } from "./finding.js";
import { amount, isKnown, number } from "./figures.js";
import { visitsOf } from "./standing.js";
import { Tab, VERDICTS, verdictChip } from "./tab.js";

const HEAD = [{ text: "figure" }, { text: "must be" }, { text: "is", number: true }, { text: "verdict" }];
const THRESHOLD = { pass: "holds", fail: "does not hold", no_data: "no data" };

export class FindingsTab extends Tab {
  build() {
    this.heading = make("h3", { text: "Findings" });
    this.count = make("p", { class: "headline", role: "status" });
    this.reasons = make("ul", { class: "reasons" });
    this.report = make(
      "p",
      { class: "report", hidden: true },
      make("a", { href: fileUrl("report.html"), download: "report.html", text: "Keep this run's report" }),
      ": one file with everything, to be read offline and passed on.",
    );
    this.list = make("ol", { class: "findings" });
    this.thresholds = make("section", { class: "panel", hidden: true });
    this.cards = new Map();
    this.shownThresholds = "";
    this.root.append(
      make("section", { class: "panel" }, this.heading, this.count, this.reasons, this.report, this.list),
      this.thresholds,
    );
  }

  clear() {
    this.cards.clear();
    this.list.replaceChildren();
  }

  show(run) {
    const findings = run.summary?.findings ?? [];
    say(this.count, headline(run, findings));
    this.report.hidden = !run.hasReport;
    this.#showReasons(run.isOver ? (run.summary?.reasons ?? []) : []);
    this.#showFindings(findings);
    this.#showThresholds(run.summary?.thresholds ?? [], run.isOver);
  }

  #showReasons(reasons) {
    const told = reasons.join("\n");
    if (told === this.shownReasons) return;
    this.shownReasons = told;
    this.reasons.replaceChildren(...reasons.map((reason) => make("li", { text: reason })));
  }

  /** A finding keeps its card, and with it what has been opened and where the focus is. */
  #showFindings(findings) {
    const gone = new Map(this.cards);
    findings.forEach((finding, index) => {
      const key = [finding.kind, finding.what, finding.file, finding.line].join("\n");
      const card = this.cards.get(key) ?? new FindingCard();
      this.cards.set(key, card);
      gone.delete(key);
      card.show(finding, index + 1);
      const there = this.list.children[index];
      if (there !== card.element) this.list.insertBefore(card.element, there ?? null);
    });
    for (const [key, card] of gone) {
      this.cards.delete(key);
      card.element.remove();
    }
  }

  #showThresholds(thresholds, isOver) {
    const told = JSON.stringify([thresholds, isOver]);
    if (told === this.shownThresholds) return;
    this.shownThresholds = told;
    this.thresholds.hidden = !thresholds.length;
    const rows = thresholds.map((row) => [
      row.metric,
      row.expression,
      isKnown(row.value) ? number(row.value) : "–",
      verdictCell(row),
    ]);
    const head = isOver
      ? HEAD
      : HEAD.map((column) => (column.text === "is" ? { ...column, text: "so far" } : column));
    this.thresholds.replaceChildren(
      make("h3", { text: "Thresholds" }),
      scroller(
        "Thresholds",
        table(isOver ? "How each threshold came out" : "Judged when the run has ended", head, rows),
      ),
    );
  }
}

function verdictCell({ verdict, reason }) {
  if (!verdict) return make("span", { class: "hint", text: "at the end" });
  const chip = verdictChip(verdict === "no_data" ? "inconclusive" : verdict);
  chip.lastChild.textContent = THRESHOLD[verdict] ?? verdict;
  return make("span", {}, chip, reason ? make("span", { class: "hint", text: ` ${reason}` }) : "");
}

function headline(run, findings) {
  const found = findings.length ? amount(findings.length, "finding") : "No findings";
  if (run.state === "idle")
    return "No run yet. What a run finds is listed here as it is found, with its traceback and the story of a visit.";
  if (!run.summary) return "No findings so far: the first summary comes some seconds after the first visit.";
  const visits = amount(visitsOf(run.summary), "visit");
  if (run.isOver)
    return `${VERDICTS[run.summary.verdict] ?? "Over"}: ${found.toLowerCase()} in ${visits}. Exit code ${run.summary.exit_code}.`;
  return `${found} so far, in ${visits}.${run.state === "quiet" ? " What is left on the server is judged after the quiet." : ""}`;
}
