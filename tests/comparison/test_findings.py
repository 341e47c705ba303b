"""Findings that are new, gone, or still there."""

from pathlib import Path
from typing import Any

from loadtest.comparison.findings import Fate, compare_findings
from loadtest.comparison.side import ReadRun, Side
from loadtest.report.run import Run
from loadtest.report.summary import summarize
from tests.report.building import error, hooked, info, snapshot, visits

RECORDS = (*visits(0, 20, "P16"), *visits(20, 80, "P18"))


def run(*errors: dict[str, Any], left: range | None = None, name: str = "run") -> ReadRun:
    left_behind = {"sids": left} if left else None
    made = Run(Path(name), info(), RECORDS, hooked(snapshot(errors, left_behind)))
    return ReadRun(made, summarize(made))


def told(before: list[ReadRun], after: list[ReadRun]) -> list[tuple[Fate, str, str, int, int]]:
    found = compare_findings(Side("a", tuple(before)), Side("b", tuple(after)), 0)
    return [(one.fate, one.what, one.place, one.before, one.after) for one in found]


def test_new_ones_come_first_and_gone_ones_last() -> None:
    same, new, gone = (
        error(range(4), id=n, what=f"KeyError in {name}", line=n)
        for n, name in enumerate(("same", "new", "gone"))
    )

    assert told([run(same, gone)], [run(new, same)]) == [
        (Fate.NEW, "KeyError in new", "nicegui/nicegui.py:1", 0, 4),
        (Fate.STILL_THERE, "KeyError in same", "nicegui/nicegui.py:0", 4, 4),
        (Fate.GONE, "KeyError in gone", "nicegui/nicegui.py:2", 4, 0),
    ]


def test_how_often_it_was_seen_is_no_matter() -> None:
    assert [one[0] for one in told([run(error(range(1)))], [run(error(range(20)))])] == [Fate.STILL_THERE]


def test_a_line_that_moved_is_still_the_same_finding() -> None:
    (found,) = compare_findings(
        Side("a", (run(error(range(4), line=181)),)), Side("b", (run(error(range(4), line=190)),)), 0
    )

    assert (found.fate, found.line, found.moved_from) == (Fate.STILL_THERE, 190, 181)


def test_of_two_in_one_function_the_one_at_the_same_line_is_the_same() -> None:
    here, there = error(range(4), line=5), error(range(4, 9), id=1, line=9)

    assert told([run(there)], [run(here, there)]) == [
        (Fate.NEW, "KeyError in handle_disconnect", "nicegui/nicegui.py:5", 0, 4),
        (Fate.STILL_THERE, "KeyError in handle_disconnect", "nicegui/nicegui.py:9", 5, 5),
    ]


def test_one_that_any_run_of_the_baseline_had_is_not_new() -> None:
    fault = error(range(3))

    assert told([run(), run(fault, name="x")], [run(fault)]) == [
        (Fate.STILL_THERE, fault["what"], "nicegui/nicegui.py:181", 3, 3)
    ]


def test_residue_is_the_same_whatever_is_left_behind() -> None:
    assert [one[0] for one in told([run(left=range(5))], [run(left=range(9))])] == [Fate.STILL_THERE]


def test_what_chance_could_have_kept_out_of_the_baseline_is_told_so() -> None:
    few, many = (
        compare_findings(Side("a", (run(),)), Side("b", (run(error(range(count))),)), 0)[0]
        for count in (1, 15)
    )

    assert (few.may_be_chance, many.may_be_chance) == (True, False)
