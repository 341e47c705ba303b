"""Writes what a comparison looks like in every form again: ``python -m tests.comparison.golden``.

Look at what ``git diff`` says before you keep it: the outputs are the promise that a person reads.
"""

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from loadtest.comparison.compare import CompareRequest, compare_runs
from loadtest.comparison.console import print_comparison
from loadtest.comparison.markdown import markdown_comparison
from loadtest.comparison.page import html_comparison
from loadtest.comparison.result import Comparison
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome
from loadtest.report.folder import json_text
from tests.comparison.folders import write
from tests.comparison.synthetic import Law

__all__ = ["GOLD", "WIDTHS", "comparisons", "drawn"]

GOLD = Path(__file__).with_name("gold")
WIDTHS = (60, 80, 120)
_LAW = Law(spread=0.1, visits=240, duration_s=12)
_GONE = {"what": "ValueError in join", "line": 40}
_NEW = {"what": "KeyError in handle_disconnect", "line": 181}


def comparisons(folder: Path) -> Mapping[str, Comparison]:
    """Return a comparison of each kind; its runs are written into this folder, and named from there."""
    loses = replace(
        _LAW,
        times={Phase.HANDSHAKE: 1.3, Phase.CONNECT: 0.6},
        outcome=lambda number: Outcome.LOST if number % 9 == 0 else Outcome.COMPLETED,
    )
    thresholds = {"server.errors": ("count<5",), "phases.handshake": ("p(95)<40",)}
    with _inside(folder):
        main = write(Path("main"), _LAW, 1, errors=range(0, 40, 20), what=_GONE, thresholds=thresholds)
        slow = write(Path("slow"), loses, 2, errors=range(0, 240, 10), what=_NEW, thresholds=thresholds)
        again = write(Path("again"), _LAW, 3, thresholds=thresholds)
        other = write(Path("other"), _LAW, 4, seed=8, profile_text="[users]\nmax = 10\n", workers=2)
        asked = {"worse": (main, slow), "no_worse": (main, again), "refused": (main, other)}
        made = {name: compare_runs(CompareRequest(folders=runs)) for name, runs in asked.items()}
        made["several"] = compare_runs(CompareRequest(folders=(main, again, slow)))
    return made


def drawn(comparison: Comparison, name: str) -> Iterator[tuple[str, str]]:
    """Yield each output's file name and content."""
    for width in WIDTHS:
        out = io.StringIO()
        console = Console(file=out, width=width, force_terminal=False, legacy_windows=False, _environ={})
        print_comparison(comparison, console)
        text = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
        yield f"{name}_{width}.txt", text
    yield f"{name}.md", markdown_comparison(comparison)
    # the style is that of report.html, and looked at there
    yield f"{name}.html", re.sub(r"<style>.*?</style>", "", html_comparison(comparison), flags=re.DOTALL)
    yield f"{name}.json", json_text(comparison.to_json())


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main() -> None:
    """Write everything again."""
    GOLD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, comparison in comparisons(Path(folder)).items():
            for file, text in drawn(comparison, name):
                (GOLD / file).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
