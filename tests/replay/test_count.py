"""How many visits of a replay showed the finding again."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from loadtest.errors import ExitCode, UnjudgedError
from loadtest.navigation.departure import BY_CLOCK
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.replay.count import Count, Wanted, count_again
from loadtest.replay.selection import finding_of
from loadtest.replay.trial import Seen
from loadtest.report.info import Ended
from loadtest.report.run import Run
from tests.replay.finding_runs import run_of
from tests.report.building import dropped, error, snapshot, visit, visits

REFUSED: Mapping[str, Any] = {
    "outcome": Outcome.FAILED,
    "error": "the page was answered with 503",
    "actual": None,
}


def wanted(records: Iterable[NavigationRecord], *lines: Mapping[str, Any]) -> Wanted:
    """Return the first finding of a run, with the visits that showed it."""
    run = run_of(list(records), *lines)
    finding = finding_of(run, 1)
    return Wanted(finding, [record for record in run.records if record.number in finding.showed])


RAISED = wanted(visits(0, 20, "P16"), snapshot([error(range(10))]))
LEFT = wanted(visits(0, 20, "P16"), snapshot(left_behind={"sids": range(10), "rooms": [1]}))
BROKEN = wanted(visit(number, assertions={"welcome": "came twice"}) for number in range(4))


def test_all_that_show_it_again_are_counted() -> None:
    run = run_of(visits(0, 10, "P16"), snapshot([error([0, 1, 2, 8])]))

    assert count_again(run, RAISED) == Count(Seen(4, 10), fell_short=0, lines=(), others=0)


def test_visits_that_only_came_along_are_not_counted() -> None:
    run = run_of(visits(0, 14, "P16"), snapshot([error([0, 12, 13])]))

    assert count_again(run, RAISED).seen == Seen(1, 10)


def test_a_line_that_has_moved_and_other_findings_are_told() -> None:
    lines = [error(range(10), line=190), error([3], id=1, what="ValueError in g", function="g")]
    run = run_of(visits(0, 10, "P16"), snapshot(lines))

    assert count_again(run, RAISED) == Count(Seen(10, 10), fell_short=0, lines=(190,), others=1)


def test_an_error_that_no_visit_can_be_told_for_is_seen_all_the_same() -> None:
    run = run_of(visits(0, 10, "P16"), snapshot([error([], count=3)]))

    assert count_again(run, RAISED).seen.is_again


def test_nothing_is_seen_where_nothing_is_raised() -> None:
    run = run_of(visits(0, 10, "P16"), snapshot())

    assert count_again(run, RAISED) == Count(Seen(0, 10), fell_short=0, lines=(), others=0)


def test_a_visit_that_did_not_get_there_cannot_show_it() -> None:
    run = run_of([*visits(0, 7, "P16"), visit(7, **REFUSED), visit(8, **REFUSED), dropped(9)], snapshot())

    assert count_again(run, RAISED) == Count(Seen(0, 7), fell_short=3, lines=(), others=0)


def test_a_visit_that_ends_as_it_did_before_has_got_there() -> None:
    lost = [visit(number, outcome=Outcome.LOST) for number in range(10)]
    before = wanted(lost, snapshot([error(range(10))]))

    run = run_of([*lost, *visits(10, 3, "P18")], snapshot())

    assert count_again(run, before).seen == Seen(0, 10)


def test_what_stayed_and_what_clients_saw_are_counted_too() -> None:
    left = run_of(visits(0, 10, "P16"), snapshot(left_behind={"sids": [4, 5], "environs": [6]}))
    saw = run_of([visit(number, assertions={"welcome": "none" if number else None}) for number in range(4)])

    assert count_again(left, LEFT).seen == Seen(3, 10)
    assert count_again(saw, BROKEN).seen == Seen(3, 4)


@pytest.mark.parametrize(
    ("run", "looked_for", "code", "reason"),
    [
        (run_of(visits(0, 10, "P16"), snapshot(), ended=Ended.INTERRUPTED), RAISED, 105, "interrupted"),
        (
            run_of(visits(0, 10, "P16"), snapshot([error([1])]), ended=Ended.INTERRUPTED),
            RAISED,
            105,
            "interr",
        ),
        (run_of(visits(0, 10, "P16")), RAISED, 98, "no process with hooks saw these visits"),
        (run_of(visits(0, 10, "P16"), snapshot(), quiet=None), LEFT, 98, "did not have its quiet"),
        (
            run_of([visit(n, **REFUSED) for n in range(10)]),
            RAISED,
            98,
            "0 got as far as planned; the first: the page",
        ),
        (run_of([visit(n, **REFUSED) for n in range(4)]), BROKEN, 98, "of 4 visits, 0 got as far as planned"),
        (run_of([]), RAISED, 98, "of 10 visits, 0 got as far"),
        (run_of(visits(0, 10, "P16"), snapshot(), lost_numbers=2), RAISED, 98, "2"),
    ],
    ids=["interrupted", "interrupted and seen", "no hooks", "no quiet", "refused", "client", "none", "lost"],
)
def test_what_nobody_can_say_is_not_judged(run: Run, looked_for: Wanted, code: int, reason: str) -> None:
    with pytest.raises(UnjudgedError) as raised:
        count_again(run, looked_for)

    assert raised.value.exit_code is ExitCode(code)
    assert reason in str(raised.value)


def test_what_was_seen_counts_however_the_run_ended() -> None:
    run = run_of(visits(0, 10, "P16"), snapshot([error([1])]), ended=Ended.RUNNING, lost_numbers=3)

    assert count_again(run, RAISED).seen == Seen(1, 10)


def test_deaths_are_counted_by_how_often_they_happened() -> None:
    from tests.gold.broken import broken_records, broken_server
    from tests.report.building import boots_of, server_of

    lines = broken_server()
    ids = tuple(f"{life:016x}" for life in range(6))
    run = run_of(broken_records(), silent_boots=ids, dead_boots=ids)
    run = replace(run, server=server_of(*lines), boots=boots_of(*lines))
    finding = finding_of(run, 1)
    looked_for = Wanted(finding, [record for record in run.records if record.number in finding.showed])

    times = len(finding.moments)
    assert times > 1
    assert count_again(run, looked_for).seen == Seen(times, times)


def by_clock(number: int, struck_at: str) -> NavigationRecord:
    return visit(number, BY_CLOCK, actual=ActualDeparture(struck_at, Manner.FIN))


def test_where_the_clock_struck_elsewhere_this_time_nobody_knows_whether_it_is_mended() -> None:
    once = wanted([by_clock(0, "P15"), *visits(1, 30, "P18")], snapshot([error([0])]))
    elsewhere, there = (run_of([by_clock(0, at)], snapshot(visits=1)) for at in ("P18", "P15"))

    with pytest.raises(UnjudgedError, match="of 1 visit, 0 left where it was seen: the clock struck"):
        count_again(elsewhere, once)
    assert count_again(there, once) == Count(Seen(0, 1), fell_short=0, lines=(), others=0)


def test_where_the_clock_struck_is_no_matter_where_it_was_seen_again() -> None:
    once = wanted([by_clock(0, "P15"), *visits(1, 30, "P18")], snapshot([error([0])]))

    assert count_again(run_of([by_clock(0, "P18")], snapshot([error([0])])), once).seen == Seen(1, 1)


def test_visits_that_nobody_has_heard_of_are_no_sign_that_it_is_mended() -> None:
    another = error([1], what="ValueError in g", function="g")

    with pytest.raises(UnjudgedError, match="of 10 visits, 4 got as far as planned"):
        count_again(run_of(visits(0, 4, "P16"), snapshot([another])), RAISED)


def test_a_list_without_any_of_those_that_showed_it_does_not_show_it() -> None:
    """As shrinking tries it: only what came before in the tabs."""
    nobody = replace(RAISED, records=[])

    assert not count_again(run_of(visits(20, 4, "P16"), snapshot(visits=4)), nobody).seen.is_again
    assert count_again(run_of(visits(20, 4, "P16"), snapshot([error([20])])), nobody).seen.is_again
