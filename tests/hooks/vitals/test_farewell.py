"""Sleepers of real python-engineio sockets."""

import asyncio
import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import engineio
import pytest
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket
from socketio.admin import InstrumentedServer
from socketio.async_admin import InstrumentedAsyncServer

from loadtest.hooks.vitals.farewell import is_over, is_over_in_thread
from loadtest.hooks.vitals.inventory import Census


@pytest.mark.parametrize(("state", "over"), [("open", False), ("closed", True), ("closing", True)])
def test_the_ping_of_a_socket_that_has_closed_is_over(state: str, over: bool) -> None:
    async def main() -> bool:
        socket: Any = AsyncSocket(engineio.AsyncServer(async_mode="asgi"), "e1")
        vars(socket)[state] = True
        task = asyncio.ensure_future(socket._send_ping())
        await asyncio.sleep(0)
        names = Census(lambda: None).take([asyncio.get_running_loop()]).tasks or {}
        task.cancel()
        assert ("AsyncSocket._send_ping" in names) is not over
        return is_over(task.get_coro())

    assert asyncio.run(main()) is over


@contextmanager
def pinging(socket: Any) -> Iterator[threading.Thread]:
    go = threading.Event()
    socket.server.sleep = lambda _: go.wait(10)
    thread = threading.Thread(target=socket._send_ping)
    thread.start()
    yield thread
    go.set()
    thread.join()


@pytest.mark.parametrize("closed", [True, False])
def test_the_same_in_a_thread(closed: bool) -> None:
    socket: Any = Socket(engineio.Server(async_mode="threading"), "e1")
    socket.closed = closed
    before = Census(lambda: None).take([]).totals()["threads"]
    with pinging(socket) as thread:
        during = Census(lambda: None).take([]).totals()["threads"]

        assert is_over_in_thread(thread) is closed
        assert during == before if closed else during == before + 1  # type: ignore[operator]
        socket.closed = True  # it says nothing when it wakes up


@pytest.fixture
def instrumented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put python-socketio's own instruments in, as far as they are about pings."""
    for kind, admin in ((AsyncSocket, InstrumentedAsyncServer), (Socket, InstrumentedServer)):
        monkeypatch.setattr(kind, f"_{admin.__name__}__send_ping", kind._send_ping, raising=False)
        ping = functools.partialmethod(admin._eio_send_ping, FakeAdmin())
        monkeypatch.setattr(kind, "_send_ping", ping)


class FakeAdmin:
    """What they ask of their server: there are no namespaces."""

    sio = SimpleNamespace(manager=SimpleNamespace(get_namespaces=list))


@pytest.mark.usefixtures("instrumented")
def test_a_ping_within_the_frameworks_own_instruments_is_known_too() -> None:
    async def main() -> bool:
        socket: Any = AsyncSocket(engineio.AsyncServer(async_mode="asgi"), "e1")
        socket.closed = True
        task = asyncio.ensure_future(socket._send_ping())
        await asyncio.sleep(0)
        over = is_over(task.get_coro())
        task.cancel()
        return over

    assert asyncio.run(main())
    socket: Any = Socket(engineio.Server(async_mode="threading"), "e1")
    socket.closed = True
    with pinging(socket) as thread:
        assert is_over_in_thread(thread)


def test_what_is_anything_else_is_not_over() -> None:
    async def _send_ping() -> None:
        return None

    coroutine = _send_ping()

    assert not is_over(coroutine)
    assert not is_over(None)
    assert not is_over_in_thread(threading.main_thread())
    coroutine.close()
