"""Which departures led to what some visits showed."""

from dataclasses import replace
from itertools import product

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import NavigationRecord
from loadtest.report.attribution import Tally
from loadtest.report.finding import Aspect, Finding, FindingKind
from loadtest.report.placing import place, point_place, visits_of
from tests.report.building import dropped, visit

POINTS = ("P13", "P16", "P18")
MOVES = (Move.NAVIGATE, Move.RECONNECT)


def spread(each: int = 10) -> list[NavigationRecord]:
    """Return visits over both transports by every point, manner and move, so many of each."""
    ways = [
        (at, manner, transport, move)
        for at, manner, transport, move in product(POINTS, Manner, Transport, MOVES)
        if manner is not Manner.WS_CLOSE or transport is not Transport.POLLING
        for _ in range(each)
    ]
    return [
        visit(number, at, manner, transport=transport, move=move)
        for number, (at, manner, transport, move) in enumerate(ways)
    ]


def placed(records: list[NavigationRecord], showed: list[NavigationRecord]) -> Finding:
    numbers = frozenset(record.number for record in showed)
    return place(FindingKind.SERVER_ERROR, "x", numbers, visits_of(records))


def blamed(finding: Finding) -> tuple[object, ...]:
    return finding.at, finding.manners, finding.transports, finding.moves


def test_a_point_is_blamed_alone_where_nothing_else_matters() -> None:
    records = spread()

    finding = placed(records, [record for record in records if record.planned_at == "P16"])

    assert blamed(finding) == (("P16",), "any", "any", "any")
    assert (finding.is_points_doing, finding.attributed) == (True, True)


def test_a_fault_of_one_transport_blames_no_manner_for_being_without_it() -> None:
    records = spread()

    finding = placed(records, [record for record in records if record.transport is Transport.POLLING])

    assert blamed(finding) == (POINTS, "any", ("polling",), "any")
    assert (finding.is_points_doing, finding.attributed) == (False, True)
    assert finding.by_transport["websocket"] == Tally("websocket", 0, 360)
    assert finding.by_transport["polling"] == Tally("polling", 300, 300)
    assert "ws_close" not in finding.by_manner  # told of those over long-polling
    assert finding.by_manner["fin"] == Tally("fin", 60, 60)


def test_everything_that_it_takes_is_told() -> None:
    records = spread(20)
    guilty = [
        record
        for record in records
        if record.planned_at == "P18"
        and record.planned_manner is Manner.SILENT
        and record.transport is not Transport.UPGRADE
        and record.move is Move.RECONNECT
    ]

    finding = placed(records, guilty)

    assert blamed(finding) == (("P18",), ("silent",), ("websocket", "polling"), ("reconnect",))
    assert (finding.count, finding.of, finding.elsewhere) == (40, 680, 0)


def test_aspects_that_are_not_asked_about_are_counted_and_not_blamed() -> None:
    records = spread()
    numbers = frozenset(record.number for record in records if record.planned_manner is Manner.RST)

    finding = place(FindingKind.CLIENT, "x", numbers, visits_of(records), [Aspect.MOVE])

    assert (finding.manners, finding.attributed) == ("any", False)
    assert finding.by_manner["rst"] == Tally("rst", 180, 180)


def test_chance_blames_nothing() -> None:
    records = spread()

    finding = placed(records, records[::97])

    assert blamed(finding)[1:] == ("any", "any", "any")
    assert (finding.is_points_doing, finding.attributed) == (False, False)


def test_where_a_visit_was_when_the_server_ended_it_counts_and_nobody_chose_a_manner() -> None:
    moved = replace(visit(1, "P17", None), planned_at="stay")

    (known,) = visits_of([moved, dropped(2)]).values()

    assert (known.at, known.manner, known.transport, known.move) == (
        *("P17", "ended_by_server"),
        *("websocket", "navigate"),
    )


@pytest.mark.parametrize("showed", [[], [900]])
def test_what_no_visit_with_a_record_showed_is_placed_nowhere(showed: list[int]) -> None:
    finding = place(FindingKind.RESIDUE, "x", frozenset(showed), visits_of([visit(1)]))

    assert (finding.at, finding.count, finding.of, finding.elsewhere_of) == ((), 0, 0, 1)
    assert (finding.unplaced, finding.navigation, finding.by_manner) == (len(showed), None, {})


def test_points_are_put_in_the_order_of_a_connections_life() -> None:
    assert sorted(["stay", "P18", "P16b", "P2x", "P16", "P03", "P05"], key=point_place) == [
        "P03",
        "P05",
        "P16",
        "P16b",
        "P18",
        "P2x",
        "stay",
    ]
