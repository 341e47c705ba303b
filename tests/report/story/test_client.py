"""What one visitor did, from its record."""

from typing import Any

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.story.client import tell_client
from tests.report.building import dropped, visit
from tests.report.story.telling import left_at_p16


def told(record: NavigationRecord) -> list[str]:
    return [f"{one.at_ms:.1f} {one.what}" for one in tell_client(record) if one.at_ms is not None]


def test_every_phase_that_was_reached_is_told_with_its_time() -> None:
    times = {phase: float(n) for n, phase in enumerate(Phase, start=1)}

    assert told(visit(1, "P19", Manner.WS_CLOSE, phases_ms=times)) == [
        "0.0 was due",
        "1.0 asked for /",
        "2.0 had read the page, after 1.0 ms",
        "4.0 Engine.IO was open, after 2.0 ms",
        "7.0 had upgraded to a WebSocket, after 3.0 ms",
        "11.0 had the answer to CONNECT, after 4.0 ms",
        "16.0 had the answer to its handshake, after 5.0 ms",
        "193.0 left at P19 (steady) by ws_close",
        "200.0 had given its socket up",
    ]


@pytest.mark.parametrize(
    ("changes", "beginning"),
    [
        ({"move": Move.RELOAD}, "reloaded /"),
        ({"move": Move.BACK}, "went back to /"),
        ({"move": Move.PREFETCH}, "prefetched /"),
        ({"move": Move.RECONNECT}, "began to open a socket again, without a page"),
        ({"was_ahead": True, "previous": 3}, "began; visit 3 of its tab had asked for / as its last act"),
        ({"was_ahead": True}, "began; the visit before of its tab had asked for / as its last act"),
    ],
)
def test_how_it_began_is_told(changes: dict[str, Any], beginning: str) -> None:
    assert told(left_at_p16(**changes))[1] == f"1.0 {beginning}"


def test_a_page_that_was_asked_for_ahead_takes_no_time_of_the_visit() -> None:
    assert told(left_at_p16(was_ahead=True))[2] == "6.0 Engine.IO was open, after 5.0 ms"


@pytest.mark.parametrize(
    ("changes", "ending", "is_wrong"),
    [
        (
            {"actual": ActualDeparture("P19", Manner.SILENT)},
            "fell silent at P19 (steady): its socket stays open",
            False,
        ),
        (
            {"actual": ActualDeparture("P18", None), "outcome": Outcome.LOST},
            "lost its connection at P18 (after_handshake): the server ended it",
            True,
        ),
        (
            {"actual": ActualDeparture("P17", Manner.FIN), "outcome": Outcome.TIMED_OUT},
            "gave up at P17 (handshake_running)",
            True,
        ),
    ],
)
def test_how_it_ended_is_told(changes: dict[str, Any], ending: str, is_wrong: bool) -> None:
    last = list(tell_client(left_at_p16(**changes)))[-1]

    assert (last.what, round(last.at_ms or 0.0, 1), last.is_wrong) == (ending, 199.0, is_wrong)


def test_what_went_wrong_is_told_with_it() -> None:
    failed = left_at_p16(outcome=Outcome.FAILED, error="connection refused", detail="[Errno 111]")

    assert list(tell_client(failed))[-1].details == ("connection refused", "[Errno 111]")


def test_one_that_never_started_was_due_and_no_more() -> None:
    assert [(one.at_ms, one.what) for one in tell_client(dropped(1))] == [
        (0.0, "was due"),
        (None, "never started: no user was free"),
    ]


def test_one_that_ended_nobody_knows_how_is_told_up_to_there() -> None:
    assert told(left_at_p16(actual=None))[-1] == "20.0 had the answer to CONNECT, after 10.0 ms"
