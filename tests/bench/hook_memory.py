"""What the hooks hold while events go on: visits come and leave, ten events each, and a run listens.

    python -m tests.bench.hook_memory [EVENTS]

Prints the KiB that lines of the hooks have allocated and not given back, at each tenth of the events.
"""

import asyncio
import contextlib
import gc
import json
import os
import sys
import tempfile
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import socketio

from loadtest import hooks
from tests.hooks.receiver import RUN, Receiver, receiving

EVENTS_OF_A_VISIT = 10
OURS = tracemalloc.Filter(inclusive=True, filename_pattern=str(Path(hooks.__file__).parent / "*"))


async def visit(server: Any, number: int) -> None:
    """Connect, send eight events of which one fails, and leave."""
    eio_sid = f"e{number}"
    environ = {"HTTP_TRACEPARENT": f"00-{RUN}{number:016x}-00000000000000aa-00"}
    await server.eio._trigger_event("connect", eio_sid, environ, run_async=False)
    await server._handle_connect(eio_sid, "/", {"token": 1})
    sid = server.manager.sid_from_eio_sid(eio_sid, "/")
    for index in range(EVENTS_OF_A_VISIT - 2):
        with contextlib.suppress(KeyError):
            await server._trigger_event("tick", "/", sid, index)
    await server.eio._trigger_event("disconnect", eio_sid, "transport close", run_async=False)


async def tick(_: str, index: int) -> None:
    """Fail now and then."""
    if index == 7:
        raise KeyError(index)


async def connect(*_: Any) -> None:
    """Let everybody in."""


def held_kib() -> float:
    """Return what the hooks hold."""
    gc.collect()
    found = tracemalloc.take_snapshot().filter_traces([OURS])
    return sum(trace.size for trace in found.traces) / 1024


class Counter(Receiver):
    """Keeps numbers alone: what it kept of an answer could live in memory that a line of the hooks took."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = 0
        """Entries of the journal."""
        self.pushes = 0

    def _take(self, token: str | None, body: bytes) -> tuple[int, Mapping[str, Any]]:
        data = json.loads(body)
        if token == f"Bearer {self.token}" and data["run"] == self.run:
            self.arrived = max(self.arrived, data["journal"]["from"] + len(data["journal"]["entries"]))
            self.pushes += 1
        return 200, {"run": self.run, "journal": self.arrived}


async def settle(counter: Counter, visits: int) -> None:
    """Wait until all that was noted (an error and an end of each visit) has arrived, and is let go.

    Raises:
        TimeoutError: it did not within a minute.
    """
    async with asyncio.timeout(60):
        while counter.arrived < 2 * visits:
            await asyncio.sleep(0.1)
        told = counter.pushes
        while counter.pushes < told + 3:
            await asyncio.sleep(0.1)


async def main(counter: Counter) -> None:
    """Measure and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    server = socketio.AsyncServer(async_mode="asgi")
    server.on("connect", connect)
    server.on("tick", tick)
    server.on("disconnect", connect)
    visits = events // EVENTS_OF_A_VISIT
    for number in range(1, visits + 1):
        await visit(server, number)
        if number % (visits // 10) == 0:
            await settle(counter, number)
            print(f"{number * EVENTS_OF_A_VISIT:9,} events {held_kib():9,.0f} KiB", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        counting = Counter()
        with receiving(Path(folder), counting):
            tracemalloc.start()
            hooks.install()
            asyncio.run(main(counting))
            hooks.uninstall()
