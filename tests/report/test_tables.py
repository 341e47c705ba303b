"""The tables of a report."""

from typing import Any

import pytest

from loadtest.report.tables import Sheet, departures, handlers, phases


def departure(
    at: str, manner: str, planned: int = 10, actual: int = 9, transport: str = "websocket"
) -> dict[str, Any]:
    counts = {"planned": planned, "actual": actual, "other": planned - actual}
    return {"at": at, "manner": manner, "transport": transport, **counts}


def handler_row(event: str, calls: int, errors: int, namespace: str = "/") -> dict[str, Any]:
    ack = {"count": 0, "p50_ms": None, "p99_ms": None}
    figures = {"calls": calls, "errors": errors, "p50_ms": 0.25, "p99_ms": None, "ack": ack}
    return {"namespace": namespace, "event": event, **figures}


def test_departures_are_told_with_the_names_of_their_points() -> None:
    rows = [
        departure("P16", "rst", 1200, 1200),
        departure("clock", "fin"),
        departure("stay", "fin"),
        departure("P99", "fin"),
    ]

    assert departures({"departures": rows}, has_names=True) == Sheet(
        "Departures (left so: at this point, in this manner)",
        ["at", "point", "manner", "planned", "left so", "otherwise"],
        3,
        [
            ["P16", "before_handshake", "rst", "1,200", "1,200", "0"],
            ["clock", "by the clock", "fin", "10", "9", "1"],
            ["stay", "to the end", "fin", "10", "9", "1"],
            ["P99", "", "fin", "10", "9", "1"],
        ],
    )


def test_a_narrow_table_does_without_the_names() -> None:
    sheet = departures({"departures": [departure("P16", "rst")]}, has_names=False)

    assert (sheet.columns, sheet.words) == (["at", "manner", "planned", "left so", "otherwise"], 2)
    assert sheet.rows == [["P16", "rst", "10", "9", "1"]]


def test_many_departures_are_put_together_by_point() -> None:
    rows = [departure(at, manner) for at in ("P15", "P16") for manner in "abcdef"]
    rows += [departure("P18", "fin"), departure("P18", "rst"), departure("stay", "ws_close")]

    assert departures({"departures": rows}, has_names=False).rows == [
        ["P15", "6 manners", "60", "54", "6"],
        ["P16", "6 manners", "60", "54", "6"],
        ["P18", "2 manners", "20", "18", "2"],
        ["stay", "ws_close", "10", "9", "1"],
    ]


def test_departures_over_several_transports_say_which() -> None:
    rows = [departure("P16", "fin"), departure("P16", "fin", transport="polling")]

    assert departures({"departures": rows}, has_names=False).rows == [
        ["P16", "fin, websocket", "10", "9", "1"],
        ["P16", "fin, polling", "10", "9", "1"],
    ]


def test_many_departures_over_several_transports_are_put_together_by_point() -> None:
    rows = [departure("P16", manner, transport="upgrade") for manner in "abcdef"]
    rows += [departure("P16", manner) for manner in "abcdef"] + [departure("P18", "fin")]

    assert departures({"departures": rows}, has_names=False).rows == [
        ["P16", "12 ways", "120", "108", "12"],
        ["P18", "fin, websocket", "10", "9", "1"],
    ]


def test_a_dozen_departures_are_told_one_by_one() -> None:
    rows = [departure(at, manner) for at in ("P15", "P16") for manner in "abcdef"]

    assert len(departures({"departures": rows}, has_names=False).rows) == 12


def test_phases_are_told_in_milliseconds_without_those_that_tell_nothing() -> None:
    keys = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "from_due_p99_ms")
    figures = dict(zip(keys, (1.25, 2.0, 3.0, 1234.5, 5.5), strict=True))
    known = {
        "page": {"count": 1900, **figures},
        "handshake": {"count": 0, **figures},
        "active": {"count": 9, **figures},
        "leaving": {"count": 5, **figures},
    }

    assert phases({"phases": known}) == Sheet(
        "Phases of a visit (ms)",
        ["phase", "visits", "p50", "p95", "p99", "max", "p99 from due"],
        1,
        [
            ["page", "1,900", "1.2", "2.0", "3.0", "1,234.5", "5.5"],
            ["leaving", "5", "1.2", "2.0", "3.0", "1,234.5", "-"],
        ],
    )


def test_handlers_with_the_most_errors_come_first() -> None:
    rows = [
        handler_row("connect", 50, 0),
        handler_row("draw", 9, 0, "/board"),
        handler_row("disconnect", 5, 2),
    ]

    assert handlers({"processes": 2, "handlers": rows}) == Sheet(
        "Server handlers (ms), 2 processes",
        ["event", "calls", "errors", "p50", "p99"],
        1,
        [
            ["disconnect", "5", "2", "0.2", "-"],
            ["connect", "50", "0", "0.2", "-"],
            ["/board draw", "9", "0", "0.2", "-"],
        ],
    )


def test_acknowledgements_are_told_where_anybody_asked_for_one() -> None:
    asked = {**handler_row("join", 9, 0), "ack": {"count": 9, "p50_ms": 1.5, "p99_ms": 4}}

    sheet = handlers({"processes": 1, "handlers": [asked, handler_row("draw", 5, 0)]})

    assert list(sheet.columns)[3:] == ["p50", "p99", "ack p50", "ack p99"]
    assert sheet.rows == [
        ["join", "9", "0", "0.2", "-", "1.5", "4.0"],
        ["draw", "5", "0", "0.2", "-", "-", "-"],
    ]


@pytest.mark.parametrize(
    ("count", "told", "note"),
    [
        (8, 8, ""),
        (9, 8, "and 1 more handler: see summary.json"),
        (11, 8, "and 3 more handlers: see summary.json"),
    ],
)
def test_more_handlers_than_fit_are_counted(count: int, told: int, note: str) -> None:
    rows = [handler_row(f"event{number}", 1, 0) for number in range(count)]

    sheet = handlers({"processes": 1, "handlers": rows})

    assert (len(sheet.rows), sheet.note) == (told, note)


def test_a_handlers_name_is_clipped() -> None:
    sheet = handlers({"processes": 1, "handlers": [handler_row("e" * 50, 1, 0)]})

    assert sheet.rows[0][0] == "e" * 37 + "..."
