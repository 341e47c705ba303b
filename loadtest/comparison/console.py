"""A comparison on a console: the verdict first, then what it rests on."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from loadtest.comparison import sentences
from loadtest.comparison.estimate import Word
from loadtest.comparison.findings import Fate
from loadtest.comparison.result import Comparison
from loadtest.comparison.sheets import Table, tables_of, told_table
from loadtest.report.wording import shown

__all__ = ["print_comparison"]

_VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        "worse": "bold red",
        "no worse": "bold green",
        "better": "bold green",
        "cannot be compared": "bold yellow",
    }
)
_WORDS: Mapping[Word, str] = MappingProxyType(
    {Word.WORSE: "bold red", Word.BETTER: "green", Word.LAG: "yellow", Word.SAME: "", Word.UNCLEAR: "dim"}
)
_FATES: Mapping[Fate, str] = MappingProxyType(
    {Fate.NEW: "bold red", Fate.GONE: "green", Fate.STILL_THERE: ""}
)
_WIDE = 76
"""Columns that a table needs with both sides' values in it."""
_VALUES = (1, 2)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print it; nothing that an app wrote gets through as markup or as control characters."""
    _Page(console, comparison).print()


class _Page:
    """One comparison on its way to a console."""

    __slots__ = ("_comparison", "_console")

    def __init__(self, console: Console, comparison: Comparison) -> None:
        self._console = console
        self._comparison = comparison

    def print(self) -> None:
        comparison = self._comparison
        verdict = comparison.verdict
        style = _VERDICTS[verdict.word]
        self._line(f"{verdict.word.upper()}: {verdict.sentence} (exit code {int(verdict.exit_code)})", style)
        for name, facts in sentences.sides(comparison):
            self._line(f"{name}: {facts.name}, {sentences.side(facts)}", hang=2)
        for difference in comparison.unlike:
            self._line(f"Differs: {difference}", "bold yellow" if difference.is_grave else "dim", hang=2)
        for warning in comparison.warnings:
            self._line(f"Note: {warning}", "yellow", hang=2)
        self._print_changes()
        for candidate, facts in enumerate(comparison.candidates):
            if len(comparison.candidates) > 1:
                self._console.print()
                self._line(facts.name, "bold")
            for table in (*tables_of(comparison, candidate), told_table(comparison, candidate)):
                self._table(table)
        if comparison.figures:
            self._console.print()
            self._line(sentences.method(comparison), "dim")

    def _print_changes(self) -> None:
        comparison = self._comparison
        if comparison.findings or comparison.thresholds:
            self._console.print()
        for one in comparison.findings:
            whose = f" in {comparison.candidates[one.candidate].name}" * (len(comparison.candidates) > 1)
            name = f"Finding {sentences.FATES[one.fate]}{whose}"
            self._line(f"{name}: {sentences.finding(one)}", _FATES[one.fate], hang=2)
        for threshold in comparison.thresholds:
            style = "bold red" if threshold.is_worse else ""
            self._line(f"Threshold {sentences.threshold(threshold)}", style, hang=2)

    def _line(self, text: str, style: str = "", hang: int = 0) -> None:
        whole = Text(shown(text, self._console.encoding), style=style)
        for index, line in enumerate(whole.wrap(self._console, max(self._console.width - hang, 20))):
            line.rstrip()
            self._console.print(Text(" " * (hang * (index > 0))) + line)

    def _table(self, table: Table) -> None:
        if not table.rows and not table.note:
            return
        self._console.print()
        self._line(table.title, "bold")
        is_narrow = self._console.width < _WIDE and len(table.head) > len(_VALUES) + 1
        places = [place for place in range(len(table.head)) if not (is_narrow and place in _VALUES)]
        drawn = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for place in places:
            if place == 0:
                drawn.add_column(Text(table.head[place]), overflow="fold")
            else:
                is_word = place == len(table.head) - 1 and len(table.head) > len(_VALUES) + 1
                justify = "left" if is_word else "right"
                drawn.add_column(Text(table.head[place]), justify=justify, no_wrap=True)  # type: ignore[arg-type]
        for row in table.rows:
            cells = (Text(shown(row.cells[place], self._console.encoding)) for place in places)
            drawn.add_row(*cells, style=_WORDS[row.word] if row.word else "")
        if table.rows:
            self._console.print(drawn)
        if table.note:
            self._line(table.note, "dim", hang=2)
