"""One run's counts, and their bounds."""

import math
import threading
import time
from array import array
from typing import Any

import pytest

from loadtest.hooks.counting import errors, tally
from loadtest.hooks.counting.errors import Kind
from loadtest.hooks.counting.fingerprint import Fault
from loadtest.hooks.counting.tally import Gone, RunTally

FAULT = Fault("KeyError", "handle_disconnect", "nicegui/client.py", 260)


@pytest.fixture
def run() -> RunTally:
    return RunTally("00112233445566ff", threading.RLock())


def gone(number: int, reason: str | None = None, *events: str, at: float = 0.0) -> Gone:
    begun_ms = array("f", range(len(events)))
    took_ms = array("f", [0.25, math.nan][: len(events)])
    return Gone(number, reason, events, at, 1763900000.25, begun_ms, took_ms)


def told(run: RunTally, max_entries: int = 500) -> Any:
    return run.to_json(max_entries)


def test_a_new_run_has_nothing_to_tell(run: RunTally) -> None:
    assert told(run) == {
        "visits": 0,
        "handlers": [],
        "errors": [],
        "errors_overflow": 0,
        "journal": {"from": 0, "entries": [], "lost": 0},
    }


def test_an_error_is_told_and_noted_in_the_journal_with_its_navigation(run: RunTally) -> None:
    before = time.time()
    for number in (3, 17):
        run.count_error(Kind(FAULT, "handler", "/", "disconnect"), number, lambda: "Traceback …")

    assert [(error["id"], error["count"], error["navigations"]) for error in told(run)["errors"]] == [
        (0, 2, [3, 17])
    ]
    entries = told(run)["journal"]["entries"]
    times = [entry.pop("at") for entry in entries]
    assert entries == [
        {"kind": "error", "number": 3, "error": 0},
        {"kind": "error", "number": 17, "error": 0},
    ]
    assert before <= times[0] <= times[1] <= time.time()


def test_an_error_that_found_no_room_is_not_in_the_journal(
    run: RunTally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "MAX_ERRORS", 0)
    run.count_error(Kind(FAULT, "handler", "/", "disconnect"), 3, str)

    assert (told(run)["errors"], told(run)["errors_overflow"]) == ([], 1)
    assert told(run)["journal"]["entries"] == []


def test_beyond_256_handlers_the_rest_share_one(run: RunTally) -> None:
    handlers = [run.handler("/", f"event {number}") for number in range(300)]

    assert len(told(run)["handlers"]) == 256
    assert told(run)["handlers"][-1]["event"] == "(other)"
    assert handlers[255] is handlers[299]
    assert run.handler("/", "event 0") is handlers[0]


def test_the_end_of_a_connection_is_told_with_the_events_it_had(run: RunTally) -> None:
    run.count_gone(gone(3, "transport close", "connect", "disconnect", at=1763900000.5))
    run.count_gone(gone(4, at=1763900001.5))

    assert told(run)["journal"]["entries"] == [
        {
            "kind": "gone",
            "number": 3,
            "reason": "transport close",
            "events": ("connect", "disconnect"),
            "at": 1763900000.5,
            "opened_at": 1763900000.25,
            "begun_at_ms": [0.0, 1.0],
            "took_ms": [0.25, None],
        },
        {
            "kind": "gone",
            "number": 4,
            "reason": None,
            "events": (),
            "at": 1763900001.5,
            "opened_at": 1763900000.25,
            "begun_at_ms": [],
            "took_ms": [],
        },
    ]


def test_the_journal_is_sent_in_parts_until_each_is_acknowledged(run: RunTally) -> None:
    for number in range(5):
        run.count_gone(gone(number))

    def numbers() -> tuple[int, list[int]]:
        journal = told(run, 2)["journal"]
        return journal["from"], [entry["number"] for entry in journal["entries"]]

    assert numbers() == (0, [0, 1])
    assert numbers() == (0, [0, 1])
    run.acknowledge(2)
    assert numbers() == (2, [2, 3])
    run.acknowledge(1)  # an older answer
    assert numbers() == (2, [2, 3])
    run.acknowledge(99)
    assert numbers() == (5, [])
    assert not run.has_journal


def test_a_full_journal_counts_what_it_loses(run: RunTally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_JOURNAL_ENTRIES", 2)
    for number in range(5):
        run.count_gone(gone(number))

    journal = told(run)["journal"]
    assert (journal["from"], len(journal["entries"]), journal["lost"]) == (0, 2, 3)
    run.acknowledge(2)
    run.count_gone(gone(9))
    assert told(run)["journal"]["from"] == 2
    assert [entry["number"] for entry in told(run)["journal"]["entries"]] == [9]


def test_very_many_different_lists_of_events_are_all_told(run: RunTally) -> None:
    for number in range(300):
        run.count_gone(gone(number, None, f"event {number}"))

    assert [entry["events"] for entry in told(run)["journal"]["entries"]] == [
        (f"event {number}",) for number in range(300)
    ]
