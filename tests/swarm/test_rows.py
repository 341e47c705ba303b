"""Rows for Locust's statistics."""

from dataclasses import replace
from typing import Any

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.swarm.rows import fire_rows

LEFT_AT_P16 = NavigationRecord(
    number=3,
    navigation="0" * 31 + "1",
    page="/board",
    due_s=1.0,
    started_s=1.001,
    left_s=1.02,
    planned_at="P16",
    planned_manner=Manner.WS_CLOSE,
    actual=ActualDeparture("P16", Manner.WS_CLOSE),
    outcome=Outcome.LEFT,
    phases_ms={Phase.PAGE: 4.0, Phase.OPEN: 3.0, Phase.CONNECT: 2.0, Phase.LEAVING: 0.1},
)


class Rows:
    """Keeps what is fired. Locust itself is met in tests/e2e: its import patches sockets."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, float | None, str | None]] = []

    def fire(self, *, reverse: bool = False, **row: Any) -> None:
        """Keep a row."""
        assert not reverse
        error = row["exception"]
        text = None if error is None else str(error)
        self.kept.append((row["request_type"], row["name"], row["response_time"], text))


def rows_of(record: NavigationRecord) -> list[tuple[str, str, float | None, str | None]]:
    rows = Rows()
    fire_rows(rows, record)
    return rows.kept


def test_each_phase_that_was_passed_is_a_row() -> None:
    assert rows_of(LEFT_AT_P16) == [
        ("page", "/board", 4.0, None),
        ("open", "WebSocket", 3.0, None),
        ("connect", "CONNECT", 2.0, None),
        ("leaving", "P16 ws_close", 0.1, None),
    ]


def test_a_failure_is_a_row_of_its_phase_without_a_response_time() -> None:
    record = replace(
        LEFT_AT_P16,
        actual=ActualDeparture("P15", Manner.FIN),
        outcome=Outcome.TIMED_OUT,
        error="no answer to CONNECT",
        phases_ms={Phase.PAGE: 4.0, Phase.OPEN: 3.0},
    )

    assert rows_of(record)[2:] == [("connect", "CONNECT", None, "no answer to CONNECT")]


@pytest.mark.parametrize(
    ("transport", "row"),
    [
        (Transport.UPGRADE, ("upgrade", "upgrade", None, "no upgrade")),
        (Transport.POLLING, ("connect", "CONNECT", None, "no upgrade")),
    ],
)
def test_an_opened_long_polling_waits_for_its_upgrade_where_there_is_to_be_one(
    transport: Transport, row: tuple[str, str, float | None, str | None]
) -> None:
    record = replace(
        LEFT_AT_P16,
        transport=transport,
        actual=ActualDeparture("P05", Manner.FIN),
        outcome=Outcome.TIMED_OUT,
        error="no upgrade",
        phases_ms={Phase.PAGE: 4.0, Phase.OPEN: 3.0},
    )

    assert rows_of(record)[1:] == [("open", "polling", 3.0, None), row]


def test_a_navigation_that_was_dropped_has_no_rows() -> None:
    record = replace(LEFT_AT_P16, actual=None, outcome=Outcome.DROPPED, phases_ms={})

    assert rows_of(record) == []
