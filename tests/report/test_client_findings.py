"""Assertions that were broken, and the departures that led to it."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import NavigationRecord, Outcome, navigation_id
from loadtest.report.client_findings import find_at_clients
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import visits_of
from tests.report.building import RUN, dropped, visit

ONCE = "welcome arrives once"
TWICE = "came twice, not once"
NEVER = "did not come within 2 s"


def stayed(number: int, wrong: str | None = None, at: str = "P19", **changes: Any) -> NavigationRecord:
    """Return a visit that stayed long enough to be judged."""
    known = {"outcome": Outcome.COMPLETED, "assertions": {ONCE: wrong}}
    return visit(number, at, Manner.WS_CLOSE, **{**known, **changes})


def found(records: list[NavigationRecord]) -> list[Finding]:
    return find_at_clients(records, visits_of(records))


def tabs(breaks: Callable[[NavigationRecord, NavigationRecord], bool]) -> list[NavigationRecord]:
    """Return 400 pairs: a visit that leaves somewhere, then one of the same tab that stays."""
    rng = random.Random(7)
    records = []
    for number in range(0, 800, 2):
        at, manner = rng.choice(["P13", "P16", "P18"]), rng.choice([Manner.FIN, Manner.SILENT])
        transport = rng.choice(list(Transport))
        first = visit(number, at, manner, transport=transport, assertions={})
        move = rng.choice([Move.NAVIGATE, Move.RECONNECT])
        then = stayed(number + 1, previous=number, move=move, transport=rng.choice(list(Transport)))
        wrong = NEVER if breaks(first, then) else None
        records += [first, stayed(number + 1, wrong, previous=number, move=move, transport=then.transport)]
    return records


def test_what_all_visits_saw_kept_is_no_finding() -> None:
    assert found([stayed(1), stayed(2), visit(3), dropped(4)]) == []


def test_a_breach_is_a_finding_named_for_its_assertion_and_what_was_wrong() -> None:
    records = [stayed(number, TWICE, at="P24") for number in range(40)]
    records += [stayed(number) for number in range(40, 200)] + [visit(number) for number in range(200, 300)]

    (finding,) = found(records)

    assert (finding.kind, finding.what) == (FindingKind.CLIENT, f'"{ONCE}": {TWICE}')
    assert (finding.at, finding.led_by, finding.attributed) == (("P24",), "own", True)
    assert (finding.count, finding.of, finding.elsewhere, finding.elsewhere_of) == (40, 40, 0, 160)
    assert finding.navigation == navigation_id(RUN, 0)
    assert finding.variants == {TWICE: 40}


def test_the_visits_that_could_not_be_judged_play_no_part() -> None:
    early = [visit(number, "P18", assertions={}) for number in range(500, 900)]

    (finding,) = found([stayed(1, NEVER), *early])

    assert (finding.count, finding.of, finding.elsewhere_of) == (1, 1, 0)


def test_a_breach_that_everybody_saw_alike_blames_nobody() -> None:
    (finding,) = found([stayed(number, NEVER, at=("P19", "P20")[number % 2]) for number in range(100)])

    assert (finding.attributed, finding.is_points_doing, finding.led_by) == (False, False, "own")
    assert (finding.count, finding.of) == (100, 100)


def test_a_breach_that_chance_spread_blames_nobody() -> None:
    rng = random.Random(11)
    chosen = set(rng.sample(range(400), 30))

    (finding,) = found(tabs(lambda _, then: then.number // 2 in chosen))

    assert (finding.attributed, finding.led_by, finding.count + finding.elsewhere) == (False, "own", 30)


def test_the_departure_of_the_visit_before_is_blamed() -> None:
    records = tabs(lambda first, _: first.planned_at == "P16")
    after = sum(record.planned_at == "P16" for record in records)

    (finding,) = found(records)

    assert (finding.led_by, finding.at, finding.manners, finding.moves) == (
        "previous",
        ("P16",),
        "any",
        "any",
    )
    assert (finding.count, finding.of) == (after, after)
    assert (finding.elsewhere, finding.elsewhere_of) == (0, 400 - after)
    assert finding.navigation == navigation_id(
        RUN, min(record.number for record in records if record.breaches)
    )


def test_first_visits_of_tabs_count_among_the_others() -> None:
    records = tabs(lambda first, _: first.planned_at == "P16") + [
        stayed(number) for number in range(900, 950)
    ]

    (finding,) = found([*records, stayed(950, NEVER)])

    assert (finding.led_by, finding.at, finding.elsewhere) == ("previous", ("P16",), 1)
    assert finding.of + finding.elsewhere_of == 451


def test_a_reconnect_while_the_old_connection_is_a_ghost_is_told_so() -> None:
    (finding,) = found(
        tabs(
            lambda first, then: (
                first.planned_manner is Manner.SILENT
                and first.planned_at == "P18"
                and then.move is Move.RECONNECT
            )
        )
    )

    assert (finding.led_by, finding.at) == ("previous", ("P18",))
    assert (finding.manners, finding.moves, finding.transports) == (("silent",), ("reconnect",), "any")


def test_how_the_visit_before_left_is_enough_to_blame_it() -> None:
    (finding,) = found(tabs(lambda first, _: first.planned_manner is Manner.SILENT))

    assert (finding.led_by, finding.manners, finding.is_points_doing) == ("previous", ("silent",), False)
    assert finding.attributed


@pytest.mark.parametrize(
    ("breaks", "moves", "transports"),
    [
        (lambda then: then.move is Move.RECONNECT, ("reconnect",), "any"),
        (lambda then: then.transport is Transport.POLLING, "any", ("polling",)),
    ],
)
def test_how_a_visit_itself_came_is_blamed_where_the_one_before_is_not(
    breaks: Callable[[NavigationRecord], bool], moves: object, transports: object
) -> None:
    (finding,) = found(tabs(lambda _, then: breaks(then)))

    assert (finding.led_by, finding.is_points_doing, finding.attributed) == ("own", False, True)
    assert (finding.moves, finding.transports, finding.manners) == (moves, transports, "any")


def test_that_a_tab_had_a_visit_before_is_no_points_doing() -> None:
    records = [*tabs(lambda _, then: then.move is Move.RECONNECT), *map(stayed, range(900, 1900))]

    (finding,) = found(records)

    assert (finding.led_by, finding.moves) == ("own", ("reconnect",))


def test_a_visit_before_that_has_no_record_is_no_visit_before() -> None:
    records = [stayed(number, NEVER, previous=number + 5000) for number in range(50)]

    (finding,) = found(records)

    assert (finding.led_by, finding.attributed, finding.count) == ("own", False, 50)


def test_the_most_frequent_fault_names_the_finding_and_all_are_counted() -> None:
    wrongs = [NEVER] * 3 + [TWICE] * 5 + ["came 3 times, not once"] * 3

    (finding,) = found([stayed(number, wrong) for number, wrong in enumerate(wrongs)])

    assert finding.what == f'"{ONCE}": {TWICE}'
    assert list(finding.variants.items()) == [(TWICE, 5), ("came 3 times, not once", 3), (NEVER, 3)]


def test_each_assertion_has_a_finding_of_its_own() -> None:
    records = [stayed(1, assertions={"a": NEVER, "b": TWICE, "c": None})]

    assert [finding.what for finding in found(records)] == [f'"a": {NEVER}', f'"b": {TWICE}']
