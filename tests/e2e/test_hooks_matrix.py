"""Every channel on every kind of server: the hooks count each planted fault exactly, and nothing else."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import Served, free_port, served
from tests.e2e.matrix_visits import FAULTS, Polling, WebSocket, leave_in_every_manner, meet
from tests.hooks.receiver import Receiver, receiving

APP = Path(__file__).parent / "apps" / "matrix_app.py"
LAUNCH = "import sys; from loadtest.hooks.launcher import run; sys.exit(run(sys.argv[1:]))"

# uvicorn's C parsers and gevent-websocket (which would take simple-websocket's place) are not among them
SERVERS = ("uvicorn", "wsproto", "websockets", "hypercorn", "aiohttp", "tornado", "flask", "starlette")
MORE = ("simple-websocket", "gevent", "eventlet", "uvloop")
VERSIONS = {
    "5.0": ("python-socketio==5.0.4", "python-engineio==4.0.1"),
    "5.9": ("python-socketio==5.9.0", "python-engineio==4.7.1"),
    "5.10": ("python-socketio==5.10.0", "python-engineio==4.8.0"),
    "newest": ("python-socketio>=5.18",),
}
TYPES = {
    "connect": "RuntimeError",
    "type": "TypeError",
    "plain": "ValueError",
    "coroutine": "UnicodeError",
    "disconnect": "KeyError",
    "logged": "IndexError",
    "background": "ArithmeticError",
    "loose": "BufferError",
    "ack": "EOFError",
    "page": "FloatingPointError",
}
EVENTS = {"type": "connect", "ack": None, "page": None}
CHANNELS = {"logged": "log", "background": "task", "ack": "log"}
LOOSE = {"werkzeug": "thread", "gevent": "hub", "eventlet": "hub"}
LOGGED_PAGES = ("tornado", "werkzeug", "gevent", "eventlet")
"""Tornado and Flask log what a page raises, and answer 500."""


@dataclass(frozen=True, slots=True)
class Combination:
    """A server with a version of python-socketio."""

    server: str
    version: str
    kind: type[WebSocket] | type[Polling] = WebSocket

    def __str__(self) -> str:
        return f"{self.server} {self.version} {self.kind.__name__.lower()}"

    def python(self) -> str:
        """Return the interpreter of its environment."""
        extra = ("gevent-websocket",) if "geventwebsocket" in self.server else ()
        return str(python_with(*VERSIONS[self.version], *SERVERS, *MORE, *extra))


COMBINATIONS = (
    Combination("uvicorn-wsproto", "newest"),
    Combination("uvicorn-wsproto", "newest", Polling),
    Combination("uvicorn-websockets-uvloop", "newest"),
    Combination("hypercorn", "newest"),
    Combination("aiohttp", "newest"),
    Combination("tornado", "newest"),
    Combination("werkzeug", "newest"),
    Combination("gevent", "newest"),
    Combination("gevent-geventwebsocket", "newest"),
    Combination("eventlet", "newest"),
    Combination("uvicorn-websockets", "5.10"),
    Combination("werkzeug", "5.10"),
    Combination("uvicorn-wsproto", "5.9"),
    Combination("aiohttp", "5.9"),
    Combination("gevent", "5.9"),
    Combination("uvicorn-wsproto", "5.0"),
    Combination("tornado", "5.0"),
    # python-engineio 4.0 has no WebSocket with threads, nor with gevent but by gevent-websocket
    Combination("werkzeug", "5.0", Polling),
    Combination("gevent", "5.0", Polling),
    Combination("eventlet", "5.0"),
)
QUICK = Combination("uvicorn-wsproto", "newest")


@contextmanager
def hooked(combination: Combination, folder: Path) -> Iterator[tuple[Receiver, Served, int]]:
    """Start the app on this server, with the hooks in, and a collector."""
    port = free_port()
    command = [sys.executable, "-c", LAUNCH, combination.python(), "-u", str(APP), combination.server]
    with (
        receiving(folder) as receiver,
        served([*command, str(port)], port, folder / "app.log") as running,
    ):
        yield receiver, running, port


def settled(receiver: Receiver, count: int) -> dict[str, Any]:
    """Return a snapshot taken when all visits have gone and nothing new has been counted for a while.

    Gone by the journal: python-engineio 4.0 keeps closed polling sockets for ever outside of asyncio.
    """
    receiver.wait_for(lambda snapshot: snapshot["visits"] == count, 30)
    receiver.wait_for(lambda _: sum(entry["kind"] == "gone" for entry in receiver.journal()) == count, 60)
    counts = ""
    for _ in range(20):
        snapshot = receiver.wait_for_newer()
        before, counts = counts, json.dumps([snapshot["errors"], snapshot["strays"]])
        if counts == before:
            break
    return snapshot


def numbers_of(receiver: Receiver, snapshot: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return type -> the navigations whose error is in the journal, once for each time."""
    types = {error["id"]: error["type"] for error in snapshot["errors"]}
    found: dict[str, list[int]] = {}
    for entry in receiver.journal():
        if entry["kind"] == "error":
            found.setdefault(types[entry["error"]], []).append(entry["number"])
    return {name: sorted(numbers) for name, numbers in found.items()}


def told(snapshot: Mapping[str, Any]) -> dict[str, tuple[str, str | None, int]]:
    """Return type -> channel, event, count."""
    errors = snapshot["errors"]
    assert len({error["type"] for error in errors}) == len(errors)
    return {error["type"]: (error["channel"], error["event"], error["count"]) for error in errors}


def expected(server: str, times: int) -> dict[str, tuple[str, str | None, int]]:
    """Return what ``told`` should say."""
    kind = server.partition("-")[0]
    own = {"loose": LOOSE.get(kind, "loop"), "page": "log" if kind in LOGGED_PAGES else "page"}
    channels = {**dict.fromkeys(FAULTS, "handler"), **CHANNELS, **own}
    return {TYPES[fault]: (channels[fault], EVENTS.get(fault, fault), times) for fault in FAULTS}


def check_faults(combination: Combination, times: int, folder: Path) -> None:
    with hooked(combination, folder) as (receiver, _, port):
        for place, fault in enumerate(FAULTS):
            for number in range(place * times, (place + 1) * times):
                meet(combination.kind, port, number, fault)
        snapshot = settled(receiver, times * (len(FAULTS) - 1))

    assert told(snapshot) == expected(combination.server, times)
    assert numbers_of(receiver, snapshot) == {
        TYPES[fault]: list(range(place * times, (place + 1) * times)) for place, fault in enumerate(FAULTS)
    }
    assert (snapshot["strays"], snapshot["hooks"]["problems"]) == ([], [])
    assert (snapshot["errors_overflow"], snapshot["strays_overflow"]) == (0, 0)


def check_departures(combination: Combination, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADTEST_FAULTLESS", "1")
    with hooked(combination, folder) as (receiver, _, port):
        count = leave_in_every_manner(combination.kind, port)
        snapshot = settled(receiver, count)

    assert count == 35
    assert snapshot["errors"] == []
    assert snapshot["strays"] == []
    assert snapshot["hooks"]["problems"] == []


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this test's app and collector meet."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_each_fault_of_one_server_is_counted_exactly_with_its_channel_and_navigations(
    tmp_path: Path,
) -> None:
    check_faults(QUICK, 5, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_each_fault_is_counted_exactly_with_its_channel_and_navigations(
    combination: Combination, tmp_path: Path
) -> None:
    check_faults(combination, 20, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_visitors_who_leave_in_every_manner_are_no_errors_of_an_app_without_faults(
    combination: Combination, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_departures(combination, tmp_path, monkeypatch)
