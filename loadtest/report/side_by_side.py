"""Two runs next to each other: the demo's faulty half and its mended one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadtest.report import sentences
from loadtest.report.console import VERDICT_STYLES
from loadtest.report.wording import clipped, listed, out_of, shown

__all__ = ["Half", "print_side_by_side"]

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two runs."""

    title: str
    path: Path
    """The run's folder."""
    summary: Mapping[str, Any]
    """What ``summarize`` made of it."""


def print_side_by_side(left: Half, right: Half, console: Console) -> None:
    """Print both verdicts in two columns, and the paths of both folders below."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", style="dim", no_wrap=True)
    for half in (left, right):
        table.add_column(Text(half.title), header_style="bold", overflow="fold", ratio=1)
    columns = [_facts(half.summary) for half in (left, right)]
    for name in columns[0]:
        style = VERDICT_STYLES if name == "verdict" else {}
        cells = [
            Text(shown(column[name], console.encoding), style=style.get(half.summary["verdict"], ""))
            for column, half in zip(columns, (left, right), strict=True)
        ]
        table.add_row(Text(name), *cells)
    console.print(table)
    console.print()
    for half in (left, right):
        console.print(Text(f"{half.title}: {shown(str(half.path), console.encoding)}"), soft_wrap=True)


def _facts(summary: Mapping[str, Any]) -> dict[str, str]:
    """Return a half's cells; both halves have the same rows."""
    server, findings = summary["server"], summary["findings"]
    first = findings[0] if findings else None
    placed = first if first and first["at"] else None
    more = f" (and {len(findings) - 1:,} more)" if len(findings) > 1 else ""
    return {
        "verdict": f"{summary['verdict'].upper()} (exit code {summary['exit_code']})",
        "visits": f"{summary['navigations']['started']:,}",
        "as planned": f"{summary['navigations']['completed'] + summary['navigations']['left']:,}",
        "finding": f"{clipped(first['what'], _LONGEST)}{more}" if first else "none",
        "left at": listed(placed["at"]) if placed else "-",
        "there": f"{out_of(placed['count'], placed['of'])} visits" if placed else "-",
        "elsewhere": f"{out_of(placed['elsewhere'], placed['elsewhere_of'])} visits" if placed else "-",
        "server errors": f"{server['errors']:,}" if server else "not watched",
        "left behind": sentences.residue(server["residue"]) if server else "not watched",
    }
