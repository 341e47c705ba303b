"""Connections, sessions and calls, without any framework."""

import gc
import math
import threading
import time
import weakref
from typing import Any

import pytest

from loadtest.hooks.context import Place
from loadtest.hooks.counting import recorder as module
from loadtest.hooks.counting.connection import Connection, Session
from loadtest.hooks.counting.recorder import Recorder

RUN = "00112233445566ff"


def environ_of(number: int, run: str = RUN) -> dict[str, str]:
    return {"HTTP_TRACEPARENT": f"00-{run}{number:016x}-00000000000000aa-00"}


def opened(recorder: Recorder, number: int = 1, eio_sid: str = "e1", run: str = RUN) -> Connection:
    connection = recorder.open(eio_sid, environ_of(number, run))
    assert connection is not None
    return connection


def joined(recorder: Recorder, connection: Connection, sid: str = "s1") -> Session:
    return recorder.join(connection, ("/", sid))


def told(recorder: Recorder, run: str = RUN) -> Any:
    tally = recorder.tally(run)
    assert tally is not None
    return tally.to_json(500)


def caught(error: Exception) -> Exception:
    try:
        raise error
    except Exception as raised:
        return raised


def test_a_stranger_leaves_no_trace() -> None:
    recorder = Recorder()

    assert recorder.open("e1", {}) is None
    assert (recorder.connections, recorder.runs()) == ({}, [])


def test_each_connection_of_a_run_is_a_visit_and_is_counted_once() -> None:
    recorder = Recorder()
    first = opened(recorder, 1, "e1")

    assert opened(recorder, 1, "e1") is first
    opened(recorder, 2, "e2")
    assert told(recorder)["visits"] == 2


def test_a_call_is_counted_when_it_starts_and_timed_when_it_ends() -> None:
    recorder = Recorder()
    call = recorder.begin(joined(recorder, opened(recorder)), "tick")

    (during,) = told(recorder)["handlers"]
    recorder.end(call)
    (after,) = told(recorder)["handlers"]

    assert (during["calls"], during["in_flight"], during["latency"]["count"]) == (1, 1, 0)
    assert (after["calls"], after["in_flight"], after["latency"]["count"]) == (1, 0, 1)
    assert (after["namespace"], after["event"], after["errors"]) == ("/", "tick", 0)


def test_a_gone_connection_tells_its_events_in_the_order_in_which_they_started() -> None:
    recorder = Recorder()
    connection = opened(recorder, 7)
    session = joined(recorder, connection)
    calls = [recorder.begin(session, event) for event in ("connect", "handshake", "disconnect")]
    for call in reversed(calls):
        recorder.end(call)

    recorder.close(connection, "transport close")
    recorder.close(connection, "again")

    (entry,) = told(recorder)["journal"]["entries"]
    assert (entry["number"], entry["reason"]) == (7, "transport close")
    assert entry["events"] == ("connect", "handshake", "disconnect")


def test_of_very_many_events_the_first_and_the_last_are_kept() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    session = joined(recorder, connection)
    for event in ["connect", *["tick"] * 500, "disconnect"]:
        recorder.end(recorder.begin(session, event))

    assert len(connection.events) == 64
    assert (connection.events[0], connection.events[-2:]) == ("connect", ["tick", "disconnect"])


@pytest.mark.parametrize(
    ("event", "name"), [(5, "5"), (["a"], "['a']"), ("x" * 300, "x" * 33 + "…" + "x" * 66)]
)
def test_what_a_client_sends_as_an_events_name_is_bounded(event: Any, name: str) -> None:
    recorder = Recorder()
    recorder.begin(joined(recorder, opened(recorder)), event)

    assert [row["event"] for row in told(recorder)["handlers"]] == [name]


def test_an_error_is_counted_with_its_navigation_and_not_kept() -> None:
    recorder = Recorder()
    call = recorder.begin(joined(recorder, opened(recorder, 9)), "tick")

    class PlantedError(Exception):
        pass

    error = caught(PlantedError("planted"))
    watched = weakref.ref(error)
    recorder.fail(call, error)
    recorder.end(call)
    del error
    gc.collect()

    (entry,) = told(recorder)["errors"]
    assert (entry["what"], entry["count"], entry["navigations"]) == ("PlantedError in caught", 1, [9])
    assert watched() is None


