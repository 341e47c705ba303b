"""Pushing over real HTTP."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.counting.connection import Connection
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.telling import push as module
from loadtest.hooks.telling.push import Pusher, encode
from tests.hooks.hooked_servers import hooked
from tests.hooks.receiver import RUN, Receiver, receiving

REFUSED = (
    "gauges are read only in processes that 'loadtest instrument' has started; "
    "this one has called loadtest.hooks.install() itself"
)


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    return tmp_path


@pytest.fixture
def receiver(runtime: Path) -> Iterator[Receiver]:
    with receiving(runtime) as receiver:
        yield receiver


def opened(process: HookedProcess, number: int, run: str = RUN) -> Connection:
    environ = {"HTTP_X_LOADTEST_NAVIGATION": f"{run}{number:016x}"}
    connection = process.recorder.open(f"{run}{number}", environ)
    assert connection is not None
    return connection


def visits(process: HookedProcess, count: int, run: str = RUN, first: int = 0) -> None:
    for number in range(first, first + count):
        process.recorder.close(opened(process, number, run), "transport close")


def journal_of(process: HookedProcess, run: str = RUN) -> Any:
    tally = process.recorder.tally(run)
    assert tally is not None
    return tally.to_json(1000)["journal"]


def test_a_process_that_no_visit_reached_says_that_it_is_there(
    process: HookedProcess, receiver: Receiver
) -> None:
    Pusher(process).push(2)

    snapshot = receiver.last()
    assert (snapshot["run"], snapshot["visits"], snapshot["pid"]) == (RUN, 0, os.getpid())
    assert snapshot["hooks"]["installed"] == [
        "engineio.Server",
        "engineio.AsyncServer",
        "socketio.Server",
        "socketio.AsyncServer",
    ]


def test_what_has_arrived_is_not_sent_again(process: HookedProcess, receiver: Receiver) -> None:
    pusher = Pusher(process)
    visits(process, 3)
    pusher.push(2)
    visits(process, 2, first=3)
    pusher.push(2)

    assert [snapshot["journal"]["from"] for snapshot in receiver.snapshots] == [0, 3]
    assert [entry["number"] for entry in receiver.journal()] == [0, 1, 2, 3, 4]
    assert journal_of(process) == {"from": 5, "entries": [], "lost": 0}
    assert [snapshot["visits"] for snapshot in receiver.snapshots] == [3, 5]


def test_a_long_journal_goes_in_parts_of_one_sequence_number(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_JOURNAL_ENTRIES", 500)
    visits(process, 1200)
    Pusher(process).push(5)

    assert [len(snapshot["journal"]["entries"]) for snapshot in receiver.snapshots] == [500, 500, 200]
    assert [snapshot["sequence"] for snapshot in receiver.snapshots] == [1, 1, 1]
    assert [entry["number"] for entry in receiver.journal()] == list(range(1200))


def test_an_app_that_was_visited_before_anybody_listened_loses_nothing(
    process: HookedProcess, runtime: Path
) -> None:
    pusher = Pusher(process)
    visits(process, 3)
    pusher.push(2)
    with receiving(runtime) as receiver:
        pusher.push(2)

    assert len(receiver.journal()) == 3


def test_each_run_is_told_its_own(process: HookedProcess, receiver: Receiver, runtime: Path) -> None:
    visits(process, 3)
    visits(process, 5, "ab" * 8)
    with receiving(runtime, Receiver("ab" * 8, "other")) as other:
        Pusher(process).push(2)

    assert (receiver.last()["visits"], other.last()["visits"]) == (3, 5)


def test_a_run_that_names_gauges_is_told_their_first_values_at_once_and_then_at_each_push(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADTEST_LAUNCHED", "1")
    receiver = Receiver()
    receiver.gauges = [{"name": "runs", "value": "len(tests.hooks.receiver:RUN)"}]
    with receiving(runtime, receiver), hooked() as process:
        pusher = Pusher(process)
        pusher.push(2)
        pusher.push(2)

    assert [snapshot["gauges"] for snapshot in receiver.snapshots] == [{}, {"runs": 16}, {"runs": 16}]
    assert receiver.last()["hooks"]["problems"] == []


def test_a_process_that_was_not_launched_reads_no_gauge_and_says_so(
    process: HookedProcess, runtime: Path
) -> None:
    receiver = Receiver()
    receiver.gauges = [{"name": "runs", "value": "len(tests.hooks.receiver:RUN)"}]
    with receiving(runtime, receiver):
        Pusher(process).push(2)

    assert receiver.last()["gauges"] == {"runs": None}
    assert receiver.last()["hooks"]["problems"] == [REFUSED]


@pytest.mark.parametrize(("token", "refusal", "status"), [("wrong", None, 401), ("secret", 400, 400)])
def test_a_refusal_is_told_once_and_harms_nobody(
    process: HookedProcess, runtime: Path, token: str, refusal: int | None, status: int
) -> None:
    visits(process, 3)
    pusher = Pusher(process)
    with receiving(runtime) as receiver:
        receiver.refuse_with = refusal
        file = runtime / "loadtest" / f"{RUN}.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "token": token}))
        pusher.push(2)
        pusher.push(2)

    assert receiver.statuses == [status, status]
    assert process.problems_of(RUN) == [f"the collector answered {status}"]
    assert len(journal_of(process)["entries"]) == 3


def test_what_is_too_large_is_sent_in_smaller_parts(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_JOURNAL_ENTRIES", 500)
    visits(process, 300)
    pusher = Pusher(process)
    receiver.refuse_with = 413
    pusher.push(2)
    pusher.push(2)
    receiver.refuse_with = None
    pusher.push(2)

    assert [len(snapshot["journal"]["entries"]) for snapshot in receiver.snapshots] == [125, 125, 50]


def test_a_collector_in_the_environment_says_itself_which_run_it_is(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits(process, 3)
    pusher = Pusher(process)
    receiver = Receiver()
    monkeypatch.setenv("LOADTEST_COLLECTOR", receiver.url.removesuffix("/snapshot"))
    monkeypatch.setenv("LOADTEST_TOKEN", "secret")
    pusher.push(2)
    pusher.push(2)
    first = list(receiver.snapshots)
    receiver.run = "ab" * 8  # another run at the same address
    pusher.push(2)
    receiver.close()

    assert [(snapshot["run"], snapshot["visits"]) for snapshot in first] == [(RUN, 3), (RUN, 3)]
    assert (receiver.last()["run"], receiver.last()["visits"]) == ("ab" * 8, 0)
    assert runtime.exists()


@pytest.mark.parametrize(("url", "problems"), [("http://127.0.0.1:1", 0), ("https://127.0.0.1:1", 1)])
def test_nobody_there_is_no_problem_but_a_wrong_address_is(
    process: HookedProcess, monkeypatch: pytest.MonkeyPatch, url: str, problems: int
) -> None:
    monkeypatch.setenv("LOADTEST_COLLECTOR", url)
    pusher = Pusher(process)
    pusher.push(2)
    pusher.push(2)

    assert len(process.problems_of(url)) == problems


def test_an_answer_for_another_run_acknowledges_nothing(process: HookedProcess, receiver: Receiver) -> None:
    visits(process, 3)
    receiver.run = "ab" * 8
    Pusher(process).push(2)

    assert receiver.statuses == [200]
    assert len(journal_of(process)["entries"]) == 3


def test_a_run_that_has_ended_is_forgotten_after_a_while(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FORGET_AFTER_PUSHES", 2)
    visits(process, 1)
    visits(process, 1, "ab" * 8)
    pusher = Pusher(process)
    with receiving(runtime):
        pusher.push(2)
    kept = []
    for _ in range(3):
        pusher.push(2)
        kept.append(process.recorder.runs())

    assert kept == [[RUN, "ab" * 8], [RUN, "ab" * 8], ["ab" * 8]]


def test_a_refusal_is_told_to_the_run_that_refused_and_to_no_later_one(
    process: HookedProcess, receiver: Receiver, runtime: Path
) -> None:
    pusher = Pusher(process)
    receiver.refuse_with = 500
    pusher.push(2)
    receiver.refuse_with = None
    with receiving(runtime, Receiver("ab" * 8)) as other:
        pusher.push(2)

    assert receiver.last()["hooks"]["problems"] == ["the collector answered 500"]
    assert other.last()["hooks"]["problems"] == []


def test_the_next_run_at_an_address_hears_nothing_of_the_last_ones_problems(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runtime.exists()
    receiver = Receiver()
    monkeypatch.setenv("LOADTEST_COLLECTOR", receiver.url)
    monkeypatch.setenv("LOADTEST_TOKEN", "secret")
    pusher = Pusher(process)
    for refusal in (None, 500, None):
        receiver.refuse_with = refusal
        pusher.push(2)
    last = receiver.last()
    receiver.run = "ab" * 8
    pusher.push(2)
    receiver.close()

    assert (last["run"], last["hooks"]["problems"]) == (RUN, ["the collector answered 500"])
    assert (receiver.last()["run"], receiver.last()["hooks"]["problems"]) == ("ab" * 8, [])


def test_the_problems_of_a_run_are_forgotten_with_it(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FORGET_AFTER_PUSHES", 2)
    pusher = Pusher(process)
    with receiving(runtime) as receiver:
        receiver.refuse_with = 500
        pusher.push(2)
    kept = []
    for _ in range(3):
        pusher.push(2)
        kept.append(process.problems_of(RUN))

    assert kept == [["the collector answered 500"], ["the collector answered 500"], []]


def test_a_fault_while_pushing_is_told_and_goes_no_further(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "encode", None)
    Pusher(process).push(2)

    assert receiver.snapshots == []
    assert [problem.partition(",")[0] for problem in process.problems] == [
        "a fault of the hooks: TypeError in _push_to"
    ]


def test_the_thread_pushes_until_it_is_stopped(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EVERY_S", 0.01)
    pusher = Pusher(process)
    pusher.start()
    receiver.wait_for(lambda snapshot: snapshot["sequence"] >= 3)
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "loadtest-hooks"]
    pusher.stop()
    thread.join(10)

    assert thread.daemon
    assert not thread.is_alive()


@pytest.fixture
def pushing(process: HookedProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pusher]:
    """A pusher that pushes only when there is news; ``process`` tells it."""
    monkeypatch.setattr(module, "_EVERY_S", 300)
    monkeypatch.setattr(module, "_LONGEST_PAUSE_S", 300)
    pusher = process._pusher = Pusher(process)
    pusher.start()
    yield pusher
    pusher.stop()


def test_a_runs_first_visit_is_pushed_at_once(
    process: HookedProcess, pushing: Pusher, receiver: Receiver
) -> None:
    opened(process, 1)

    assert receiver.wait_for(lambda snapshot: snapshot["visits"] == 1)["sequence"] == 1
    assert not pushing._is_stopped


def fail(process: HookedProcess, connection: Connection, error: Exception) -> None:
    """Let a handler of this connection fail; the fingerprint is the error's type."""
    session = process.recorder.join(connection, ("/", connection.eio_sid))
    process.recorder.fail(process.recorder.begin(session, "boom"), error)


