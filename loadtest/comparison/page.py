"""A comparison as one page of HTML that stands alone, in the style of ``report.html``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import loadtest.report.html.page
from loadtest import __version__
from loadtest.comparison import sentences
from loadtest.comparison.estimate import Word
from loadtest.comparison.findings import Fate
from loadtest.comparison.result import Comparison
from loadtest.comparison.sheets import Row, Table, tables_of, told_table
from loadtest.comparison.strip import strip
from loadtest.report.html.markup import NOTHING, Markup, element, joined, stylesheet
from loadtest.report.html.table import Column, cell, head_cell, left_out, table

__all__ = ["html_comparison"]

_STYLE = Path(loadtest.report.html.page.__file__).with_name("style.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_OWN_STYLE = """.strip { width: 9rem; height: 1.1rem; display: block; overflow: visible; }
.strip .line { stroke: var(--text); stroke-width: 2; stroke-dasharray: none; }
.strip circle { fill: var(--text); }
.strip .worse { stroke: var(--bad); stroke-width: 3; }
.strip .better { stroke: var(--good); stroke-width: 3; }
.fate { padding: 0; list-style: none; display: grid; gap: 0.5rem; }
.narrow { display: none; }
@media screen and (max-width: 34rem) {
  .narrow { display: block; }
  th:nth-child(5), td:nth-child(5), th:nth-child(6), td:nth-child(6) { display: none; }
}
"""
"""On a phone a table keeps what says whether something is worse, and leaves its interval out."""
_STATES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "worse": ("✕", "Worse", "fail"),
        "no worse": ("✓", "No worse", "pass"),
        "better": ("✓", "Better", "pass"),
        "cannot be compared": ("?", "Cannot be compared", "inconclusive"),
    }
)
"""A sign, a word, and the class of a run's verdict that looks the same."""
_CLASSES: Mapping[Word, str] = MappingProxyType({Word.WORSE: "bad", Word.BETTER: "good", Word.LAG: "warn"})
_FATE_CLASSES: Mapping[Fate, str] = MappingProxyType({Fate.NEW: "bad", Fate.GONE: "good"})
_ROWS = 200


def html_comparison(comparison: Comparison) -> str:
    """Return the page: no script, nothing is fetched, and text of an app is never markup."""
    sign, word, _ = _STATES[comparison.verdict.word]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{word}: {comparison.candidates[0].name} · loadtest compare"),
        stylesheet(_STYLE.read_text(encoding="utf-8") + _OWN_STYLE),
    )
    sections = [
        section
        for candidate in range(len(comparison.candidates))
        for section in _candidate(comparison, candidate)
    ]
    main = element("main", _changes(comparison), *sections, _reading(comparison), id="main")
    foot = element("footer", element("p", f"loadtest {__version__}"))
    body = element("body", _hero(comparison, sign, word), main, foot)
    return f"<!doctype html>\n{element('html', head, body, lang='en').html}\n"


def _hero(comparison: Comparison, sign: str, word: str) -> Markup:
    verdict = comparison.verdict
    lines = [
        element("p", f"{name}: ", element("strong", facts.name), f", {sentences.side(facts)}", class_="where")
        for name, facts in sentences.sides(comparison)
    ]
    unlike = [
        element("p", element("strong", "Differs: "), str(one), class_="loud", role="note")
        for one in comparison.unlike
        if one.is_grave
    ]
    slight = [element("p", f"Differs: {one}", class_="soft") for one in comparison.unlike if not one.is_grave]
    notes = [element("p", f"Note: {warning}.", class_="soft") for warning in comparison.warnings]
    return element(
        "header",
        element("p", element("span", sign, class_="sign", aria_hidden="true"), word, class_="state"),
        element("h1", f"{_upper(verdict.first or verdict.sentence)}."),
        element("p", f"{_upper(verdict.rest)}.") if verdict.rest else None,
        element("p", f"Exit code {int(verdict.exit_code)}.", class_="soft"),
        *lines,
        *unlike,
        *slight,
        *notes,
        class_=f"hero {_STATES[verdict.word][2]}",
    )


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _changes(comparison: Comparison) -> Markup:
    if not comparison.findings and not comparison.thresholds:
        return NOTHING
    many = len(comparison.candidates) > 1
    items = [
        element(
            "li",
            element("strong", f"Finding {sentences.FATES[one.fate]}", class_=_FATE_CLASSES.get(one.fate)),
            f" in {comparison.candidates[one.candidate].name}" if many else None,
            f": {sentences.finding(one)}",
        )
        for one in comparison.findings[:_ROWS]
    ]
    items += [
        element(
            "li",
            element("strong", "Threshold ", class_="bad" if one.is_worse else None),
            sentences.threshold(one),
        )
        for one in comparison.thresholds[:_ROWS]
    ]
    more = left_out(len(comparison.findings) - _ROWS, "finding", "compare --format json")
    return element("section", element("h2", "What changed"), element("ul", *items, class_="fate"), more)


def _candidate(comparison: Comparison, candidate: int) -> Iterator[Markup]:
    facts = comparison.candidates[candidate]
    shown = [*tables_of(comparison, candidate), told_table(comparison, candidate)]
    tables = [_section(one, comparison) for one in shown if one.rows or one.note]
    if tables and len(comparison.candidates) > 1:
        yield element("section", element("h2", facts.name))
    yield from tables


def _section(one: Table, comparison: Comparison) -> Markup:
    is_judged = any(row.word for row in one.rows)
    columns = [
        Column(name, is_number=0 < place < len(one.head) - is_judged) for place, name in enumerate(one.head)
    ]
    if is_judged:
        columns.insert(len(columns) - 1, Column("", is_number=False, title="the interval, drawn"))
    rows = [_row(row, comparison) for row in one.rows[:_ROWS]]
    note = element("p", one.note, class_="soft") if one.note else NOTHING
    more = left_out(len(one.rows) - _ROWS, "row", "compare --format json")
    drawn = table(one.title, columns, rows, foot=joined(more, note)) if rows else note
    return element("section", element("h2", one.title), drawn)


def _row(row: Row, comparison: Comparison) -> list[Markup]:
    last = len(row.cells) - bool(row.word)
    cells = [head_cell(row.cells[0]), *(cell(text, class_="number") for text in row.cells[1:last])]
    if row.word:
        drawn = strip(row.judged, comparison.smallest) if row.judged else NOTHING
        cells += [cell(drawn), cell(row.cells[-1], class_=_CLASSES.get(row.word))]
    return cells


def _reading(comparison: Comparison) -> Markup:
    if not comparison.figures:
        return NOTHING
    return element(
        "section",
        element("h2", "How to read this"),
        element("p", f"{sentences.method(comparison)}.", class_="soft"),
        element(
            "p",
            "The interval of a percentile comes of windows of the runs drawn again in blocks, that of a "
            "share of visits is Newcombe's. In the drawing the band is what does not count; right is worse.",
            class_="soft",
        ),
        element(
            "p",
            "Intervals and their drawings have no room here: turn the phone, widen the window, or zoom out.",
            class_="soft narrow",
        ),
    )