def test_one_object_raised_in_two_calls_is_two_errors() -> None:
    recorder = Recorder()
    session = joined(recorder, opened(recorder))
    error = ValueError("the only one there is")
    for _ in range(2):
        call = recorder.begin(session, "tick")
        recorder.fail(call, caught(error))
        recorder.end(call)

    assert [entry["count"] for entry in told(recorder)["errors"]] == [2]


def test_a_call_that_the_framework_makes_again_is_one_call() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    session = joined(recorder, connection)
    first = recorder.begin(session, "connect")
    recorder.postpone(first, TypeError("takes fewer"))
    recorder.end(first)

    second = recorder.begin(session, "connect")
    recorder.end(second)

    (row,) = told(recorder)["handlers"]
    assert (row["calls"], row["errors"], row["in_flight"], row["latency"]["count"]) == (1, 0, 0, 1)
    assert second.started_s == first.started_s
    assert connection.events == ["connect"]
    assert not recorder.begin(session, "connect").is_retry


def test_a_failed_call_that_the_framework_never_made_again_is_an_error_after_all() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    first = recorder.begin(joined(recorder, connection), "connect")
    recorder.postpone(first, TypeError("planted"))
    recorder.end(first)

    recorder.close(connection, None)

    (row,) = told(recorder)["handlers"]
    assert (row["calls"], row["errors"]) == (1, 1)
    assert [error["type"] for error in told(recorder)["errors"]] == ["TypeError"]


def test_of_a_client_that_connects_again_and_again_the_newest_sessions_are_kept() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    for number in range(300):
        recorder.join(connection, ("/", f"s{number}"))

    assert [session.key[1] for session in connection.sessions[:2]] == ["s44", "s45"]
    assert len(recorder.sessions) == len(connection.sessions) == 256


def test_forgetting_a_connection_forgets_its_sessions() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    joined(recorder, connection)

    recorder.forget(connection)

    assert (recorder.connections, recorder.sessions) == ({}, {})


def test_the_sixteen_newest_runs_are_kept() -> None:
    recorder = Recorder()
    runs = [f"{number:016x}" for number in range(1, 20)]
    for run in runs:
        opened(recorder, 1, "e" + run, run)

    assert recorder.runs() == runs[3:]


def test_a_forgotten_run_is_gone() -> None:
    recorder = Recorder()
    opened(recorder)

    recorder.forget_run(RUN)
    recorder.forget_run(RUN)

    assert recorder.tally(RUN) is None


def test_without_room_the_oldest_connection_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONNECTIONS", 2)
    recorder = Recorder()
    for number in range(3):
        opened(recorder, number, f"e{number}")

    assert list(recorder.connections) == ["e1", "e2"]
    assert recorder.evicted == 1


def test_counts_from_many_threads_all_arrive() -> None:
    recorder = Recorder()
    session = joined(recorder, opened(recorder))
    error = caught(ValueError())

    def work() -> None:
        for _ in range(500):
            call = recorder.begin(session, "tick")
            recorder.fail(call, error)
            recorder.end(call)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (row,) = told(recorder)["handlers"]
    assert (row["calls"], row["errors"], row["in_flight"], row["latency"]["count"]) == (4000, 4000, 0, 4000)


def test_errors_beyond_what_is_remembered_are_counted_all_the_same() -> None:
    recorder = Recorder()
    session = joined(recorder, opened(recorder))
    errors = [caught(ValueError()) for _ in range(1100)]  # all alive, so that no id comes twice
    for error in errors:
        call = recorder.begin(session, "tick")
        recorder.fail(call, error)
        recorder.end(call)

    assert [entry["count"] for entry in told(recorder)["errors"]] == [1100]


def test_a_call_made_again_is_told_in_the_place_of_the_first() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    session = joined(recorder, connection)
    first = recorder.begin(session, "connect")
    recorder.end(recorder.begin(joined(recorder, connection, "s2"), "tick"))
    recorder.postpone(first, TypeError())
    recorder.end(first)
    recorder.end(recorder.begin(session, "connect"))

    assert connection.events == ["connect", "tick"]
    assert [math.isnan(took_ms) for took_ms in connection.took_ms] == [False, False]


