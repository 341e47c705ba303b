"""What the visits themselves tell."""

from typing import Any

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.client_figures import (
    AssertionCounts,
    ClientErrors,
    DepartureCounts,
    NavigationCounts,
    count_assertions,
    count_departures,
    count_errors,
    count_navigations,
    count_points,
    time_phases,
)
from tests.report.building import dropped, visit


def failed(number: int, error: str | None, detail: str | None = None, **changes: Any) -> NavigationRecord:
    return visit(number, **{"outcome": Outcome.FAILED, "error": error, "detail": detail, **changes})


def test_every_navigation_is_counted_by_what_became_of_it() -> None:
    outcomes = [Outcome.COMPLETED, Outcome.LEFT, Outcome.LEFT, Outcome.REFUSED, Outcome.LOST]
    outcomes += [Outcome.TIMED_OUT, Outcome.FAILED, Outcome.FAILED]
    records = [visit(number, outcome=outcome) for number, outcome in enumerate(outcomes)]

    counts = count_navigations([*records, dropped(90), dropped(91), dropped(92)])

    assert counts == NavigationCounts(
        due=11,
        started=8,
        completed=1,
        left=2,
        refused=1,
        lost=1,
        timed_out=1,
        failed=2,
        late=0,
        dropped=3,
        broken=0,
    )
    assert (counts.as_planned, counts.failures) == (3, 5)


@pytest.mark.parametrize(("started_s", "late"), [(1.0, 0), (1.009, 0), (1.011, 1), (None, 0)])
def test_a_visit_is_late_when_it_started_ten_milliseconds_after_it_was_due(
    started_s: float | None, late: int
) -> None:
    assert count_navigations([visit(1, due_s=1.0, started_s=started_s)]).late == late


@pytest.mark.parametrize(
    ("planned_at", "changes", "actual"),
    [
        ("P16", {}, 1),
        ("P16", {"actual": ActualDeparture("P18", Manner.FIN)}, 0),
        ("P16", {"actual": ActualDeparture("P16", Manner.RST)}, 0),
        ("P16", {"actual": ActualDeparture("P16", None), "outcome": Outcome.LOST}, 0),
        ("P16", {"outcome": Outcome.TIMED_OUT}, 0),
        ("stay", {"actual": ActualDeparture("P19", Manner.FIN), "outcome": Outcome.COMPLETED}, 1),
        ("stay", {"actual": ActualDeparture("P15", Manner.FIN), "outcome": Outcome.FAILED}, 0),
        ("clock", {"actual": ActualDeparture("P03", Manner.FIN)}, 1),
        ("clock", {"actual": ActualDeparture("P03", Manner.RST)}, 0),
    ],
)
def test_a_departure_is_exactly_so_in_point_manner_and_outcome(
    planned_at: str, changes: dict[str, Any], actual: int
) -> None:
    (row,) = count_departures([visit(1, **{"planned_at": planned_at, **changes})])

    assert row == DepartureCounts(
        planned_at, Manner.FIN, Transport.WEBSOCKET, planned=1, actual=actual, other=1 - actual
    )


def test_departures_are_in_the_order_of_a_connections_life() -> None:
    drawn = [("stay", Manner.WS_CLOSE), ("P18", Manner.RST), ("P18", Manner.FIN), ("P03", Manner.FIN)]
    records = [visit(number, *departure) for number, departure in enumerate(drawn)]

    rows = count_departures([*records, dropped(9)])

    assert [(row.at, row.manner) for row in rows] == [*reversed(drawn)]
    assert sum(row.planned for row in rows) == 4


def test_departures_over_different_transports_are_rows_of_their_own() -> None:
    over = [Transport.UPGRADE, Transport.POLLING, Transport.WEBSOCKET, Transport.POLLING]
    records = [visit(number, "P16", transport=transport) for number, transport in enumerate(over)]

    rows = count_departures(records)

    assert [(row.transport, row.planned, row.actual) for row in rows] == [
        (Transport.WEBSOCKET, 1, 1),
        (Transport.POLLING, 2, 2),
        (Transport.UPGRADE, 1, 1),
    ]