def wait_until_silent(receiver: Receiver) -> int:
    """Return how many snapshots have come, when none came for so long that no news is on its way."""
    count = -1
    while count != len(receiver.snapshots):
        count = len(receiver.snapshots)
        time.sleep(0.5)
    return count


def test_an_error_that_is_new_is_pushed_at_once_and_one_that_is_known_is_not(
    process: HookedProcess, pushing: Pusher, receiver: Receiver
) -> None:
    connection = opened(process, 1)
    receiver.wait_for(lambda snapshot: snapshot["visits"] == 1)
    fail(process, connection, KeyError())
    receiver.wait_for(lambda snapshot: [error["count"] for error in snapshot["errors"]] == [1])
    # the push of before may have told it already: its own comes all the same
    settled = wait_until_silent(receiver)
    fail(process, connection, KeyError())
    opened(process, 2)

    assert wait_until_silent(receiver) == settled
    assert receiver.last()["visits"] == 1
    assert not pushing._is_stopped


def test_much_news_makes_few_pushes(process: HookedProcess, pushing: Pusher, receiver: Receiver) -> None:
    began_s = time.monotonic()
    connection = opened(process, 1)
    for number in range(150):
        fail(process, connection, type(f"Error{number}", (Exception,), {})())
        time.sleep(0.001)
    receiver.wait_for(lambda snapshot: len(snapshot["errors"]) == 150)

    assert receiver.last()["sequence"] <= 2 + (time.monotonic() - began_s) / module._LEAST_PAUSE_S
    assert not pushing._is_stopped


