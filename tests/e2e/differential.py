"""The same random visits to an app with the hooks in and without: what it says and does must be equal.

``python -m tests.e2e.differential 5000`` does it with so many visits, for asyncio and for threads.
"""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websocket

from tests.e2e.environments import python_with
from tests.e2e.harness import free_port, starting
from tests.e2e.hooking import LAUNCH
from tests.hooks.receiver import RUN, receiving

__all__ = ["MODES", "Outputs", "differences", "outputs_of", "stumbles"]

APP = Path(__file__).parent / "apps" / "differential_app.py"
REQUIREMENTS = (
    "python-socketio==5.18.1",
    "uvicorn[standard]>=0.30",
    "simple-websocket==1.1.0",
    "werkzeug>=3",
)
MODES = ("asgi", "threading")
AT_ONCE = 8
STRANGERS = 0.1
_THROWN_OUT_S = 0.3

_ANSWERS_TO_START = {"none": 2, "raise": 0, "type": 0, "refuse": 1, "builtin": 1, "false": 2}
STARTS = ("none",) * 12 + tuple(_ANSWERS_TO_START)[1:]
ENDS = ("none",) * 3 + ("value", "chained", "unspeakable", "type")
FAULTS = ("value", "chained", "unspeakable", "type", "group", "deep")


@dataclass(frozen=True, slots=True)
class Step:
    """What a visitor says, and how many packets answer it."""

    text: str
    """``$id`` is the id of the question that was heard last."""
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, drawn before anything is sent."""

    number: int
    is_stranger: bool
    is_polling: bool
    query: str
    steps: Sequence[Step]
    manner: str


def plan(number: int, seed: int) -> Visit:
    """Draw a visit."""
    rng = random.Random(f"{seed}:{number}")
    start, end = rng.choice(STARTS), rng.choice(ENDS)
    is_polling = rng.random() < 0.3
    steps: list[Step] = []
    if rng.random() < 0.92:
        auth = rng.choice(["", '{"token":"t"}'])
        steps.append(Step(f"40{auth}", _ANSWERS_TO_START[start]))
        if start == "none":
            steps += _talk(rng, number)
    manner = rng.choice(["41", "1"] if is_polling else ["drop", "41", "1", "close"])
    if not steps or "kick" in steps[-1].text:
        manner = "1" if is_polling else "drop"
    query = f"&start={start}&end={end}"
    return Visit(number, rng.random() < STRANGERS, is_polling, query, tuple(steps), manner)


def _talk(rng: random.Random, number: int) -> Iterator[Step]:
    for turn in range(rng.randrange(6)):
        data = {"n": number, "turn": turn}
        yield from rng.choice(_TALK)(rng, data)
    if rng.random() < 0.1:
        yield Step('42["kick",1]', 1)


def _event(name: str, data: dict[str, Any], answers: int, namespace: str = "", **more: Any) -> Step:
    text = json.dumps([name, {**data, **more}], separators=(",", ":"))
    return Step(f"42{namespace}0{text}", answers)


def _in(namespace: str, *steps: Step) -> list[Step]:
    return [Step(f"40{namespace},", 1), *steps]


def _say(data: dict[str, Any], word: str, *, is_failing: bool) -> Step:
    return _event("say", data, int(not is_failing), "/chat,", fails=is_failing, word=word)


_TALK: Sequence[Callable[[random.Random, dict[str, Any]], Sequence[Step]]] = (
    lambda _, data: [_event("echo", data, 1)],
    lambda _, data: [_event("pair", data, 1)],
    lambda _, data: [_event("bytes", data, 2)],
    lambda rng, data: [_event("fail", data, 0, kind=rng.choice(FAULTS))],
    lambda rng, data: [_event("fail", data, 0, kind=rng.choice(FAULTS))],
    lambda _, data: [_event("log", data, 1)],
    lambda _, data: [_event("thread", data, 1)],
    lambda _, data: [_event("task", data, 2, fails=False)],
    lambda _, data: [_event("task", data, 1, fails=True)],
    lambda _, data: [_event("room", data, 2, room=f"room {data['n']}")],
    lambda _, data: [_event("session", data, 1)],
    lambda _, data: [_event("nosuch", data, 0)],
    lambda _, data: [Step('420["echo"]'), _event("echo", data, 1)],  # one argument too few
    lambda _, data: [Step("42not json"), _event("echo", data, 1)],
    lambda _, data: [_event("ask", data, 2), Step('43$id["yes"]', 1)],
    lambda rng, data: _in(
        "/chat", _say(data, "a", is_failing=False), _say(data, "b", is_failing=rng.random() < 0.9)
    ),
    lambda _, data: _in("/wild", _event("whatever", data, 1, "/wild,")),
)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What an app said and did, with what is never the same twice made alike."""

    heard: dict[int, Counter[str]]
    """By visit: every packet."""
    log: Counter[str]
    """Its lines, without the frames of tracebacks."""
    status: int


def outputs_of(mode: str, visits: int, seed: int, runtime: Path, *, is_hooked: bool) -> Outputs:
    """Start the app, let all visit it, and stop it.

    Args:
        runtime: the ``XDG_RUNTIME_DIR`` of this process, in which the hooks find whom to push to.
    """
    log = runtime / f"{mode}-{is_hooked}.log"
    port = free_port()
    command = [str(python_with(*REQUIREMENTS)), "-u", str(APP), str(port), mode]
    command = [*LAUNCH, *command] if is_hooked else command
    with starting(command, runtime, log) as process:
        _wait(lambda: _accepts(port), "it does not listen", 60)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            drawn = [plan(number, seed) for number in range(visits)]
            heard = dict(pool.map(lambda visit: (visit.number, _visit(port, visit)), drawn))
        _wait_until_still(log)
        process.send_signal(signal.SIGINT)
        status = process.wait(60)
    return Outputs(heard, Counter(_lines(log.read_text())), status)


