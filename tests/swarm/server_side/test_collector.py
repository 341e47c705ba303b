"""Receiving snapshots, over real HTTP."""

import copy
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import gevent
import pytest

from loadtest.errors import UsageError
from loadtest.profile.model import Gauge
from loadtest.swarm.server_side.collector import Collector

RUN = "00112233445566ff"
LATENCY = {"count": 1, "sum_us": 5, "max_us": 5, "counts": {"5": 1}}
HANDLER = {
    "namespace": "/",
    "event": "connect",
    "calls": 1,
    "errors": 0,
    "in_flight": 2,
    "latency": LATENCY,
}
ERROR = {
    "id": 0,
    "what": "KeyError in f",
    "type": "KeyError",
    "function": "f",
    "file": "app.py",
    "line": 7,
    "namespace": "/",
    "event": "connect",
    "count": 1,
    "traceback": "Traceback",
    "navigations": [3],
}
SNAPSHOT: dict[str, Any] = {
    "schema": 1,
    "run": RUN,
    "boot": "b1",
    "pid": 1,
    "sequence": 1,
    "taken_at": 1.0,
    "visits": 1,
    "python": "3.11.7",
    "versions": {"python-socketio": "5.18.1"},
    "command": "app.py",
    "hooks": {"installed": ["socketio.AsyncServer"], "problems": []},
    "handlers": [HANDLER],
    "errors_overflow": 0,
    "errors": [ERROR],
    "residue": {
        "sids": 1,
        "eio_sockets": 0,
        "rooms": 0,
        "environs": 0,
        "pending_disconnects": None,
        "tasks": None,
        "threads": 3,
        "rss_bytes": 4096,
    },
    "left_behind": {"sids": [3], "eio_sockets": [], "rooms": [], "environs": [], "pending_disconnects": []},
    "journal": {"from": 0, "entries": [{"kind": "error", "number": 3, "error": 0}], "lost": 0},
}


