"""A comparison as GitHub-flavoured markdown: a step's summary, or a comment on a pull request."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from loadtest.comparison import sentences
from loadtest.comparison.estimate import Word
from loadtest.comparison.result import Comparison
from loadtest.comparison.sheets import Table, tables_of, told_table
from loadtest.report.markdown import marked, marked_code, marked_table
from loadtest.report.wording import amount

__all__ = ["markdown_comparison"]

_MARKS: Mapping[str, str] = MappingProxyType(
    {"worse": "❌", "no worse": "✅", "better": "✅", "cannot be compared": "⚠️"}
)
_WORDS: Mapping[Word, str] = MappingProxyType({Word.WORSE: "❌ ", Word.BETTER: "✅ ", Word.LAG: "⚠️ "})
_ROWS = 100
"""Of a table, and of a list: an app may have any number of events."""


def markdown_comparison(comparison: Comparison) -> str:
    """Return the comparison: verdict, findings, thresholds, then every figure.

    Nothing that an app wrote is markup in it.
    """
    lines = [*_head(comparison), *_changes(comparison)]
    for candidate, facts in enumerate(comparison.candidates):
        if len(comparison.candidates) > 1:
            lines += [f"#### {marked(facts.name)}", ""]
        for table in (*tables_of(comparison, candidate), told_table(comparison, candidate)):
            lines += _table(table)
    if comparison.figures:
        lines += [f"<sub>{marked(sentences.method(comparison))}.</sub>", ""]
    return "\n".join(lines).rstrip() + "\n"


def _head(comparison: Comparison) -> Iterator[str]:
    verdict = comparison.verdict
    yield f"### {_MARKS[verdict.word]} loadtest compare: {verdict.word.upper()}: {marked(verdict.sentence)}"
    yield ""
    yield f"Exit code {int(verdict.exit_code)}."
    yield ""
    for name, facts in sentences.sides(comparison):
        yield f"- {name}: {marked_code(facts.name)}, {marked(sentences.side(facts))}"
    for difference in comparison.unlike[:_ROWS]:
        yield f"- {'⚠️ ' * difference.is_grave}Differs: {marked(str(difference))}"
    yield from (f"- Note: {marked(warning)}" for warning in comparison.warnings)
    yield ""


def _changes(comparison: Comparison) -> Iterator[str]:
    for one in comparison.findings[:_ROWS]:
        yield f"- Finding {sentences.FATES[one.fate]}: {marked(sentences.finding(one))}"
    if (more := len(comparison.findings) - _ROWS) > 0:
        yield f"- and {amount(more, 'more finding')}"
    yield from (f"- Threshold {marked(sentences.threshold(one))}" for one in comparison.thresholds[:_ROWS])
    if comparison.findings or comparison.thresholds:
        yield ""


def _table(table: Table) -> Iterator[str]:
    if table.rows:
        cells = [
            [
                marked_code(row.cells[0]),
                *map(marked, row.cells[1 : len(row.cells) - bool(row.word)]),
                *([f"{_WORDS.get(row.word, '')}{marked(row.cells[-1])}"] if row.word else []),
            ]
            for row in table.rows[:_ROWS]
        ]
        yield from marked_table(table.title, table.head, cells, 1)
        if (more := len(table.rows) - _ROWS) > 0:
            yield from (f"And {amount(more, 'more row')}.", "")
    if table.note:
        yield from (marked(table.note), "")
