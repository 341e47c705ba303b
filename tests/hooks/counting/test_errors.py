"""Errors told apart, and the bounds of that."""

import threading

import pytest

from loadtest.hooks.counting.errors import ErrorTable, Kind
from loadtest.hooks.counting.fingerprint import Fault

FAULT = Fault("KeyError", "handle_disconnect", "nicegui/client.py", 260)


@pytest.fixture
def table() -> ErrorTable:
    return ErrorTable(threading.RLock())


def kind(line: int = 260, channel: str = "handler", namespace: str = "/") -> Kind:
    return Kind(Fault("KeyError", "handle_disconnect", "nicegui/client.py", line), channel, namespace, "bye")


def test_an_error_is_told_with_its_text_and_its_navigations(table: ErrorTable) -> None:
    ids = [table.count(kind(), number, lambda: "Traceback …") for number in (3, 17, 3)]

    assert ids == [0, 0, 0]
    assert table.to_json() == [
        {
            "id": 0,
            "what": "KeyError in handle_disconnect",
            "type": "KeyError",
            "function": "handle_disconnect",
            "file": "nicegui/client.py",
            "line": 260,
            "channel": "handler",
            "namespace": "/",
            "event": "bye",
            "count": 3,
            "traceback": "Traceback …",
            "navigations": [3, 17],
        }
    ]


def test_the_same_fault_in_two_handlers_or_channels_makes_two_errors(table: ErrorTable) -> None:
    for one in (kind(), kind(namespace="/admin"), kind(channel="log"), kind()):
        table.count(one, 1, str)

    assert [(error["id"], error["channel"], error["namespace"]) for error in table.to_json()] == [
        (0, "handler", "/"),
        (1, "handler", "/admin"),
        (2, "log", "/"),
    ]


def test_a_traceback_is_made_once_for_each_fault(table: ErrorTable) -> None:
    numbers = iter(range(3))
    for _ in range(3):
        table.count(kind(), 1, lambda: f"made {next(numbers)}")

    assert table.to_json()[0]["traceback"] == "made 0"
    assert next(numbers) == 1


def test_beyond_200_faults_errors_are_only_counted(table: ErrorTable) -> None:
    ids = [table.count(kind(line), 5, str) for line in range(203)]
    table.count(kind(0), 5, str)

    assert ids == [*range(200), None, None, None]
    assert len(table.to_json()) == 200
    assert table.overflow == 3
    assert table.to_json()[0]["count"] == 2


def test_twenty_navigations_are_kept_as_examples_of_an_error(table: ErrorTable) -> None:
    for number in range(30):
        table.count(kind(), number, str)

    (error,) = table.to_json()
    assert (error["count"], error["navigations"]) == (30, list(range(20)))


def test_an_error_of_no_known_navigation_has_none(table: ErrorTable) -> None:
    table.count(kind(), None, str)

    assert [(error["count"], error["navigations"]) for error in table.to_json()] == [(1, [])]
