"""Connections, sessions and calls, without any framework."""

import gc
import threading
import weakref
from typing import Any

import pytest

from loadtest.hooks import recorder as module
from loadtest.hooks.recorder import Connection, Recorder, Session

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


def test_taking_a_call_back_removes_its_own_event_alone() -> None:
    recorder = Recorder()
    connection = opened(recorder)
    first = recorder.begin(joined(recorder, connection), "connect")
    recorder.end(recorder.begin(joined(recorder, connection, "s2"), "tick"))
    recorder.postpone(first, TypeError())
    recorder.postpone(first, TypeError())

    assert connection.events == ["tick"]


def test_another_error_that_has_the_id_of_one_just_counted_is_counted() -> None:
    recorder = Recorder()
    session = joined(recorder, opened(recorder))
    outer, inner = recorder.begin(session, "bye"), recorder.begin(session, "disconnect")
    error = caught(ValueError())  # stands for both: it has not come through the inner call's frame
    recorder.fail(inner, error)
    recorder.fail(outer, error)

    assert {row["event"]: row["errors"] for row in told(recorder)["handlers"]} == {"bye": 1, "disconnect": 1}