def test_another_event_settles_a_call_that_was_never_made_again() -> None:
    recorder = Recorder()
    session = joined(recorder, opened(recorder))
    first = recorder.begin(session, "connect")
    recorder.postpone(first, TypeError("planted"))
    recorder.end(first)
    second = recorder.begin(session, "tick")

    assert not second.is_retry
    assert {row["event"]: (row["calls"], row["errors"]) for row in told(recorder)["handlers"]} == {
        "connect": (1, 1),
        "tick": (1, 0),
    }


def test_when_each_event_began_and_how_long_it_took_is_told_of_a_gone_connection() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    session = joined(recorder, connection)
    began_at = time.time()
    calls = [recorder.begin(session, event) for event in ("connect", "slow", "disconnect")]
    for call in (calls[2], calls[0]):  # the first to begin is the last to end: it took longer, by any clock
        recorder.end(call)

    recorder.close(connection, None)

    (entry,) = told(recorder)["journal"]["entries"]
    begun_ms, took_ms = entry["begun_at_ms"], entry["took_ms"]
    assert abs(entry["opened_at"] - began_at) < 5
    assert begun_ms == sorted(begun_ms)
    assert (len(begun_ms), len(took_ms), took_ms[1]) == (3, 3, None)
    assert took_ms[0] >= took_ms[2] >= 0


def test_a_pages_request_begins_a_run_and_is_no_visit() -> None:
    recorder = Recorder()
    place = recorder.place(environ_of(4))

    assert place is not None
    assert (place.run, place.number, told(recorder)["visits"]) == (RUN, 4, 0)
    assert recorder.place({}) is None


def test_an_error_of_a_channel_is_told_with_its_place_and_once_for_each_object() -> None:
    recorder = Recorder()
    place = recorder.place(environ_of(4))
    first, second = caught(ValueError("planted")), caught(ValueError("planted"))
    for error in (first, second, first):
        recorder.report("log", error, place)

    assert [
        (entry["channel"], entry["count"], entry["navigations"]) for entry in told(recorder)["errors"]
    ] == [("log", 2, [4])]
    assert [(entry["kind"], entry["number"]) for entry in told(recorder)["journal"]["entries"]] == [
        ("error", 4),
        ("error", 4),
    ]


def test_an_error_without_a_place_or_of_a_run_that_is_forgotten_is_a_stray() -> None:
    recorder = Recorder()
    place = recorder.place(environ_of(4))
    recorder.forget_run(RUN)
    recorder.report("log", caught(ValueError()), None)
    recorder.report("log", caught(ValueError()), place)

    assert [(entry["count"], entry["navigations"]) for entry in recorder.strays.to_json()] == [(2, [])]
    assert recorder.runs() == []


def test_an_error_that_a_handler_logs_and_lets_out_is_one_error_and_the_handler_failed() -> None:
    recorder = Recorder()
    call = recorder.begin(joined(recorder, opened(recorder)), "tick")
    error = caught(ValueError())
    recorder.report("log", error, call.place)
    recorder.fail(call, error)

    assert [(entry["channel"], entry["count"]) for entry in told(recorder)["errors"]] == [("log", 1)]
    assert [row["errors"] for row in told(recorder)["handlers"]] == [1]


def test_an_error_that_leaves_a_page_is_counted_unless_it_was_logged() -> None:
    recorder = Recorder()
    place = recorder.place(environ_of(4))
    assert place is not None
    logged = caught(ValueError())
    recorder.report("log", logged, place)
    recorder.leave_page(logged, place)
    recorder.leave_page(caught(LookupError()), place)
    recorder.leave_page(caught(ConnectionResetError()), Place(RUN, 5))

    assert [(entry["channel"], entry["type"]) for entry in told(recorder)["errors"]] == [
        ("log", "ValueError"),
        ("page", "LookupError"),
        ("page", "ConnectionResetError"),
    ]


def test_a_hundred_thousand_different_errors_are_counted_in_little_room() -> None:
    recorder = Recorder()
    place = recorder.place(environ_of(4))
    namespace: dict[str, Any] = {}
    for line in range(2000):
        exec(compile("\n" * line + "def fail(): raise ValueError", "/srv/app.py", "exec"), namespace)
        for _ in range(50):
            try:
                namespace["fail"]()
            except ValueError as error:
                recorder.report("log", error, place)

    answer = told(recorder)
    assert (len(answer["errors"]), answer["errors_overflow"]) == (200, 90_000)
    assert len(recorder._in_channels) <= 256
