"""Background tasks of the servers."""

# ruff: noqa: ARG002  # a thread's signature

import asyncio
import threading

import engineio
import engineio.async_server
import engineio.server
import pytest
import socketio

from loadtest.hooks.channels.task import watch_background_tasks
from loadtest.hooks.context import TASK, Place, current
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.swap import together
from tests.hooks.channels.counted import within

MODULES = (engineio.server, engineio.async_server)


@pytest.fixture
def seen(process: HookedProcess) -> object:
    """The places that were current in what was started."""
    undo = together(*(watch_background_tasks(process, module) for module in MODULES))
    yield []
    undo()


def test_a_task_of_the_apps_own_is_told_as_a_background_task(place: Place, seen: list[object]) -> None:
    server = socketio.AsyncServer(async_mode="asgi")

    async def work(*args: object, **kwargs: object) -> None:
        found = current.get()
        seen.append((found and (found.number, found.origin), args, kwargs))

    async def main() -> None:
        with within(place):
            await server.start_background_task(work, 1, name="b")
            assert current.get() is place
        await server.start_background_task(work)

    asyncio.run(main())
    assert seen == [((7, TASK), (1,), {"name": "b"}), (None, (), {})]


def test_what_the_frameworks_start_for_a_visitor_keeps_the_place_and_for_all_has_none(
    process: HookedProcess, place: Place, seen: list[object]
) -> None:
    server = engineio.Server(async_mode="threading")
    started = threading.Event()

    class FakeThread:
        def __init__(self, target: object, args: object, kwargs: object) -> None:
            seen.append(current.get())

        def start(self) -> None:
            started.set()

    server._async = {**server._async, "thread": FakeThread}
    with within(place):
        server.start_background_task(server._service_task)
        server.start_background_task(server.disconnect)

    assert seen == [None, place]
    assert process.problems == []
