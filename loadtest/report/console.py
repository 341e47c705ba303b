"""A run's report on one screen: the verdict first, then what it rests on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadtest.report import (
    finding_facts,
    finding_sentences,
    heat_sheet,
    raised,
    sentences,
    stage_sheet,
    tables,
    vital_sentences,
)
from loadtest.report.finding import FindingKind
from loadtest.report.run import Run
from loadtest.report.verdict import FINDING_REASON
from loadtest.report.wording import amount, clipped, shown

__all__ = ["VERDICT_STYLES", "print_report"]

VERDICT_STYLES: Mapping[str, str] = {
    "pass": "bold green",
    "fail": "bold red",
    "inconclusive": "bold yellow",
    "interrupted": "bold yellow",
}
_LOUD = "bold yellow"

_FINDINGS = 4
"""So many findings are told in full; the rest are counted."""
_ERRORS = 4
_TRACEBACK_LINES = 7
_STALL_LINES = 4
_LONGEST = 200
"""Characters of what an app wrote that are shown in one line."""
_LONGEST_PARAGRAPH = 2_000
"""An app may name an event with a megabyte, and whoever wraps that is busy."""
_WIDE = 72
"""Columns that a table with the points' names needs."""
_GAP = 2
_FOLDED = 10
"""A column of words may be made so narrow; where that is not enough, a row is told in words."""

_COMMANDS: Mapping[str, str] = {"replay": "see it again", "story": "its story"}
_INSTRUMENT = (
    "The server was not watched: no process with hooks saw these visits, so its errors and what it keeps "
    "are unknown. Start the app with the hooks in: loadtest instrument -- python app.py "
    "(--require-hooks makes this run inconclusive)"
)


def print_report(run: Run, summary: Mapping[str, Any], console: Console) -> None:
    """Print the report; nothing that an app wrote gets through as markup or as control characters."""
    _Report(console, run.path, summary).print()


