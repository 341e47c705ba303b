"""What the hooks cost an event: a no-op handler, called with and without them in turn.

    python tests/bench/hook_cost.py [EVENTS]

Prints microseconds for an event (median of the rounds) and the ratio to the unhooked event of the same
run; a figure alone says little, since the machine's mood falls on both.
"""

import asyncio
import contextlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import socketio

from loadtest import hooks

ROUNDS = 9
RUN = "00112233445566ff"


def environ_of(number: int | None) -> dict[str, str]:
    """Return what a visit's request (None: a stranger's) brings into ``environ``."""
    return {} if number is None else {"HTTP_TRACEPARENT": f"00-{RUN}{number:016x}-00000000000000aa-00"}


async def async_event(number: int | None, events: int) -> float:
    """Return the seconds that so many events take on an AsyncServer."""
    server = socketio.AsyncServer(async_mode="asgi")
    server.on("connect", _async_nothing)
    server.on("tick", _async_nothing)
    sid = await server.manager.pre_connect("eio", "/")
    await server.eio._trigger_event("connect", "eio", environ_of(number))
    await server._trigger_event("connect", "/", sid, environ_of(number), {"token": 1})
    began_s = time.perf_counter()
    for _ in range(events):
        await server._trigger_event("tick", "/", sid, "data")
    return time.perf_counter() - began_s


async def async_failure(number: int | None, events: int) -> float:
    """Return the seconds that so many events take whose handler raises."""
    server = socketio.AsyncServer(async_mode="asgi")
    server.on("connect", _async_nothing)
    server.on("fail", _async_failure)
    sid = await server.manager.pre_connect("eio", "/")
    await server.eio._trigger_event("connect", "eio", environ_of(number))
    await server._trigger_event("connect", "/", sid, environ_of(number), {"token": 1})
    began_s = time.perf_counter()
    for _ in range(events):
        with contextlib.suppress(KeyError):
            await server._trigger_event("fail", "/", sid, "data")
    return time.perf_counter() - began_s


async def async_acknowledged(number: int | None, events: int) -> float:
    """Return the seconds that so many events take that are acknowledged, from the packet on."""
    server = socketio.AsyncServer(async_mode="asgi", async_handlers=False)
    server.on("connect", _async_nothing)
    server.on("tick", _async_nothing)
    server.eio.send = _async_nothing
    await server.eio._trigger_event("connect", "eio", environ_of(number))
    await server._handle_connect("eio", "/", {"token": 1})
    began_s = time.perf_counter()
    for _ in range(events):
        await server._handle_event("eio", "/", 7, ["tick", "data"])
    return time.perf_counter() - began_s


def sync_event(number: int | None, events: int) -> float:
    """Return the seconds that so many events take on a Server."""
    server = socketio.Server(async_mode="threading")
    server.on("connect", _nothing)
    server.on("tick", _nothing)
    sid = server.manager.pre_connect("eio", "/")
    server.eio._trigger_event("connect", "eio", environ_of(number))
    server._trigger_event("connect", "/", sid, environ_of(number), {"token": 1})
    began_s = time.perf_counter()
    for _ in range(events):
        server._trigger_event("tick", "/", sid, "data")
    return time.perf_counter() - began_s


def async_message(number: int | None, events: int) -> float:
    """Return the seconds that so many Engine.IO messages take to pass through."""

    async def main() -> float:
        server = socketio.AsyncServer(async_mode="asgi").eio
        server.on("message", _async_nothing)
        await server._trigger_event("connect", "eio", environ_of(number))
        began_s = time.perf_counter()
        for _ in range(events):
            await server._trigger_event("message", "eio", "2")
        return time.perf_counter() - began_s

    return asyncio.run(main())


async def _async_failure(*_: Any) -> None:
    raise KeyError


async def _async_nothing(*_: Any) -> None:
    return None


def _nothing(*_: Any) -> None:
    return None


def main() -> None:
    """Measure and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    cases: dict[str, tuple[Callable[[int | None, int], float], int | None]] = {
        "async, a visit's event": (lambda n, e: asyncio.run(async_event(n, e)), 7),
        "async, a stranger's event": (lambda n, e: asyncio.run(async_event(n, e)), None),
        "async, a visit's failed event": (lambda n, e: asyncio.run(async_failure(n, e)), 7),
        "async, an acknowledged event": (lambda n, e: asyncio.run(async_acknowledged(n, e)), 7),
        "async, a stranger's, acknowledged": (lambda n, e: asyncio.run(async_acknowledged(n, e)), None),
        "sync, a visit's event": (sync_event, 7),
        "sync, a stranger's event": (sync_event, None),
        "async, an Engine.IO message": (async_message, 7),
    }
    print(f"{'':35}{'unhooked µs':>12}{'hooked µs':>12}{'hooks µs':>10}{'ratio':>8}")
    for name, (measure, number) in cases.items():
        bare, hooked = [], []
        for _ in range(ROUNDS):
            bare.append(measure(number, events) / events * 1e6)
            hooks.install()
            hooked.append(measure(number, events) / events * 1e6)
            hooks.uninstall()
        without, within = statistics.median(bare), statistics.median(hooked)
        print(f"{name:35}{without:12.2f}{within:12.2f}{within - without:10.2f}{within / without:8.2f}")


if __name__ == "__main__":
    main()
