"""A run's report on one screen: the verdict first, then what it rests on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadtest.report import (
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
from loadtest.report.story.choice import story_command
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
_WIDE = 72
"""Columns that a table with the points' names needs."""

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
        whole = Text(shown(text, self._console.encoding), style=style)
        room = max(self._console.width - indent - hang, 20)
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
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for column in sheet.columns[: sheet.words]:
            table.add_column(Text(column), overflow="fold")
        for column in sheet.columns[sheet.words :]:
            table.add_column(Text(column), justify="right", no_wrap=True)
        for row in sheet.rows:
            table.add_row(*(Text(shown(cell, self._console.encoding)) for cell in row))
        self._console.print(table)
        for line in sheet.note.splitlines():
            self._line(line, hang=3)

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
        if summary["generator"] and summary["generator"]["saturated"]:
            lag_ms = summary["generator"]["loop_lag_p99_ms"]
            warnings.append(
                f"The generator's loop was {lag_ms:.3g} ms late (p99), and latencies are told too high by as "
                "much: the machine was busy, or it takes --workers."
            )
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
        kind = finding["kind"].replace("_", " ")
        self._line(f"Finding {number}, {kind}: {clipped(finding['what'], _LONGEST)}", "bold red", hang=2)
        self._line(finding_sentences.place(finding), "bold", indent=2)
        for name, text in self._facts(finding).items():
            if text:
                self._fact(name, text, indent=2)
        for line in raised.last_frames(finding["traceback"] or "", _TRACEBACK_LINES):
            self._line(line, "dim", indent=4, hang=6)
        is_before = finding["kind"] == FindingKind.LIVENESS
        if finding["navigation"]:
            label = "one that left before it" if is_before else "one such visit"
            self._uncut(f"  {label}: ", finding["navigation"])
        if finding["under_way"]:
            self._uncut("  one that was under way: ", finding["under_way"][0])
        told = next(iter(finding["under_way"]), finding["navigation"])
        if told:
            self._uncut("  its story: ", story_command(self._path, told))
        if finding["replay"]:
            self._uncut("  see it again: ", finding["replay"])

    @staticmethod
    def _facts(finding: Mapping[str, Any]) -> Mapping[str, str]:
        left_behind = finding["left_behind"]
        return {
            "when": finding_sentences.moments(finding),
            "manner of leaving": finding_sentences.manners(finding),
            "transport": finding_sentences.transports(finding),
            "how the tab came": finding_sentences.moves(finding),
            "also seen": clipped(finding_sentences.variants(finding), _LONGEST),
            "note": finding["remark"] or "",
            "raised": raised.source(finding),
            "left on the server by them": sentences.residue(left_behind) if left_behind else "",
        }

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