class _Report:
    """One report on its way to a console."""

    __slots__ = ("_console", "_path", "_summary")

    def __init__(self, console: Console, path: Path, summary: Mapping[str, Any]) -> None:
        self._console = console
        self._path = path
        self._summary = summary

    def print(self) -> None:
        self._print_verdict()
        self._print_warnings()
        self._print_findings()
        self._print_tables()
        self._print_rest()

    def _line(self, text: str, style: str = "", indent: int = 0, hang: int = 0) -> None:
        """Print a paragraph, wrapped; lines after its first are indented by ``hang`` more."""
        whole = Text(shown(clipped(text, _LONGEST_PARAGRAPH), self._console.encoding), style=style)
        room = max(self._console.width - indent - hang, 10)
        for index, line in enumerate(whole.wrap(self._console, room)):
            line.rstrip()
            self._console.print(Text(" " * (indent + hang * (index > 0))) + line)

    def _fact(self, name: str, text: str, indent: int = 0) -> None:
        self._line(f"{name}: {text}", indent=indent, hang=2)

    def _fact_if_any(self, name: str, text: str) -> None:
        if text:
            self._fact(name, text)

    def _uncut(self, label: str, text: str) -> None:
        """Print what a person copies, never broken by us."""
        self._console.print(Text(label + shown(text, self._console.encoding)), soft_wrap=True)

    def _sheet(self, sheet: tables.Sheet) -> None:
        if not sheet.rows:
            return
        self._console.print()
        self._line(sheet.title, "bold")
        if self._has_room(sheet):
            self._table(sheet)
        else:
            for row in sheet.rows:
                numbers = zip(sheet.columns[sheet.words :], row[sheet.words :], strict=True)
                told = ", ".join(f"{column} {cell}" for column, cell in numbers)
                self._fact(" ".join(row[: sheet.words]), told)
        for line in sheet.note.splitlines():
            self._line(line, hang=3)

    def _has_room(self, sheet: tables.Sheet) -> bool:
        """Return whether a table's numbers have room beside its words, of which long ones may be folded."""
        encoding, width = self._console.encoding, -_GAP
        for place, column in enumerate(zip(sheet.columns, *sheet.rows, strict=True)):
            widest = max(cell_len(shown(cell, encoding)) for cell in column)
            width += _GAP + (min(widest, _FOLDED) if place < sheet.words else widest)
        return width <= self._console.width

    def _table(self, sheet: tables.Sheet) -> None:
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
        for column in sheet.columns[: sheet.words]:
            table.add_column(Text(column), overflow="fold")
        for column in sheet.columns[sheet.words :]:
            table.add_column(Text(column), justify="right", no_wrap=True)
        for row in sheet.rows:
            table.add_row(*(Text(shown(cell, self._console.encoding)) for cell in row))
        self._console.print(table)

    def _print_verdict(self) -> None:
        summary = self._summary
        word = summary["verdict"]
        self._line(
            f"{word.upper()}: {sentences.headline(summary)}. Exit code {summary['exit_code']}.",
            VERDICT_STYLES[word],
        )
        self._line(f"Profile {summary['profile']}, seed {summary['seed']}, against {summary['host']}", "dim")
        if of := summary["replay_of"]:
            self._line(f"The visits of finding {of['finding']:,} of run {of['run']}, sent again", "dim")
        for reason in summary["reasons"]:
            if not reason.startswith(FINDING_REASON):  # findings are told in full below
                self._line(f"- {reason}", indent=2, hang=2)

    def _print_warnings(self) -> None:
        summary = self._summary
        server = summary["server"]
        warnings = [_INSTRUMENT] if server is None else [f"Hooks: {text}" for text in server["problems"]]
        if server and server["journal_lost"]:
            lost = amount(server["journal_lost"], "entry", "entries")
            warnings.append(f"The hooks lost {lost} of their journal: findings may count too few visits.")
        warnings += [f"{sentences.exit_of(row)}." for row in server["exits"]] if server else []
        if lag := sentences.generator_lag(summary):
            warnings.append(f"{lag}.")
        failures = sentences.failures(summary)
        if failures:
            warnings.append(f"{failures}.")
        for warning in warnings:
            self._line(f"! {warning}", _LOUD, hang=2)
        if server:
            self._print_stall(server)
        self._print_client_errors()

    def _print_stall(self, server: Mapping[str, Any]) -> None:
        warning = vital_sentences.stall(server)
        if warning:
            self._line(f"! {warning}", _LOUD, hang=2)
            for line in raised.last_frames(server["loop"]["stack"] or "", _STALL_LINES):
                self._line(line, "dim", indent=4, hang=6)

    def _print_client_errors(self) -> None:
        groups = self._summary["client_errors"]
        for group in groups[:_ERRORS]:
            detail = f", first: {clipped(group['detail'], _LONGEST)}" if group["detail"] else ""
            self._line(f"{group['count']:,} x {group['error'] or group['outcome']}{detail}", indent=2, hang=4)
        if len(groups) > _ERRORS:
            self._line(f"and {amount(len(groups) - _ERRORS, 'more kind')}: see summary.json", indent=2)

    def _print_findings(self) -> None:
        findings = self._summary["findings"]
        for number, finding in enumerate(findings[:_FINDINGS], start=1):
            self._print_finding(number, finding)
        if len(findings) > _FINDINGS:
            self._console.print()
            self._line(f"And {amount(len(findings) - _FINDINGS, 'more finding')}: see summary.json")

    def _print_finding(self, number: int, finding: Mapping[str, Any]) -> None:
        self._console.print()
        self._line(f"Finding {number}, {finding_facts.headline(finding)}", "bold red", hang=2)
        self._line(finding_sentences.place(finding), "bold", indent=2)
        for name, text in finding_facts.facts(finding).items():
            self._fact(name, text, indent=2)
        for line in raised.last_frames(finding["traceback"] or "", _TRACEBACK_LINES):
            self._line(line, "dim", indent=4, hang=6)
        is_before = finding["kind"] == FindingKind.LIVENESS
        if finding["navigation"]:
            label = "one that left before it" if is_before else "one such visit"
            self._uncut(f"  {label}: ", finding["navigation"])
        if finding["under_way"]:
            self._uncut("  one that was under way: ", finding["under_way"][0])
        for name, command in finding_facts.commands(self._path, finding).items():
            self._uncut(f"  {_COMMANDS[name]}: ", command)

    def _print_tables(self) -> None:
        self._console.print()
        summary, width = self._summary, self._console.width
        self._fact("Navigations", sentences.navigations(summary))
        self._fact_if_any("Warm-up", stage_sheet.warm_up(summary))
        self._fact_if_any("Turned", stage_sheet.turns(summary))
        self._sheet(stage_sheet.stages(summary, width))
        self._sheet(tables.departures(summary, has_names=width >= _WIDE))
        self._sheet(heat_sheet.heat(summary, width))
        self._sheet(tables.phases(summary))
        if summary["server"]:
            self._sheet(tables.handlers(summary["server"]))

    def _print_rest(self) -> None:
        summary = self._summary
        self._console.print()
        if summary["server"]:
            left = sentences.left_on_server(summary["server"])
            self._fact("Left on the server", left + vital_sentences.growth(summary["server"]))
            self._fact_if_any("Event loop", vital_sentences.loop(summary["server"]))
            self._fact_if_any("Gauges", vital_sentences.gauges(summary["server"]))
            for row in summary["server"]["known_errors"]:
                self._fact("Not counted", raised.known(row))
        for row in summary["assertions"]:
            self._fact(f'Assertion "{clipped(row["name"], _LONGEST)}"', sentences.assertion(row))
        self._fact("Thresholds", sentences.thresholds(summary))
        self._fact("Generator", sentences.generator(summary))
        self._uncut("Files: ", str(self._path))
        if (page := self._path / "report.html").is_file():
            self._uncut("Report: ", str(page))
        for number, finding in enumerate(summary["findings"][:1], start=1):
            if finding["replay"]:
                self._uncut(f"See finding {number} again: ", finding["replay"])