class Received:
    """A collector with what it wrote."""

    def __init__(self, gauges: Sequence[Gauge] = ()) -> None:
        self.lines: list[Mapping[str, Any]] = []
        self.collector = Collector(RUN, self.lines.extend, ("127.0.0.1", 0), gauges)

    def post(self, body: Any, token: str | None = None) -> tuple[int, Any]:
        """Send a body from a thread of its own, since gevent serves in this one; return status and answer."""
        answer: tuple[int, Any] = gevent.get_hub().threadpool.apply(self._post, (body, token))
        return answer

    def _post(self, body: Any, token: str | None) -> tuple[int, Any]:
        address = urlsplit(self.collector.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"authorization": f"Bearer {self.collector.token if token is None else token}"}
        connection.request("POST", address.path, text, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer


@pytest.fixture
def received() -> Iterator[Received]:
    received = Received()
    yield received
    received.collector.close()


def changed(**values: Any) -> dict[str, Any]:
    return copy.deepcopy(SNAPSHOT) | values


def test_a_snapshot_is_kept_and_written_with_its_errors_and_journal(received: Received) -> None:
    assert received.post(SNAPSHOT) == (200, {"run": RUN, "journal": 1, "gauges": []})

    assert [line["kind"] for line in received.lines] == ["error", "snapshot", "journal"]
    assert received.lines[0] == {"kind": "error", "boot": "b1", **ERROR}
    assert "traceback" not in received.lines[1]["errors"][0]
    assert received.lines[2] == {
        "kind": "journal",
        "boot": "b1",
        "entries": SNAPSHOT["journal"]["entries"],
        "lost": 0,
    }
    (process,) = received.collector.visited()
    assert (process.left_behind["sids"], process.in_flight) == (1, 2)


def test_every_answer_names_the_gauges_that_the_profile_wants_to_know() -> None:
    received = Received([Gauge("clients", "app:clients")])
    named = [{"name": "clients", "value": "app:clients"}]
    answers = [received.post(body)[1]["gauges"] for body in (SNAPSHOT, changed(run="f" * 16))]
    received.collector.close()

    assert answers == [named, named]


def test_a_journal_that_is_sent_again_is_written_once(received: Received) -> None:
    received.post(SNAPSHOT)
    more = [*SNAPSHOT["journal"]["entries"], {"kind": "error", "number": 4, "error": 0}]

    answer = received.post(changed(sequence=2, journal={"from": 0, "entries": more, "lost": 0}))

    assert answer == (200, {"run": RUN, "journal": 2, "gauges": []})
    assert received.lines[-1]["entries"] == [{"kind": "error", "number": 4, "error": 0}]


def test_a_journal_of_which_the_hooks_lost_a_part_goes_on_behind_the_gap(received: Received) -> None:
    received.post(SNAPSHOT)
    later = [{"kind": "error", "number": 8, "error": 0}]

    answer = received.post(changed(sequence=2, journal={"from": 6, "entries": later, "lost": 5}))

    assert answer == (200, {"run": RUN, "journal": 7, "gauges": []})
    assert received.lines[-1] == {"kind": "journal", "boot": "b1", "entries": later, "lost": 5}


def test_a_traceback_is_written_once(received: Received) -> None:
    received.post(SNAPSHOT)
    received.post(changed(sequence=2))

    assert [line["kind"] for line in received.lines].count("error") == 1


LOOP = {"lag": LATENCY, "longest_ms": 301.5, "longest_at": 2.5, "stack": "in sleep"}
VITALS: dict[str, Any] = {
    "began_at": 1.0,
    "runtime": "python 3.11.7",
    "is_last": False,
    "hooks": {"installed": [], "problems": [], "missing": ["socketio.Server: unknown"]},
    "handlers": [{**HANDLER, "ack": LATENCY}],
    "strays": [{**ERROR, "channel": "thread", "navigations": []}],
    "strays_overflow": 0,
    "loop": LOOP,
    "inventory": {"tasks": {"Board.watch": 3}, "threads": {"MainThread": 1}},
    "gauges": {"clients": 3, "queue": None},
}


def test_all_that_newer_hooks_tell_is_written(received: Received) -> None:
    assert received.post(changed(**VITALS))[0] == 200

    stray, stall, told = received.lines[1:4]
    assert stray == {"kind": "stray", "boot": "b1", **VITALS["strays"][0]}
    assert stall == {"kind": "stall", "boot": "b1", "loop": LOOP}
    assert "traceback" not in told["strays"][0]
    assert told["loop"] == {key: value for key, value in LOOP.items() if key != "stack"}
    kept = ("began_at", "runtime", "hooks", "handlers", "inventory", "gauges")
    assert {key: told[key] for key in kept} == {key: VITALS[key] for key in kept}


def test_strays_and_stalls_are_written_once_and_a_longer_stall_again(received: Received) -> None:
    received.post(changed(**VITALS))
    received.post(changed(**VITALS, sequence=2))
    received.post(changed(**{**VITALS, "loop": {**LOOP, "longest_ms": 400, "longest_at": 9}}, sequence=3))
    received.post(changed(**{**VITALS, "loop": {**LOOP, "longest_ms": None, "longest_at": None}}, sequence=4))

    kinds = [line["kind"] for line in received.lines]
    assert (kinds.count("stray"), kinds.count("stall")) == (1, 2)


def test_what_no_hook_of_ours_sends_is_not_kept(received: Received) -> None:
    received.post(changed(postcard="x" * 1000))

    assert [line for line in received.lines if "postcard" in line] == []
    assert "postcard" not in received.collector.processes["b1"].snapshot


def test_a_snapshot_that_was_overtaken_changes_nothing(received: Received) -> None:
    received.post(changed(sequence=9, visits=5))

    received.post(changed(sequence=8, visits=4))

    assert [process.snapshot["visits"] for process in received.collector.visited()] == [5]


def test_a_process_that_saw_nothing_of_the_run_is_a_stranger(received: Received) -> None:
    received.post(changed(visits=0))

    assert list(received.collector.processes) == ["b1"]
    assert received.collector.visited() == []


def test_each_snapshot_is_written_with_when_it_came(received: Received) -> None:
    began_at = time.time()
    received.post(SNAPSHOT)

    assert began_at - 0.001 <= received.lines[1]["heard_at"] <= time.time() + 0.001


def test_a_silent_process_that_is_no_more_is_dead_and_one_that_is_there_is_not(received: Received) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        received.post(changed(pid=process.pid))
        (boot,) = received.collector.processes.values()
        assert (received.collector.silent_boots(), received.collector.dead_boots()) == ((), ())

        boot.seen_at -= 10
        assert (received.collector.silent_boots(), received.collector.dead_boots()) == (("b1",), ())

        process.kill()
        process.wait()
        assert received.collector.dead_boots() == ("b1",)

        boot.seen_at = time.monotonic()
        assert received.collector.dead_boots() == ()  # whoever pushes lives


def test_a_process_that_said_its_last_word_is_dead_at_once_wherever_it_was(received: Received) -> None:
    received.post(changed(is_last=True))

    assert received.collector.dead_boots() == ("b1",)


def test_what_becomes_of_a_process_that_is_not_on_this_machine_nobody_knows(received: Received) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    received.post(changed(pid=process.pid))
    (boot,) = received.collector.processes.values()
    boot.seen_at -= 10

    assert (boot.born_at, boot.is_dead, received.collector.dead_boots()) == (None, False, ())


def test_a_process_that_only_waits_to_be_buried_is_dead(received: Received) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        received.post(changed(pid=process.pid))
        (boot,) = received.collector.processes.values()
        process.kill()  # a zombie until it is waited for

        deadline = time.monotonic() + 10
        while not boot.is_dead:
            assert time.monotonic() < deadline, "it is still there"


def test_another_runs_snapshot_is_answered_with_this_runs_id_and_dropped(received: Received) -> None:
    assert received.post(changed(run="ffffffffffffffff")) == (200, {"run": RUN, "journal": 0, "gauges": []})
    assert received.lines == []


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "[]",
        "null",
        "{}",
        json.dumps(changed(schema=2)),
        json.dumps(changed(visits="many")),
        json.dumps(changed(pid="a lot")),
        json.dumps(changed(residue={})),
        json.dumps(changed(handlers=[{"namespace": "/"}])),
        json.dumps(changed(errors=[{"id": "x"}])),
        json.dumps(changed(journal=[])),
        json.dumps(changed(journal={"from": 0, "entries": [1, "x", None], "lost": 0})),
        json.dumps(changed(visits=float("inf"))),
        json.dumps({key: value for key, value in SNAPSHOT.items() if key != "hooks"}),
        "[" * 100_000,
        json.dumps(changed(gauges={"clients": "many"})),
        json.dumps(changed(gauges={"clients": float("nan")})),
        json.dumps(changed(gauges={f"{n}": n for n in range(1001)})),
        json.dumps(changed(gauges=7)),
        json.dumps(changed(loop={"lag": {}})),
        json.dumps(changed(loop=LOOP | {"stack": "x" * 20_001})),
        json.dumps(changed(loop="none")),
        json.dumps(changed(inventory={"tasks": [], "threads": {}})),
        json.dumps(changed(inventory={"tasks": {f"{n}": n for n in range(2001)}, "threads": {}})),
        json.dumps(changed(strays=[{**ERROR, "channel": "postcard"}])),
        json.dumps(changed(strays=[{key: ERROR[key] for key in ERROR if key != "traceback"}])),
        json.dumps(changed(command="x" * 20_001)),
        json.dumps(changed(hooks={"installed": [], "problems": [], "missing": ["x"] * 201})),
        json.dumps(changed(left_behind=SNAPSHOT["left_behind"] | {"sids": [1] * 100_001})),
    ],
)
def test_what_is_no_snapshot_is_refused_and_nothing_is_kept(received: Received, body: str) -> None:
    status, answer = received.post(body)

    assert status == 400
    assert answer["error"].startswith("not a snapshot")
    assert (received.lines, received.collector.processes) == ([], {})


