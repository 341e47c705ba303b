"""The sentence that a report begins with, and what is told before all else."""

from dataclasses import replace
from typing import Any

import pytest

from loadtest.navigation.record import NavigationRecord
from loadtest.report.html.room import ROOMS
from loadtest.report.html.stranger import Clip
from loadtest.report.html.verdict import place_in_short, sentence, since, title
from loadtest.report.info import Ended, RunInfo
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from tests.gold import build
from tests.report.building import info, visits

CLIP = Clip(ROOMS[0])


def told(which: str) -> dict[str, Any]:
    return summarize(read_run(build.GOLD / build.RUNS[which]))


def summary_of(run: RunInfo, records: list[NavigationRecord]) -> dict[str, Any]:
    return summarize(Run(build.GOLD, run, tuple(records), None))


_FAULTY = (
    "KeyError in handle_disconnect: 20 of 20 visits that left at P15 (connecting) or P16 (before_handshake), "
    "none of 40 others; first seen 0.6 s into the run, last at 2.4 s."
)
_BROKEN = (
    "Server process died and was restarted, 6 times: 6 of 6 visits that left at P17 (handshake_running) did so "
    "right before it, none of 240 others; first seen 8 s into the run, last at 53 s."
)
_MENDED = "Nothing broke: no finding in 58 visits."


@pytest.mark.parametrize(("which", "words"), [("faulty", _FAULTY), ("broken", _BROKEN), ("mended", _MENDED)])
def test_one_sentence_says_what_broke_where_how_often_and_since_when(which: str, words: str) -> None:
    assert sentence(told(which), CLIP) == words


def test_without_a_finding_the_weightiest_reason_is_the_sentence() -> None:
    records = visits(0, 9, "P16")
    late = info(thresholds={"phases.page": ("p(95)<1",)})

    assert (
        sentence(summary_of(late, records), CLIP)
        == "The threshold phases.page p(95)<1 does not hold: it is 4."
    )
    assert sentence(summary_of(info(ended=Ended.INTERRUPTED), records), CLIP) == (
        "The run was interrupted: it is complete up to then."
    )


def test_many_points_are_counted_and_not_named() -> None:
    finding = told("faulty")["findings"][0] | {"at": [f"P0{at}" for at in range(8)], "attributed": False}

    assert place_in_short(finding) == (
        "20 of 20 visits, at 8 points of departure, none of 40 others; no departure is blamed"
    )


@pytest.mark.parametrize(
    ("first_s", "last_s", "words"),
    [
        (None, None, ""),
        (3.0, 3.0, "seen 3 s into the run"),
        (8.25, 3725.0, "first seen 8.2 s into the run, last at 1:02:05"),
    ],
)
def test_since_when_is_told_as_far_as_it_is_known(
    first_s: float | None, last_s: float | None, words: str
) -> None:
    assert since({"first_s": first_s, "last_s": last_s}) == words


def test_the_title_has_the_verdict_for_who_has_many_tabs_open() -> None:
    assert title(told("faulty")) == "Failed: demo · loadtest"
    assert title(summary_of(replace(info(), ended=Ended.RUNNING), [])) == "Inconclusive: nicegui · loadtest"