def test_points_are_counted_where_visits_really_ended() -> None:
    moved = visit(3, "P16", actual=ActualDeparture("P18", Manner.FIN))

    points = count_points([visit(1, "P18"), visit(2, "P03"), moved, dropped(4)])

    assert list(points.items()) == [("P03", 1), ("P18", 2)]


def test_failed_visits_are_grouped_by_their_stable_text_with_the_first_example() -> None:
    records = [
        visit(1),
        failed(2, "connection refused"),
        failed(3, "no answer", "after 10 s"),
        failed(4, "no answer", "after 11 s"),
        failed(5, "no answer", outcome=Outcome.TIMED_OUT),
        failed(6, "no answer"),
        dropped(7),
    ]

    first, second, third = count_errors(records)

    assert first == ClientErrors(Outcome.FAILED, "no answer", 3, records[2].navigation, "after 10 s")
    assert second == ClientErrors(Outcome.FAILED, "connection refused", 1, records[1].navigation, None)
    assert third == ClientErrors(Outcome.TIMED_OUT, "no answer", 1, records[4].navigation, None)


def test_phases_are_timed_from_their_start_and_from_when_the_visit_was_due() -> None:
    phases = {
        Phase.PAGE: 4.0,
        Phase.OPEN: 2.0,
        Phase.UPGRADE: 8.0,
        Phase.CONNECT: 1.0,
        Phase.HANDSHAKE: 3.0,
        Phase.ACTIVE: 50.0,
        Phase.LEAVING: 1.0,
    }
    times = time_phases([visit(1, due_s=1.0, started_s=1.5, phases_ms=phases)])

    assert [times[phase].own.max_ms for phase in Phase] == [4.0, 2.0, 8.0, 1.0, 3.0, 50.0, 1.0]
    assert [times[phase].from_due.max_ms for phase in Phase] == [
        *(504.0, 506.0, 514.0, 515.0, 518.0, 568.0, 569.0)
    ]


def test_a_page_that_was_asked_for_ahead_took_no_time_after_the_visit_was_due() -> None:
    phases = {Phase.PAGE: 400.0, Phase.OPEN: 2.0}
    times = time_phases([visit(1, due_s=1.0, started_s=1.0, phases_ms=phases, was_ahead=True)])

    assert (times[Phase.PAGE].own.max_ms, times[Phase.OPEN].own.max_ms) == (400.0, 2.0)
    assert (times[Phase.PAGE].from_due.count, times[Phase.OPEN].from_due.max_ms) == (0, 2.0)


def test_a_phase_that_an_app_does_not_have_is_passed_over() -> None:
    phases = {Phase.PAGE: 4.0, Phase.CONNECT: 1.0, Phase.ACTIVE: 5.0, Phase.LEAVING: 2.0}
    times = time_phases([visit(1, due_s=1.0, started_s=1.0, phases_ms=phases)])

    assert times[Phase.HANDSHAKE].own.count == 0
    assert (times[Phase.ACTIVE].from_due.max_ms, times[Phase.LEAVING].from_due.max_ms) == (10.0, 12.0)


def test_a_visit_that_left_within_a_phase_has_no_leaving_from_its_due_time() -> None:
    times = time_phases([visit(1, phases_ms={Phase.PAGE: 4.0, Phase.LEAVING: 2.0})])

    assert (times[Phase.LEAVING].own.count, times[Phase.LEAVING].from_due.count) == (1, 0)


def test_navigations_that_never_started_take_no_time() -> None:
    times = time_phases([dropped(1)])

    assert [times[phase].own.count for phase in Phase] == [0, 0, 0, 0, 0, 0, 0]


def test_assertions_are_counted_in_their_order_and_those_that_nobody_could_judge_too() -> None:
    records = [
        visit(1, assertions={"b": None, "a": "did not come within 2 s"}),
        visit(2, assertions={"b": "came twice, not once"}),
        visit(3),
        dropped(4),
    ]

    assert count_assertions(records, ["never", "a"]) == (
        AssertionCounts("never", held=0, broken=0, not_judged=3),
        AssertionCounts("a", held=0, broken=1, not_judged=2),
        AssertionCounts("b", held=1, broken=1, not_judged=1),
    )
    assert count_navigations(records).broken == 2