def test_who_was_refused_last_is_known_until_it_tells_better(received: Received) -> None:
    received.post(changed(visits="many"))
    received.post(changed(boot="b2", errors=7))
    received.post("not json")
    assert list(received.collector.refused) == ["b1", "b2", "None"]
    assert received.collector.refused["b2"].startswith("TypeError: ")

    received.post(SNAPSHOT)
    assert list(received.collector.refused) == ["b2", "None"]


def test_a_refusal_of_a_stranger_or_of_another_run_takes_nothing_from_this_run(received: Received) -> None:
    received.post(changed(visits=0, errors=7))
    received.post(changed(run="f" * 16, schema=2))

    assert received.collector.refused == {}


def test_refusals_are_bounded(received: Received) -> None:
    for number in range(30):
        received.post(changed(boot=f"b{number}", errors=7))

    assert len(received.collector.refused) == 20


def test_a_wrong_token_is_refused(received: Received) -> None:
    assert received.post(SNAPSHOT, token="guess") == (401, {"error": "wrong token"})
    assert received.lines == []


def test_an_address_that_is_taken_is_a_usage_error(received: Received) -> None:
    port = urlsplit(received.collector.url).port or 0

    with pytest.raises(UsageError, match=f"--collector-bind: 127.0.0.1:{port} cannot be bound"):
        Collector(RUN, received.lines.extend, ("127.0.0.1", port))