def test_at_exit_there_is_one_more_push_which_says_so(process: HookedProcess, receiver: Receiver) -> None:
    pusher = Pusher(process)
    visits(process, 3)
    pusher.push(2)
    pusher.finish()

    assert len(receiver.journal()) == 3
    assert [snapshot["is_last"] for snapshot in receiver.snapshots] == [False, True]


def test_exits_that_lead_nowhere_hold_the_app_up_for_two_seconds_in_all(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LONGEST_HOLD_S", 0.3)
    pusher = Pusher(process)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("LOADTEST_COLLECTOR", f"http://127.0.0.1:{listener.getsockname()[1]}")
        pusher.finish()
        held_up_s = pusher._held_up_s
        for _ in range(1000):
            pusher.finish()

    assert held_up_s >= 0.3
    assert pusher._held_up_s - held_up_s < 0.3 * 100  # not a tenth of what as many exits may take
    assert runtime.exists()


def test_at_exit_nobody_looks_at_the_residue_when_nobody_listens(
    process: HookedProcess, runtime: Path
) -> None:
    Pusher(process).finish()

    assert process._sequence == 0
    assert runtime.exists()


def test_an_exit_does_not_wait_for_a_push_that_hangs(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LONGEST_HOLD_S", 0.1)
    pusher = Pusher(process)
    with pusher._turn:
        pusher.finish()

    assert receiver.snapshots == []


def test_a_collector_that_never_answers_is_left_at_the_deadline(
    process: HookedProcess, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("LOADTEST_COLLECTOR", f"http://127.0.0.1:{listener.getsockname()[1]}")
        began_s = time.monotonic()
        Pusher(process).push(0.2)
        hung_s = time.monotonic() - began_s
        began_s = time.monotonic()
        Pusher(process).push(0.8)

    assert time.monotonic() - began_s > hung_s
    assert runtime.exists()


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": [{"b": [1]}] * 1000},
        {"a": list(range(300)), "b": list(range(301))},
        {"a": {"b": {"c": {"d": [1, None, "é"]}}}, "e": []},
        [1],
        "x",
    ],
)
def test_json_made_in_pieces_is_the_same_json(value: Any) -> None:
    assert encode(value) == json.dumps(value, separators=(",", ":")).encode()
