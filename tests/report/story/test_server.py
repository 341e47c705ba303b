"""What a server noted of one navigation."""

from collections.abc import Mapping
from typing import Any

import pytest

from loadtest.report.server import Process
from loadtest.report.story.happening import Happening
from loadtest.report.story.server import Clock, first_at, tell_server
from tests.report.building import T0_AT, error, hooked, snapshot
from tests.report.story.telling import DUE_AT, gone, journal, raised, traceback_line
from tests.report.tracebacks import GONE


def process_of(*lines: Mapping[str, Any]) -> Process:
    (process,) = hooked(*lines).processes
    return process


def happenings(*lines: Mapping[str, Any], due_at: float | None = DUE_AT) -> list[Happening]:
    return tell_server(process_of(*lines), 4, Clock(due_at), is_named=False)


def told(*lines: Mapping[str, Any], due_at: float | None = DUE_AT) -> list[str]:
    return [
        f"{'?' if one.at_ms is None else f'{one.at_ms:.1f}'} {one.what}"
        for one in happenings(*lines, due_at=due_at)
    ]


def test_a_connection_is_told_with_its_handlers_and_its_end() -> None:
    assert told(snapshot(), journal(gone(3), gone(), gone(5))) == [
        "9.0 the connection was open",
        "11.0 handler of 'connect' began",
        "19.0 handler of 'connect' ended, after 8.0 ms",
        "201.5 handler of 'disconnect' began",
        "202.0 handler of 'disconnect' ended, after 0.5 ms",
        "203.0 the connection ended: transport close",
    ]


def test_a_handler_that_had_not_ended_is_told_so() -> None:
    entry = gone(events=["join"], begun_at_ms=[2.0], took_ms=[None])

    assert told(snapshot(), journal(entry))[1] == (
        "11.0 handler of 'join' began; it had not ended when the connection had"
    )


def test_a_handler_of_which_nobody_knows_when_it_began_is_told_without_a_time() -> None:
    assert told(snapshot(), journal(gone(events=["a"], begun_at_ms=[None], took_ms=[3.0])))[1:3] == [
        "? handler of 'a' began",
        "? handler of 'a' ended, after 3.0 ms",
    ]


def test_older_hooks_tell_events_without_times() -> None:
    entry = gone(reason=None)
    old = {key: entry[key] for key in ("kind", "number", "reason", "events", "at")}

    assert told(snapshot(), journal(old)) == [
        "? the connection had these events, in this order: 'connect' and 'disconnect'",
        "203.0 the connection ended: no reason was given",
    ]
    assert told(snapshot(), journal({**old, "events": []})) == [
        "203.0 the connection ended: no reason was given"
    ]


def test_two_connections_of_one_visit_are_numbered() -> None:
    second = gone(opened_at=DUE_AT + 0.3, at=DUE_AT + 0.4, events=[], begun_at_ms=[], took_ms=[])

    lines = told(snapshot(), journal(gone(), second))

    assert lines[1] == "11.0 connection 1, handler of 'connect' began"
    assert (lines[0], lines[5]) == ("9.0 connection 1 was open", "203.0 connection 1 ended: transport close")
    assert lines[6:] == ["300.0 connection 2 was open", "400.0 connection 2 ended: transport close"]


def test_an_error_is_told_with_the_end_of_its_traceback_once() -> None:
    first, second = happenings(
        traceback_line(),
        snapshot([error([4], file="board.py", count=2)]),
        journal(raised(), raised(at=DUE_AT + 0.3)),
    )

    assert (first.what, first.is_wrong) == (
        "KeyError in handle_disconnect, at board.py:181, handler of 'disconnect'",
        True,
    )
    assert first.at_ms == pytest.approx(201.8)
    assert first.details == (
        '  File ".../socketio/async_server.py", line 621, in _trigger_event',
        "    ret = await handler(*args)",
        '  File ".../app/board.py", line 181, in handle_disconnect',
        "    visitor = visitors[document_of[sid]]",
        "KeyError: 'a'",
    )
    assert (second.what, second.details) == (f"{first.what}, once more", ())


@pytest.mark.parametrize("entries", [[], [raised(at=None)]])
def test_an_error_of_which_nobody_knows_when_it_came_is_told(entries: list[dict[str, Any]]) -> None:
    assert told(snapshot([error([4])]), journal(*entries)) == [
        "? KeyError in handle_disconnect, at nicegui/nicegui.py:181, handler of 'disconnect'"
    ]


def test_errors_of_other_visits_are_no_part_of_it() -> None:
    assert told(snapshot([error([3, 5])]), journal(raised(3), raised(5))) == []


def test_an_error_that_left_no_handler_is_told_with_its_way() -> None:
    lines = told(snapshot([error([4], channel="task", event="join", file=None)]), journal(raised()))

    assert lines == ["201.8 KeyError in handle_disconnect, in a background task, because of 'join'"]


def test_a_frameworks_own_error_is_told_as_harmless() -> None:
    (one,) = happenings(traceback_line(traceback=GONE), snapshot([error([4], event=None)]), journal(raised()))

    assert one.what.endswith(":181 (python-engineio's own, known and harmless)")
    assert one.is_wrong is False


def test_times_are_shifted_by_what_the_servers_clock_is_off() -> None:
    ahead = snapshot(heard_at=T0_AT.timestamp(), taken_at=T0_AT.timestamp() + 2.5)
    late = {key: gone()[key] + 2.5 for key in ("opened_at", "at")}

    assert told(ahead, journal(gone(**late)))[0] == "9.0 the connection was open"
    assert first_at(process_of(ahead, journal(gone(**late))), 4) == pytest.approx(DUE_AT + 0.009)


def test_without_a_beginning_of_the_run_nothing_has_a_time() -> None:
    assert told(snapshot(), journal(gone()), due_at=None)[0] == "? the connection was open"


def test_a_process_is_named_where_there_are_several() -> None:
    process = process_of(snapshot([error([4])]), journal(gone(), raised()))

    lines = [one.what for one in tell_server(process, 4, Clock(DUE_AT), is_named=True)]

    assert all(line.startswith("process 4711: ") for line in lines)


def test_the_first_that_a_process_noted_may_be_an_error() -> None:
    assert first_at(process_of(snapshot([error([4])]), journal(raised())), 4) == DUE_AT + 0.2018
    assert first_at(process_of(snapshot([error([4])])), 4) is None
