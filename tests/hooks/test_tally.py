"""One run's counts, and their bounds."""

import threading
from typing import Any

import pytest

from loadtest.hooks import tally
from loadtest.hooks.fingerprint import Fault
from loadtest.hooks.tally import RunTally

FAULT = Fault("KeyError", "handle_disconnect", "nicegui/client.py", 260)


@pytest.fixture
def run() -> RunTally:
    return RunTally("00112233445566ff", threading.RLock())


def other(line: int) -> Fault:
    return Fault("KeyError", "handle_disconnect", "nicegui/client.py", line)


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


def test_an_error_is_counted_with_its_handler_its_text_and_its_navigations(run: RunTally) -> None:
    handler = run.handler("/", "disconnect")
    for number in (3, 17, 3):
        run.count_error(handler, FAULT, number, lambda: "Traceback …")

    assert told(run)["errors"] == [
        {
            "id": 0,
            "what": "KeyError in handle_disconnect",
            "type": "KeyError",
            "function": "handle_disconnect",
            "file": "nicegui/client.py",
            "line": 260,
            "namespace": "/",
            "event": "disconnect",
            "count": 3,
            "traceback": "Traceback …",
            "navigations": [3, 17],
        }
    ]
    assert [row["errors"] for row in told(run)["handlers"]] == [3]
    assert told(run)["journal"]["entries"] == [
        {"kind": "error", "number": 3, "error": 0},
        {"kind": "error", "number": 17, "error": 0},
        {"kind": "error", "number": 3, "error": 0},
    ]


def test_the_same_fault_in_two_handlers_makes_two_errors(run: RunTally) -> None:
    run.count_error(run.handler("/", "disconnect"), FAULT, 1, str)
    run.count_error(run.handler("/admin", "disconnect"), FAULT, 1, str)

    assert [(error["id"], error["namespace"]) for error in told(run)["errors"]] == [(0, "/"), (1, "/admin")]


def test_a_traceback_is_made_once_for_each_fault(run: RunTally) -> None:
    numbers = iter(range(3))
    for _ in range(3):
        run.count_error(run.handler("/", "disconnect"), FAULT, 1, lambda: f"made {next(numbers)}")

    assert told(run)["errors"][0]["traceback"] == "made 0"
    assert next(numbers) == 1


def test_beyond_200_faults_errors_are_only_counted(run: RunTally) -> None:
    handler = run.handler("/", "disconnect")
    for line in range(203):
        run.count_error(handler, other(line), 5, str)
    run.count_error(handler, other(0), 5, str)

    assert len(told(run)["errors"]) == 200
    assert told(run)["errors_overflow"] == 3
    assert told(run)["errors"][0]["count"] == 2
    assert handler.errors == 204


def test_twenty_navigations_are_kept_as_examples_of_an_error(run: RunTally) -> None:
    for number in range(30):
        run.count_error(run.handler("/", "disconnect"), FAULT, number, str)

    (error,) = told(run)["errors"]
    assert (error["count"], error["navigations"]) == (30, list(range(20)))


def test_beyond_256_handlers_the_rest_share_one(run: RunTally) -> None:
    handlers = [run.handler("/", f"event {number}") for number in range(300)]

    assert len(told(run)["handlers"]) == 256
    assert told(run)["handlers"][-1]["event"] == "(other)"
    assert handlers[255] is handlers[299]
    assert run.handler("/", "event 0") is handlers[0]


def test_the_end_of_a_connection_is_told_with_the_events_it_had(run: RunTally) -> None:
    run.count_gone(3, "transport close", ["connect", "disconnect"], 1763900000.5)
    run.count_gone(4, None, [], 1763900001.5)

    assert told(run)["journal"]["entries"] == [
        {
            "kind": "gone",
            "number": 3,
            "reason": "transport close",
            "events": ("connect", "disconnect"),
            "at": 1763900000.5,
        },
        {"kind": "gone", "number": 4, "reason": None, "events": (), "at": 1763900001.5},
    ]


def test_the_journal_is_sent_in_parts_until_each_is_acknowledged(run: RunTally) -> None:
    for number in range(5):
        run.count_gone(number, None, [], 0.0)

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
        run.count_gone(number, None, [], 0.0)

    journal = told(run)["journal"]
    assert (journal["from"], len(journal["entries"]), journal["lost"]) == (0, 2, 3)
    run.acknowledge(2)
    run.count_gone(9, None, [], 0.0)
    assert told(run)["journal"]["from"] == 2
    assert [entry["number"] for entry in told(run)["journal"]["entries"]] == [9]


def test_very_many_different_lists_of_events_are_all_told(run: RunTally) -> None:
    for number in range(300):
        run.count_gone(number, None, [f"event {number}"], 0.0)

    assert [entry["events"] for entry in told(run)["journal"]["entries"]] == [
        (f"event {number}",) for number in range(300)
    ]
