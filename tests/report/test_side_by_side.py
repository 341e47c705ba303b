"""Two runs next to each other."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from loadtest.navigation.record import NavigationRecord
from loadtest.report.run import Run
from loadtest.report.server import ServerSide
from loadtest.report.side_by_side import Half, print_side_by_side
from loadtest.report.summary import summarize
from tests.gold.build import GOLD, WIDTHS, comparison
from tests.report.building import error, hooked, info, snapshot, visit, visits


def half(title: str, records: list[NavigationRecord], server: ServerSide | None) -> Half:
    path = Path("results") / title
    return Half(title, path, summarize(Run(path, info(), tuple(records), server)))


def printed(left: Half, right: Half, **options: Any) -> list[str]:
    out = io.StringIO()
    print_side_by_side(left, right, Console(file=out, **options))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", WIDTHS)
def test_two_runs_look_as_they_did(width: int) -> None:
    """If they are meant to look otherwise: ``python -m tests.gold.build``."""
    assert comparison(width) == (GOLD / f"side_by_side_{width}.txt").read_text()


def test_more_findings_than_the_first_are_counted_and_unwatched_servers_named() -> None:
    errors = [error(range(5)), error([7], id=1, line=9), error([9000], id=2, line=10)]
    left = half("left", visits(0, 10, "P16"), hooked(snapshot(errors)))

    lines = printed(left, half("right", [visit(1)], None), width=100)

    assert lines[4] == "finding        KeyError in handle_disconnect (and 2 more)  none"
    assert lines[8] == "server errors  7                                           not watched"
    assert lines[9] == "left behind    nothing                                     not watched"


def test_a_finding_without_a_place_is_shown_without_one() -> None:
    lines = printed(
        half("left", [visit(1)], hooked(snapshot([error([9000])]))),
        half("right", [visit(1)], hooked(snapshot())),
        width=80,
    )

    assert [line.split() for line in lines[5:8]] == [
        ["left", "at", "-", "-"],
        ["there", "-", "-"],
        ["elsewhere", "-", "-"],
    ]


def test_paths_stay_whole_and_names_from_an_app_do_nothing() -> None:
    hostile = half("left", visits(0, 5, "P16"), hooked(snapshot([error([1], what="[red]\x1b[31mx")])))
    lines = printed(Half("left", Path("r" * 150), hostile.summary), half("right", [visit(1)], None), width=60)

    assert lines[-2] == "left: " + "r" * 150
    assert any("[red]\\x1b[31mx" in line for line in lines)


def test_each_verdict_has_its_colour() -> None:
    lines = printed(
        half("left", [visit(1)], hooked(snapshot([error([1])]))),
        half("right", [visit(1)], None),
        width=80,
        force_terminal=True,
        color_system="standard",
        _environ={"TERM": "xterm"},
    )

    assert "\x1b[1;31mFAIL (exit code 99)" in lines[1]
    assert "\x1b[1;32mPASS (exit code 0)" in lines[1]
