"""Errors that end greenlets, with real gevent; the matrix has eventlet."""

import sys
from collections.abc import Iterator

import gevent
import gevent.greenlet
import gevent.hub
import gevent.pool
import pytest

from loadtest.hooks.channels.hub import watch_gevent_greenlets, watch_gevent_hub
from loadtest.hooks.context import TASK, Place, current
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.swap import together
from tests.hooks.channels.counted import errors_of, strays_of, within
from tests.hooks.hooked_servers import environ_of


@pytest.fixture(autouse=True)
def _watched(process: HookedProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gevent.get_hub(), "exception_stream", None)  # it would print
    undo = together(
        watch_gevent_hub(process, sys.modules["gevent.hub"]),
        watch_gevent_greenlets(process, sys.modules["gevent.greenlet"]),
    )
    yield
    undo()


def fail() -> None:
    gevent.sleep(0)
    raise KeyError("planted")


def test_a_greenlet_that_fails_is_an_error_of_who_spawned_it(process: HookedProcess, place: Place) -> None:
    with within(place):
        greenlets = [gevent.spawn(fail), gevent.spawn_later(0.001, fail), gevent.pool.Pool(2).spawn(fail)]
    with within(place.started_as(TASK)):
        greenlets.append(gevent.spawn(fail))
    greenlets.append(gevent.spawn(fail))
    gevent.joinall(greenlets)

    assert errors_of(process) == [("hub", "KeyError", 3, [7]), ("task", "KeyError", 1, [7])]
    assert strays_of(process) == [("hub", "KeyError", 1)]


def test_what_a_greenlet_spawns_is_its_spawners_too(place: Place) -> None:
    def seen() -> int | None:
        found = current.get()
        return None if found is None else found.number

    with within(place):
        outer = gevent.spawn(lambda: gevent.spawn(seen).get())
    stranger = gevent.spawn(seen)

    assert (outer.get(), stranger.get()) == (7, None)


def test_a_greenlet_that_is_killed_is_none(process: HookedProcess, place: Place) -> None:
    with within(place):
        greenlet = gevent.spawn(gevent.sleep, 60)
    gevent.sleep(0)
    greenlet.kill()

    assert (errors_of(process), strays_of(process)) == ([], [])


def test_an_error_that_a_server_brings_with_its_request_is_the_visitors(process: HookedProcess) -> None:
    error = KeyError("planted")
    environ = dict(environ_of(9))
    gevent.get_hub().handle_error(environ, KeyError, error, None)
    gevent.get_hub().handle_error("a context", ValueError, ValueError(), None)

    assert errors_of(process) == [("hub", "KeyError", 1, [9])]
    assert strays_of(process) == [("hub", "ValueError", 1)]
