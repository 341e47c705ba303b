"""Builds the records of servers that live, die and stand still, for the tests of liveness."""

import random
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from tests.report.building import visit

__all__ = ["answered", "living", "lost", "mortal", "refused", "waited"]

CLOSED = "the server closed the connection"


def answered(
    number: int, at_s: float, stay_s: float = 0.1, at: str = "P16", **changes: Any
) -> NavigationRecord:
    """Return a visit that came at this time, was answered within 20 ms, and left as planned."""
    return visit(
        number,
        at,
        **{
            "due_s": at_s,
            "started_s": at_s,
            "left_s": at_s + 0.02 + stay_s,
            "phases_ms": {Phase.PAGE: 5.0, Phase.OPEN: 5.0, Phase.CONNECT: 10.0},
            **changes,
        },
    )


def lost(number: int, at_s: float, lost_s: float, error: str = CLOSED, **changes: Any) -> NavigationRecord:
    """Return a visit that meant to stay, and whose connection the server ended."""
    ended = {
        "left_s": lost_s,
        "planned_at": "stay",
        "actual": ActualDeparture("P18", None),
        "outcome": Outcome.LOST,
        "error": error,
    }
    return answered(number, at_s, **{**ended, **changes})


def refused(number: int, at_s: float, **changes: Any) -> NavigationRecord:
    """Return a visit that found nobody listening."""
    ended = {
        "left_s": at_s + 0.001,
        "planned_at": "stay",
        "actual": ActualDeparture("P00", None),
        "outcome": Outcome.FAILED,
        "error": "connection refused",
        "phases_ms": {},
    }
    return answered(number, at_s, **{**ended, **changes})


def waited(number: int, at_s: float, deadline_s: float = 2.0, **changes: Any) -> NavigationRecord:
    """Return a visit that waited for its page in vain."""
    ended = {
        "left_s": at_s + deadline_s,
        "planned_at": "stay",
        "actual": ActualDeparture("P02", Manner.FIN),
        "outcome": Outcome.TIMED_OUT,
        "error": "no page within the deadline",
        "phases_ms": {},
    }
    return answered(number, at_s, **{**ended, **changes})


def living(first: int, from_s: float, to_s: float, per_s: float = 10.0) -> list[NavigationRecord]:
    """Return the visits to a server that lives: they leave at several points, and some stay a while."""
    rng = random.Random(first)
    return [
        answered(
            number,
            from_s + index / per_s,
            stay_s=rng.expovariate(2.0),
            at=rng.choice(["P13", "P16", "P18", "P19"]),
        )
        for index, number in enumerate(range(first, first + int((to_s - from_s) * per_s)))
    ]


def mortal(lives: int, guilty: str = "P16", leavers: int = 30) -> list[NavigationRecord]:
    """Return the visits to a server that dies 10 ms after each departure at one point, and begins anew."""
    rng = random.Random(3)
    records: list[NavigationRecord] = []
    for life in range(lives):
        begins_s, number = life * 10.0, life * 1000
        records += [
            answered(number + n, begins_s + n / 10, stay_s=rng.random(), at=rng.choice(["P13", "P18", "P19"]))
            for n in range(leavers)
        ]
        dies_s = begins_s + 6.0
        records.append(answered(number + 500, dies_s - 0.05, stay_s=0.02, at=guilty))
        records += [lost(number + 600 + n, begins_s + 5.0, dies_s) for n in range(3)]
        records += [refused(number + 700 + n, dies_s + n / 10) for n in range(5)]
    return records
