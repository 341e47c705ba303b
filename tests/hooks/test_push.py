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

from loadtest.hooks import push as module
from loadtest.hooks.connection import Connection
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.push import Answer, Pusher, encode, post
from loadtest.hooks.rendezvous import Collector
from tests.hooks.receiver import RUN, Receiver, receiving


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


def answering(answer: bytes) -> tuple[socket.socket, str]:
    """Return a listener that gives one answer, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"run": "a"}', b'{"run": 1, "journal": 0}', b'{"journal": 1}']
)
def test_an_answer_that_no_collector_gives_is_a_mistake(body: bytes) -> None:
    listener, url = answering(http(body))
    with listener, pytest.raises(ValueError):  # noqa: PT011  # json's own is one too
        post(Collector(url, "secret", RUN), b"{}", 2)


@pytest.mark.parametrize("answer", [b"", b"\x00" * 100])
def test_what_is_no_http_counts_as_nobody_there(answer: bytes) -> None:
    listener, url = answering(answer)
    with listener, pytest.raises(OSError):  # noqa: PT011
        post(Collector(url, "secret", RUN), b"{}", 2)


def test_an_answer_is_read(process: HookedProcess) -> None:
    listener, url = answering(http(b'{"run": "ab", "journal": 7}'))
    with listener:
        assert post(Collector(url, "secret", RUN), b"{}", 2) == Answer(200, "ab", 7)
    assert process.problems == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:5", "ftp://x", "nonsense", "http://", "http://h:port"])
def test_an_address_that_cannot_be_a_collectors_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        post(Collector(url, "secret", RUN), b"{}", 2)


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


def test_at_exit_there_is_one_more_push(process: HookedProcess, receiver: Receiver) -> None:
    pusher = Pusher(process)
    visits(process, 3)
    pusher.finish()

    assert len(receiver.journal()) == 3


def test_an_exit_does_not_wait_for_a_push_that_hangs(
    process: HookedProcess, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TIMEOUT_S", 0.1)
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
