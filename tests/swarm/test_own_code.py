"""A user's own code inside a visit: its faults are told as its own, and end that visit alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loadtest.errors import ExtractionError, OwnCodeError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.point import Manner
from loadtest.navigation.record import Outcome
from loadtest.swarm.own_code import checked, guarded
from loadtest.transport.fault import VisitError

NO_POINT = (
    "departure() returned at = 'before_handshake', which is no point's id; "
    'it is one such as "P16", or "stay", or "clock"'
)
PLANNED = Departure("P16", Manner.FIN, after_s=0.5)


def test_what_own_code_returns_is_returned() -> None:
    assert guarded(json.loads, "[1]") == [1]


def test_a_fault_of_own_code_is_told_with_its_place() -> None:
    with pytest.raises(OwnCodeError, match=r"^KeyError\('lost'\) in test_own_code\.py, line \d+$"):
        guarded(lambda key: {}[key], "lost")


@pytest.mark.parametrize(
    "error", [ExtractionError("no value"), VisitError(Outcome.LOST, "gone"), ConnectionResetError()]
)
def test_what_ends_the_visit_itself_is_no_fault_of_own_code(error: Exception) -> None:
    def end() -> None:
        raise error

    with pytest.raises(type(error)):
        guarded(end)


@pytest.mark.parametrize("at", ["P16", "P20b", STAY, BY_CLOCK])
def test_a_departure_at_a_point_is_taken(at: str) -> None:
    assert checked(replace(PLANNED, at=at)).at == at


@pytest.mark.parametrize(
    ("departure", "told"),
    [
        (None, "departure() returned None, which is no Departure"),
        (
            replace(PLANNED, at="before_handshake"),
            NO_POINT,
        ),
    ],
)
def test_a_departure_that_leads_nowhere_is_told(departure: Any, told: str) -> None:
    with pytest.raises(OwnCodeError) as raised:
        checked(departure)
    assert str(raised.value) == told
