"""Errors that reach an event loop's exception handler."""

import asyncio
import asyncio.base_events
import contextvars
import gc
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from loadtest.hooks.channels.log import watch_logging
from loadtest.hooks.channels.loop import watch_asyncio
from loadtest.hooks.context import TASK, Place
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.swap import together
from tests.hooks.channels.counted import errors_of, strays_of, within


@pytest.fixture(autouse=True)
def _watched(process: HookedProcess) -> Iterator[None]:
    undo = together(watch_asyncio(process, asyncio.base_events), watch_logging(process, logging))
    yield
    undo()


async def fail() -> None:
    await asyncio.sleep(0)
    raise KeyError("planted")


def run(main: Callable[[], Awaitable[None]]) -> list[str]:
    """Run on a loop of its own; return what its exception handler was told."""
    told: list[str] = []

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        told.append(context["message"])
        loop.default_exception_handler(context)

    async def whole() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(tell)
        await main()
        for _ in range(3):
            await asyncio.sleep(0)
        gc.collect()

    asyncio.run(whole())
    return told


def test_a_task_that_nobody_awaited_is_an_error_of_who_created_it(
    process: HookedProcess, place: Place
) -> None:
    async def main() -> None:
        with within(place):
            task = asyncio.create_task(fail())
        await asyncio.wait([task])

    assert run(main) == ["Task exception was never retrieved"]
    assert errors_of(process) == [("loop", "KeyError", 1, [7])]
    assert strays_of(process) == []


def test_even_when_the_task_is_part_of_a_cycle(process: HookedProcess, place: Place) -> None:
    class Worker:
        async def work(self) -> None:
            self.myself = self
            await fail()

    async def main() -> None:
        worker = Worker()
        with within(place):
            worker.task = asyncio.create_task(worker.work())  # type: ignore[attr-defined]
        await asyncio.wait([worker.task])  # type: ignore[attr-defined]
        del worker

    assert run(main) == ["Task exception was never retrieved"]
    assert errors_of(process) == [("loop", "KeyError", 1, [7])]


def test_a_task_dropped_by_somebody_elses_work_is_not_theirs(process: HookedProcess, place: Place) -> None:
    async def main() -> None:
        tasks = [asyncio.create_task(fail())]
        await asyncio.wait(tasks)
        with within(place):
            tasks.clear()

    assert run(main) == ["Task exception was never retrieved"]
    assert errors_of(process) == []
    assert strays_of(process) == [("loop", "KeyError", 1)]


def test_a_callback_is_an_error_of_who_scheduled_it(process: HookedProcess, place: Place) -> None:
    def call() -> None:
        raise KeyError("planted")

    async def main() -> None:
        with within(place):
            asyncio.get_running_loop().call_soon(call)
        asyncio.get_running_loop().call_soon(call)

    assert len(run(main)) == 2
    assert errors_of(process) == [("loop", "KeyError", 1, [7])]
    assert strays_of(process) == [("loop", "KeyError", 1)]


def test_a_background_task_is_told_as_one(process: HookedProcess, place: Place) -> None:
    async def main() -> None:
        with within(place.started_as(TASK)):
            task = asyncio.create_task(fail())
        await asyncio.wait([task])

    run(main)
    assert errors_of(process) == [("task", "KeyError", 1, [7])]


def test_an_exception_that_was_awaited_is_none(process: HookedProcess, place: Place) -> None:
    async def main() -> None:
        with within(place):
            task = asyncio.create_task(fail())
            with pytest.raises(KeyError):
                await task

    assert run(main) == []
    assert errors_of(process) == []


def test_a_context_of_the_apps_own_tells_the_place(process: HookedProcess, place: Place) -> None:
    async def main() -> None:
        with within(place):
            context = contextvars.copy_context()
        task = asyncio.get_running_loop().create_task(fail(), context=context)
        await asyncio.wait([task])

    run(main)
    assert errors_of(process) == [("loop", "KeyError", 1, [7])]


def test_the_app_cannot_see_how_a_task_knows_its_place(place: Place) -> None:
    async def main() -> None:
        with within(place):
            marked = asyncio.create_task(asyncio.sleep(0))
        bare = asyncio.create_task(asyncio.sleep(0))
        assert dir(marked) == dir(bare)
        assert not hasattr(marked, "__dict__")
        await asyncio.wait([marked, bare])

    run(main)


def test_strange_reports_pass_through(process: HookedProcess) -> None:
    reports: list[Any] = [{"message": "m"}, {"message": "m", "exception": None}, {"exception": SystemExit()}]

    async def main() -> None:
        for report in reports:
            asyncio.get_running_loop().call_exception_handler({"message": "m", **report})

    assert run(main) == ["m", "m", "m"]
    assert (strays_of(process), process.problems) == ([], [])