@pytest.mark.parametrize(
    ("address", "start"),
    [("::1", "http://[::1]:"), ("0.0.0.0", "http://127.0.0.1:"), ("::", "http://[::1]:")],
)
def test_hooks_are_told_an_address_that_they_can_reach(address: str, start: str) -> None:
    collector = Collector(RUN, list[Mapping[str, Any]]().extend, (address, 0))

    assert collector.url.startswith(start)
    collector.close()


def raw(received: Received, head: str, body: bytes = b"") -> int:
    """Send a request by hand, in a thread of its own; return the answer's status."""

    def send() -> int:
        address = urlsplit(received.collector.url)
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            token = f"authorization: Bearer {received.collector.token}\r\n"
            connection.sendall(f"POST {address.path} HTTP/1.1\r\n{token}{head}\r\n\r\n".encode() + body)
            return int(connection.recv(1000).split()[1])

    status: int = gevent.get_hub().threadpool.apply(send)
    return status


@pytest.mark.parametrize(
    "head",
    [
        f"content-length: {64 * 1024 * 1024 + 1}",
        "content-length: 99999999999999999999999",
        "content-length: many",
        "transfer-encoding: chunked",
    ],
)
def test_a_body_that_is_huge_or_without_end_is_not_even_read(received: Received, head: str) -> None:
    assert raw(received, head) in (400, 413)
    assert received.lines == []


def test_a_large_snapshot_is_taken(received: Received) -> None:
    entries = [{"kind": "error", "number": number, "error": 0} for number in range(5000)]
    errors = [{**ERROR, "id": number, "traceback": "x" * 4000} for number in range(200)]
    body = changed(errors=errors, journal={"from": 0, "entries": entries, "lost": 0})

    status, answer = received.post(body)

    assert (status, answer["journal"]) == (200, 5000)


@pytest.mark.parametrize("jump_s", [-1e9, -3600, 3600, 1e9])
def test_a_wall_clock_that_jumps_in_the_app_breaks_nothing(received: Received, jump_s: float) -> None:
    received.post(SNAPSHOT)
    gone = {"kind": "gone", "number": 3, "reason": None, "events": ["connect"], "at": 1.0 + jump_s}
    later = changed(sequence=2, taken_at=1.0 + jump_s, journal={"from": 1, "entries": [gone], "lost": 0})

    status, answer = received.post(later)

    assert (status, answer["journal"]) == (200, 2)
    assert [line["kind"] for line in received.lines] == [
        "error",
        "snapshot",
        "journal",
        "snapshot",
        "journal",
    ]
