"""Who left right before a server died, and whether a departure is to blame."""

import random
from dataclasses import replace
from typing import Any

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.finding import Finding
from loadtest.report.outages import Timeline
from loadtest.report.placing import visits_of
from loadtest.report.suspects import place_before
from tests.report.lives import answered, lost, mortal, refused


def placed(records: list[NavigationRecord]) -> Finding:
    return place_before("x", Timeline(records).gone, records, visits_of(records))


def test_only_the_last_few_who_left_are_told() -> None:
    crowd = [answered(800 + n, 5.9 + n / 1000, stay_s=0.01, at="P18") for n in range(20)]

    finding = placed([*mortal(1), *crowd])

    assert finding.count == 5


@pytest.mark.parametrize("guilty", ["P15", "P16", "P20"])
def test_a_departure_before_every_death_is_blamed_for_them(guilty: str) -> None:
    finding = placed(mortal(6, guilty))

    assert (finding.at, finding.attributed, finding.count, finding.of) == ((guilty,), True, 6, 6)
    assert (finding.elsewhere, finding.elsewhere_of) == (0, 180)


def test_deaths_between_which_nobody_was_answered_are_that_far_apart() -> None:
    records = mortal(6)
    outages = [replace(outage, since_s=outage.at_s, back_s=100.0) for outage in Timeline(records).gone]

    finding = place_before("x", outages, records, visits_of(records))

    assert (finding.at, finding.attributed) == (("P16",), True)


def test_a_departure_is_blamed_that_took_a_second_to_kill() -> None:
    slow = [
        answered(life * 1000 + 500, life * 10.0 + 5.1, stay_s=0.02, at="P16") if number == 500 else record
        for life in range(6)
        for record in mortal(6)[life * 39 : life * 39 + 39]
        for number in [record.number % 1000]
    ]

    finding = placed(slow)

    assert (finding.at, finding.attributed) == (("P16",), True)


def test_deaths_that_came_after_anybody_blame_nobody() -> None:
    rng = random.Random(5)
    records = [
        answered(record.number, (record.started_s or 0.0), stay_s=0.02, at=rng.choice(["P13", "P16", "P18"]))
        if record.number % 1000 == 500
        else record
        for record in mortal(4)
    ]

    finding = placed(records)

    assert (finding.attributed, finding.is_points_doing) == (False, False)


def test_who_was_saying_goodbye_when_the_server_died_counts_as_left() -> None:
    at_goodbye: dict[str, Any] = {
        "planned_at": "P16",
        "actual": ActualDeparture("P16", None),
        "outcome": Outcome.LOST,
        "error": "the server reset the connection",
        "phases_ms": {Phase.PAGE: 5.0, Phase.LEAVING: 500.0},
    }
    records = [
        answered(record.number, record.started_s or 0.0, **at_goodbye, left_s=(record.left_s or 0) + 0.5)
        if record.number % 1000 == 500
        else record
        for record in mortal(6)
    ]

    finding = placed(records)

    assert (finding.at, finding.attributed, finding.count) == (("P16",), True, 6)
    assert finding.manners == "any"


def test_a_death_before_which_nobody_left_is_placed_nowhere() -> None:
    finding = placed([lost(1, 0.0, 5.0), lost(2, 0.0, 5.0), refused(3, 5.01)])

    assert (finding.at, finding.count, finding.of, finding.navigation) == ((), 0, 0, None)


def test_who_happens_to_leave_next_to_the_culprit_is_no_cause() -> None:
    bystanders = [
        answered(life * 1000 + 510, life * 10.0 + 5.96, stay_s=0.01, at="P20") for life in (0, 1, 2, 4, 5)
    ]

    finding = placed([*mortal(6), *bystanders])

    assert (finding.at, finding.count, finding.elsewhere) == (("P16",), 6, 5)
    assert finding.elsewhere_of == 185


def test_two_departures_that_each_kill_are_both_blamed() -> None:
    later = [
        replace(
            record,
            number=record.number + 10_000,
            started_s=(record.started_s or 0.0) + 60,
            left_s=(record.left_s or 0.0) + 60,
        )
        for record in mortal(6, "P20")
    ]
    records = mortal(6) + later

    finding = placed(records)

    assert (finding.at, finding.attributed) == (("P16", "P20"), True)


def test_a_manner_may_kill_wherever_it_is() -> None:
    rng = random.Random(9)
    records = [
        answered(
            record.number,
            record.started_s or 0.0,
            stay_s=0.02,
            at=rng.choice(["P13", "P18", "P19"]),
            planned_manner=Manner.RST,
            actual=None,
        )
        if record.number % 1000 == 500
        else record
        for record in mortal(8)
    ]
    records = [
        record
        if record.actual
        else answered(
            record.number,
            record.started_s or 0.0,
            stay_s=0.02,
            at=record.planned_at,
            planned_manner=Manner.RST,
            actual=ActualDeparture(record.planned_at, Manner.RST),
        )
        for record in records
    ]

    finding = placed(records)

    assert (finding.manners, finding.attributed, finding.is_points_doing) == (("rst",), True, False)


def test_a_window_that_is_long_against_the_servers_lives_blames_nobody() -> None:
    """Who stays longest leaves last in each life, and is not the reason why it ended."""
    records = [
        record
        for life in range(8)
        for n in range(6)
        for record in [
            answered(life * 100 + n, life * 3.0 + n / 10, stay_s=0.01, at="P13"),
            answered(life * 100 + 50 + n, life * 3.0 + n / 10, stay_s=0.7, at="P19"),
        ]
    ]
    records += [refused(life * 100 + 90, life * 3.0 + 1.45) for life in range(8)]

    assert not placed(records).attributed
