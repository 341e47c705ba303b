"""What a replay says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from loadtest.navigation.departure import STAY
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.record import NavigationRecord
from loadtest.profile.listing import ListedVisit
from loadtest.replay.count import Count
from loadtest.replay.selection import Selection, finding_of, select
from loadtest.replay.telling import plan_lines, result_lines
from loadtest.replay.trial import Seen
from loadtest.replay.written import Written, profile_of, write_down
from loadtest.report.finding import LedBy
from tests.replay.finding_runs import run_of, spaced
from tests.report.building import error, snapshot, visit


def prepared(records: list[NavigationRecord], numbers: list[int], **more: Any) -> tuple[Selection, Written]:
    run = run_of(records, snapshot([error(numbers)]))
    selection = select(run, finding_of(run, 1), **more)
    return selection, write_down(selection, profile_of(run.info))


def told(count: Count, records: list[NavigationRecord] | None = None) -> list[str]:
    selection, written = prepared(records or spaced([0.0, 1.0, 2.0]), [0, 1, 2])
    return list(result_lines(selection, written, count, Path("results/again")))


def test_what_is_about_to_be_sent_is_told() -> None:
    records = [*spaced([0.0, 1.0], "P18"), visit(2, "P15", started_s=40.0, left_s=40.1, previous=1)]

    assert list(plan_lines(*prepared(records, [0, 1, 2]))) == [
        "sending 3 visits that left at P15 or P18 again: KeyError in handle_disconnect",
        "3 visits in 3.2 s; 37 s of idle time left out",
    ]


def test_what_is_left_out_is_told() -> None:
    records = spaced([number / 10 for number in range(40)])

    assert list(plan_lines(*prepared(records, list(range(40)), most=10))) == [
        "sending 10 visits that left at P16 again: KeyError in handle_disconnect",
        "these are 10 of 40 that showed it, taken evenly; --all sends them all",
        "10 visits in 3.6 s",
    ]


def test_departures_at_no_point_are_told() -> None:
    selection, _ = prepared(spaced([0.0, 1.0, 2.0]), [0, 1, 2])
    after_s = Distribution(Law.CONSTANT, 0.25)
    visits = (
        ListedVisit(due_s=0.0, number=0, at=STAY),
        ListedVisit(due_s=1.0, number=1, after_s=after_s),
        ListedVisit(due_s=2.0, number=2, at="P16"),
    )

    assert list(plan_lines(selection, Written(visits, 0.0, by_clock=1))) == [
        (
            "sending 3 visits that left at P16, by the clock or after a stay again: "
            "KeyError in handle_disconnect"
        ),
        "1 visit left by the clock then, now at the point where it struck",
        "3 visits in 2 s",
    ]


def test_what_the_visits_before_led_to_is_told_with_these() -> None:
    selection, written = prepared(spaced([0.0, 1.0, 2.0], "P19"), [1, 2])
    led = replace(selection.finding, led_by=LedBy.PREVIOUS, at=("P15", "P16"))
    by_previous = replace(selection, finding=led)

    first = next(plan_lines(by_previous, written))

    assert first == "sending 2 visits after one that left at P15 or P16 again: KeyError in handle_disconnect"


def test_the_result_is_one_line_and_where_to_read_more() -> None:
    assert told(Count(Seen(3, 3), 0, (), 0)) == [
        "replayed 3 visits that left at P16: KeyError in handle_disconnect: again in 3 of 3",
        "  at nicegui/nicegui.py:181",
        "Files: results/again",
    ]
    assert told(Count(Seen(0, 2), 1, (), 0)) == [
        "replayed 3 visits that left at P16: KeyError in handle_disconnect: not seen, 0 of 2",
        "  1 visit did not get to where it was seen",
        "Files: results/again",
    ]


def test_a_moved_line_and_other_findings_are_told() -> None:
    assert told(Count(Seen(3, 3), 0, (190, 195), 2))[1:3] == [
        "  at nicegui/nicegui.py:181, now on line 190 and 195",
        "  something else was seen: 2 other findings, in its report",
    ]
