"""Servers of the app's own classes: those that pass the hooks, and those that go past them."""

import functools
from typing import Any

import engineio
import pytest
import socketio

from loadtest.hooks.process import HookedProcess
from loadtest.hooks.servers.bypass import why_unseen


class Plain(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio has no types
    """Adds nothing."""


class Calling(socketio.AsyncServer):  # type: ignore[misc]
    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        return await super()._trigger_event(event, namespace, *args)


class CallingByName(socketio.Server):  # type: ignore[misc]
    def _trigger_event(self, *args: Any) -> Any:
        def inner() -> Any:
            return socketio.Server._trigger_event(self, *args)

        return inner()


class Alone(socketio.AsyncServer):  # type: ignore[misc]
    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        return self.handlers[namespace][event](*args)


class BelowAlone(Alone):
    async def _trigger_event(self, *args: Any) -> Any:
        return await super()._trigger_event(*args)


class EngineAlone(engineio.Server):  # type: ignore[misc]  # python-engineio has no types
    def _trigger_event(self, event: str, *args: Any, **_: Any) -> Any:
        return self.handlers[event](*args)


def traced(method: Any) -> Any:
    @functools.wraps(method)
    def around(*args: Any) -> Any:
        return method(*args)

    return around


class AloneDecorated(socketio.Server):  # type: ignore[misc]
    _trigger_event = traced(Alone._trigger_event)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (socketio.AsyncServer, None),
        (socketio.Server, None),
        (engineio.Server, None),
        (Plain, None),
        (Calling, None),
        (CallingByName, None),
        (Alone, "Alone is not counted: Alone has a _trigger_event that calls no other"),
        (BelowAlone, "BelowAlone is not counted: Alone has a _trigger_event that calls no other"),
        (
            AloneDecorated,
            "AloneDecorated is not counted: AloneDecorated has a _trigger_event that calls no other",
        ),
        (EngineAlone, "EngineAlone is not counted: EngineAlone has a _trigger_event that calls no other"),
    ],
)
def test_a_class_with_a_method_in_the_hooks_place_is_told(
    kind: type, said: str | None, process: HookedProcess
) -> None:
    mode = (
        "threading"
        if kind.__name__ in ("Server", "CallingByName", "AloneDecorated", "EngineAlone")
        else "asgi"
    )

    assert why_unseen(kind(async_mode=mode)) == said
    assert process.missing == []


def test_a_wrapper_on_the_object_that_calls_on_passes() -> None:
    sio = socketio.Server(async_mode="threading")
    original = sio._trigger_event
    sio._trigger_event = lambda *args: original(*args)

    assert why_unseen(sio) is None


def test_a_method_on_the_object_that_calls_nothing_is_told() -> None:
    sio = socketio.Server(async_mode="threading")
    sio._trigger_event = lambda *args: args

    assert why_unseen(sio) == "Server is not counted: the object has a _trigger_event that calls no other"


def test_the_admin_console_passes() -> None:
    sio = socketio.Server(async_mode="threading")
    console = sio.instrument(auth=False, mode="development")
    try:
        assert why_unseen(sio) is None
    finally:
        console.uninstrument()  # it has put itself into a class, for all servers


def test_what_is_not_written_in_python_gets_the_benefit_of_the_doubt() -> None:
    sio = socketio.Server(async_mode="threading")
    sio._trigger_event = print

    assert why_unseen(sio) is None


@pytest.mark.parametrize(("kind", "missing"), [(Calling, 0), (Alone, 1)])
def test_a_process_tells_it_once_a_visit_has_reached_it(
    kind: type, missing: int, process: HookedProcess
) -> None:
    sio = kind(async_mode="asgi")
    before = list(process.missing)
    process.servers.add_socketio(sio)
    process.read_residue()
    process.read_residue()

    assert (before, len(process.missing), process.problems) == ([], missing, [])
