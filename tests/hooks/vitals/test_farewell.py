"""Sleepers of real python-engineio sockets."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import engineio
import pytest
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket

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


def test_what_is_anything_else_is_not_over() -> None:
    async def _send_ping() -> None:
        return None

    coroutine = _send_ping()

    assert not is_over(coroutine)
    assert not is_over(None)
    assert not is_over_in_thread(threading.main_thread())
    coroutine.close()