def _visit(port: int, visit: Visit) -> Counter[str]:
    header = {"traceparent": f"00-{RUN}{visit.number:016x}-00000000000000aa-00"}
    speaker = _Polling if visit.is_polling else _WebSocket
    heard: list[str] = []
    try:
        with contextlib.closing(speaker(port, visit.query, {} if visit.is_stranger else header)) as one:
            heard += one.hear(1)
            for step in visit.steps:
                question = re.findall(r'42(\d+)\["question"', " ".join(heard))
                one.say(step.text.replace("$id", question[-1] if question else "?"))
                heard += one.hear(step.answers)
            if "41" in heard:
                # thrown out, and told so before the server's own thread has dealt with it
                time.sleep(_THROWN_OUT_S)
            one.leave(visit.manner)
    except (OSError, websocket.WebSocketException, http.client.HTTPException) as error:
        heard.append(f"{type(error).__name__}: {error}")
    return Counter(_alike(packet) for packet in heard)


class _WebSocket:
    def __init__(self, port: int, query: str, header: Mapping[str, str]) -> None:
        address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket{query}"
        self._socket = websocket.create_connection(address, 20, header=dict(header))

    def say(self, text: str) -> None:
        self._socket.send(text)

    def hear(self, count: int) -> list[str]:
        return [str(self._socket.recv()) for _ in range(count)]

    def leave(self, manner: str) -> None:
        if manner == "close":
            self._socket.send_close(1001)
        elif manner != "drop":
            self._socket.send(manner)

    def close(self) -> None:
        if self._socket.sock:
            self._socket.sock.close()


class _Polling:
    def __init__(self, port: int, query: str, header: Mapping[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._path = f"/socket.io/?EIO=4&transport=polling{query}"
        self._header = dict(header)
        self._waiting = self._get()
        self._path += "&sid=" + json.loads(self._waiting[0][1:])["sid"]

    def say(self, text: str) -> None:
        self._connection.request("POST", self._path, text, self._header)
        self._connection.getresponse().read()

    def hear(self, count: int) -> list[str]:
        while len(self._waiting) < count:
            self._waiting += self._get()
        heard, self._waiting = self._waiting[:count], self._waiting[count:]
        return heard

    def leave(self, manner: str) -> None:
        self.say(manner)

    def close(self) -> None:
        self._connection.close()

    def _get(self) -> list[str]:
        self._connection.request("GET", self._path, headers=self._header)
        response = self._connection.getresponse()
        text = response.read().decode()
        return text.split("\x1e") if response.status == 200 else [f"{response.status} {text}"]


_CHANGING = (
    (re.compile(r"(?<![\w-])[\w-]{20}(?![\w-])"), "<id>"),
    (re.compile("0x[0-9a-f]+"), "<address>"),
    (re.compile(r"(Task|Thread)-\d+"), r"\1-<n>"),
    (re.compile(r"(127\.0\.0\.1'?(?:, |:))\d+"), r"\1<port>"),
    (re.compile(r"process \[\d+\]"), "process [<pid>]"),
)


def _alike(text: str) -> str:
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text


def _lines(log: str) -> Iterator[str]:
    """Yield the lines but for the frames of tracebacks: among them are the hooks' own."""
    return (_alike(line) for line in log.splitlines() if not line.startswith((" ", "\t")))


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _wait_until_still(log: Path) -> None:
    sizes: list[int] = []

    def is_still() -> bool:
        sizes.append(log.stat().st_size)
        return len(sizes) > 15 and len(set(sizes[-15:])) == 1

    _wait(is_still, "it does not stop to talk", 60)


def _wait(condition: Callable[[], bool], complaint: str, timeout_s: float) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, complaint
        time.sleep(0.1)


def stumbles(outputs: Outputs) -> list[str]:
    """Return what visitors could not do: their own mistakes, or a server that does not answer."""
    heard = [packet for packets in outputs.heard.values() for packet in packets]
    return [packet for packet in heard if re.match(r"\w+(Error|Exception|Timeout)?: |[45]\d\d ", packet)]


def differences(one: Outputs, other: Outputs) -> list[str]:
    """Return what is in one and not in the other, a line each; empty when they are equal."""
    found = [f"status {one.status} / {other.status}"] if one.status != other.status else []
    found += [
        f"visit {number}: {dict(packets - other.heard[number])} / {dict(other.heard[number] - packets)}"
        for number, packets in one.heard.items()
        if packets != other.heard[number]
    ]
    found += [f"log: {count} more without: {line}" for line, count in (one.log - other.log).items()]
    found += [f"log: {count} more with: {line}" for line, count in (other.log - one.log).items()]
    return found


def main(visits: int, *modes: str) -> int:
    """Compare for each mode; say what was compared, and what differs."""
    is_equal, seed = True, 1
    for mode in modes or MODES:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_RUNTIME_DIR"] = folder
            runtime = Path(folder)
            bare = outputs_of(mode, visits, seed, runtime, is_hooked=False)
            with receiving(runtime) as receiver:
                hooked = outputs_of(mode, visits, seed, runtime, is_hooked=True)
        seen = max((snapshot["visits"] for snapshot in receiver.snapshots), default=0)
        found = differences(bare, hooked)
        is_equal = is_equal and not found
        packets = sum(packets.total() for packets in bare.heard.values())
        print(
            f"{mode}: {visits} visits, {packets} packets, {bare.log.total()} lines, exit {bare.status};"
            f" the hooks saw {seen} visits; {len(found)} differences"
        )
        print("\n".join(found[:40]))
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:]))
