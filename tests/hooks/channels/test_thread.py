"""Errors that end threads; threads and executors that know whose work they do."""

import concurrent.futures.thread
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from loadtest.hooks.channels.thread import watch_executors, watch_threads
from loadtest.hooks.context import TASK, Place, current
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.swap import together
from tests.hooks.channels.counted import errors_of, strays_of, within


@pytest.fixture(autouse=True)
def _watched(process: HookedProcess) -> Iterator[None]:
    undo = together(watch_threads(process, threading), watch_executors(process, concurrent.futures.thread))
    yield
    undo()


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the app's own ``threading.excepthook`` was told."""
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append((args.exc_type, args.thread)))
    return told


def fail() -> None:
    raise KeyError("planted")


def seen() -> int | None:
    place = current.get()
    return None if place is None else place.number


def run(thread: threading.Thread, place: Place | None) -> None:
    with within(place):
        thread.start()
    thread.join()


def test_a_thread_that_fails_is_an_error_of_who_started_it(
    process: HookedProcess, place: Place, heard: list[Any]
) -> None:
    class Own(threading.Thread):
        def run(self) -> None:
            fail()

    threads = [threading.Thread(target=fail), Own(), threading.Thread(target=fail)]
    run(threads[0], place)
    run(threads[1], place)
    run(threads[2], None)

    assert errors_of(process) == [("thread", "KeyError", 2, [7])]
    assert strays_of(process) == [("thread", "KeyError", 1)]
    assert heard == [(KeyError, thread) for thread in threads]


def test_what_a_thread_starts_is_its_starters_too(process: HookedProcess, place: Place) -> None:
    def start() -> None:
        run(threading.Thread(target=fail), current.get())

    run(threading.Thread(target=start), place.started_as(TASK))

    assert errors_of(process) == [("task", "KeyError", 1, [7])]


def test_a_thread_that_ends_by_itself_or_exits_is_none(process: HookedProcess, place: Place) -> None:
    def leave() -> None:
        raise SystemExit

    run(threading.Thread(target=leave), place)
    run(threading.Thread(), place)

    assert (errors_of(process), strays_of(process)) == ([], [])


def test_a_thread_looks_as_without_hooks(place: Place) -> None:
    thread = threading.Thread(target=print)
    before = set(vars(thread))
    run(thread, place)

    assert set(vars(thread)) <= before
    with pytest.raises(RuntimeError, match="threads can only be started once"):
        run(thread, place)


def test_an_executors_work_is_done_in_the_place_of_who_submitted_it(place: Place) -> None:
    with ThreadPoolExecutor(1) as executor:
        with within(place):
            first = executor.submit(seen)
        second = executor.submit(seen)
        with within(Place(place.run, 8)):
            third = executor.submit(seen)

        assert [first.result(), second.result(), third.result()] == [7, None, 8]


def test_a_thread_that_lets_nobody_set_its_attributes_runs_and_is_watched(
    process: HookedProcess, place: Place
) -> None:
    class Frozen(threading.Thread):
        def __setattr__(self, name: str, value: object) -> None:
            if name == "_invoke_excepthook" and name in vars(self):
                raise AttributeError(name)
            super().__setattr__(name, value)

    with within(place):
        thread = Frozen(target=fail)
        thread.start()
        thread.join(10)

    assert errors_of(process) == [("thread", "KeyError", 1, [7])]


def test_an_exception_in_an_executor_belongs_to_its_future(process: HookedProcess, place: Place) -> None:
    with ThreadPoolExecutor(1) as executor, within(place):
        future = executor.submit(fail)

    assert isinstance(future.exception(), KeyError)
    assert (errors_of(process), strays_of(process)) == ([], [])
