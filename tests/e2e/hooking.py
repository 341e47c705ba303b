"""Apps under the hooks, and visitors by hand, for the tests of what the hooks tell."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import websocket

from tests.e2e.harness import Served, free_port, served
from tests.hooks.receiver import RUN, Receiver

__all__ = ["LAUNCH", "SERVERS", "Visitor", "newest", "under_hooks", "wait_until_gone"]

SERVERS = (
    "python-socketio==5.18.1",
    "uvicorn[standard]>=0.30",
    "uvicorn-worker>=0.3",
    "hypercorn>=0.17",
    "gunicorn[gevent]>=23",
    "flask-socketio==5.7.0",
    "simple-websocket==1.1.0",
    "aiohttp>=3.9",
    "tornado>=6.4",
    "eventlet>=0.36",
)
"""An environment with every kind of server."""

LAUNCH = (
    sys.executable,
    "-c",
    "import sys; from loadtest.hooks.launcher import run; sys.exit(run(sys.argv[1:]))",
)
"""What ``loadtest instrument --`` does, without the time that importing the tool takes."""


class Visitor:
    """A client that sends each packet by hand, over a WebSocket."""

    def __init__(self, app: Served, number: int | None, path: str = "/socket.io/", query: str = "") -> None:
        address = app.url.replace("http:", "ws:") + f"{path}?EIO=4&transport=websocket{query}"
        header = [] if number is None else [f"traceparent: 00-{RUN}{number:016x}-00000000000000aa-00"]
        self.socket = websocket.create_connection(address, 10, header=header)
        self.heard = [str(self.socket.recv())]

    def say(self, text: str, *, answers: int = 0) -> "Visitor":
        """Send a packet, and hear so many; pings are answered and not kept."""
        self.socket.send(text)
        for _ in range(answers):
            while (heard := str(self.socket.recv())) == "2":
                self.socket.send("3")
            self.heard.append(heard)
        return self

    def ask(self, event: str) -> object:
        """Return the answer to an event that is acknowledged with one value."""
        self.say(f'420["{event}"]', answers=1)
        (answer,) = json.loads(self.heard[-1].removeprefix("430"))
        return answer

    def leave(self) -> None:
        """Drop the connection."""
        assert self.socket.sock
        self.socket.sock.close()


@contextlib.contextmanager
def under_hooks(
    command: Sequence[str], folder: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Start an app with the hooks in; ``{port}`` in its command becomes a free one."""
    port = free_port()
    variables = [f"{name}={value}" for name, value in (env or {}).items()]
    words = [word.replace("{port}", str(port)) for word in command]
    with served(["env", *variables, *LAUNCH, *words], port, folder / "app.log", cwd) as running:
        yield running


def newest(receiver: Receiver) -> list[dict[str, Any]]:
    """Return the newest snapshot of each process that was visited."""
    by_boot = {snapshot["boot"]: snapshot for snapshot in list(receiver.snapshots)}
    return [snapshot for snapshot in by_boot.values() if snapshot["visits"]]


def wait_until_gone(receiver: Receiver, visits: int) -> None:
    """Wait until so many visits have been told, and the end of each; the test's own asserts judge."""
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        told = newest(receiver)
        ends = [row["calls"] for one in told for row in one["handlers"] if row["event"] == "disconnect"]
        if sum(one["visits"] for one in told) == sum(ends) == visits:
            return
        time.sleep(0.02)
