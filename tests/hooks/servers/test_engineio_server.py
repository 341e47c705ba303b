"""Connections of real python-engineio servers, seen from the hooks."""
# ruff: noqa: ARG001, ARG005  # handlers have the signatures that python-socketio calls

import asyncio
from typing import Any

import engineio
import pytest
import socketio

from loadtest.hooks.context import Place, current, enter
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import RUN, environ_of, leave, told, visit


def gone_of(process: HookedProcess) -> list[tuple[int, str | None, tuple[str, ...]]]:
    return [
        (entry["number"], entry["reason"], entry["events"])
        for entry in told(process)["journal"]["entries"]
        if entry["kind"] == "gone"
    ]


def test_a_departure_before_connect_is_told_with_no_events(process: HookedProcess) -> None:
    sio = socketio.AsyncServer(async_mode="asgi")

    async def main() -> None:
        await sio.eio._trigger_event("connect", "e1", environ_of(12), run_async=False)
        await leave(sio, "e1", "ping timeout")

    asyncio.run(main())
    assert told(process)["visits"] == 1
    assert told(process)["handlers"] == []
    assert gone_of(process) == [(12, "ping timeout", ())]


def test_the_end_is_told_after_the_frameworks_own_handling_of_it(process: HookedProcess) -> None:
    sio = socketio.AsyncServer(async_mode="asgi")
    before: list[Any] = []
    sio.on("connect", lambda *_: None)

    @sio.on("disconnect")  # type: ignore[untyped-decorator]
    async def disconnect(sid: str, reason: str) -> None:
        await asyncio.sleep(0)
        before.append(gone_of(process))

    async def main() -> None:
        await visit(sio, 3)
        await leave(sio)

    asyncio.run(main())
    assert before == [[]]
    assert gone_of(process) == [(3, "transport close", ("connect", "disconnect"))]


def test_each_connection_of_a_navigation_is_told(process: HookedProcess) -> None:
    sio = socketio.AsyncServer(async_mode="asgi")
    sio.on("connect", lambda *_: None)

    async def main() -> None:
        await visit(sio, 3, "e1")
        await visit(sio, 3, "e2")
        await leave(sio, "e1")
        await leave(sio, "e2", "client disconnect")

    asyncio.run(main())
    assert gone_of(process) == [
        (3, "transport close", ("connect", "disconnect")),
        (3, "client disconnect", ("connect", "disconnect")),
    ]


def test_an_old_version_that_gives_no_reason_is_told_without_one(process: HookedProcess) -> None:
    eio = engineio.AsyncServer(async_mode="asgi")
    eio.on("disconnect", lambda sid: None)

    async def main() -> None:
        await eio._trigger_event("connect", "e1", environ_of(3))
        await eio._trigger_event("disconnect", "e1", run_async=False)

    asyncio.run(main())
    assert gone_of(process) == [(3, None, ())]


@pytest.mark.parametrize(
    ("answer", "is_watched"), [(None, True), (True, True), (False, False), ("no", False)]
)
def test_a_connection_that_the_app_rejects_is_forgotten(
    process: HookedProcess, answer: object, is_watched: bool
) -> None:
    eio = engineio.AsyncServer(async_mode="asgi")
    eio.on("connect", lambda sid, environ: answer)
    sync = engineio.Server(async_mode="threading")
    sync.on("connect", lambda sid, environ: answer)

    assert asyncio.run(eio._trigger_event("connect", "e1", environ_of(3))) is answer
    assert sync._trigger_event("connect", "e2", environ_of(4)) is answer
    assert list(process.recorder.connections) == (["e1", "e2"] if is_watched else [])


def test_messages_of_a_request_that_is_known_pass_through_to_the_very_coroutine_of_the_framework(
    process: HookedProcess,
) -> None:
    eio = engineio.AsyncServer(async_mode="asgi")

    async def main() -> Any:
        enter(Place(RUN, 3))
        await eio._trigger_event("connect", "e1", environ_of(3))
        coroutine = eio._trigger_event("message", "e1", "data")
        await coroutine
        return coroutine.__qualname__, coroutine.cr_code.co_filename

    name, file = asyncio.run(main())
    assert name == "AsyncServer._trigger_event"
    assert file == engineio.async_server.__file__
    assert process.problems == []


@pytest.mark.parametrize("is_async", [True, False])
def test_a_message_is_handled_in_the_place_of_its_connection(process: HookedProcess, is_async: bool) -> None:
    places = []

    def handle(sid: str, data: object) -> None:
        place = current.get()
        places.append((sid, None if place is None else place.number))

    async def handle_too(sid: str, data: object) -> None:
        handle(sid, data)

    async def main() -> None:
        eio = engineio.AsyncServer(async_mode="asgi")
        eio.on("message", handle_too)
        for sid, number in (("e1", 3), ("e2", 4), ("e3", None)):
            await eio._trigger_event("connect", sid, environ_of(number))
        for sid in ("e1", "e2", "e3"):
            await (await eio._trigger_event("message", sid, "data", run_async=True))

    if is_async:
        asyncio.run(main())
    else:
        eio = engineio.Server(async_mode="threading")
        eio.on("message", handle)
        for sid, number in (("e1", 3), ("e2", 4), ("e3", None)):
            eio._trigger_event("connect", sid, environ_of(number))
        for sid in ("e1", "e2", "e3"):
            eio._trigger_event("message", sid, "data")
    assert places == [("e1", 3), ("e2", 4), ("e3", None)]
    assert current.get() is None


def test_arguments_that_no_version_gives_do_no_harm(process: HookedProcess) -> None:
    eio = engineio.Server(async_mode="threading")

    assert eio._trigger_event("connect") is None
    assert eio._trigger_event("disconnect") is None
    assert [problem.partition(",")[0] for problem in process.problems] == [
        "a fault of the hooks: IndexError in _opened",
        "a fault of the hooks: IndexError in _connection_of",
    ]


def test_a_fault_of_the_hooks_at_the_end_of_a_connection_stays_with_them(process: HookedProcess) -> None:
    eio = engineio.Server(async_mode="threading")
    reasons: list[str] = []
    eio.on("disconnect", lambda sid, reason: reasons.append(reason))
    eio._trigger_event("connect", "e1", environ_of(3))
    eio._trigger_event("message", "e1", "data")
    process.recorder.close = None  # type: ignore[method-assign, assignment]

    eio._trigger_event("disconnect", "e1", "transport close")

    assert reasons == ["transport close"]
    assert [problem.partition(",")[0] for problem in process.problems] == [
        "a fault of the hooks: TypeError in _closed"
    ]


def test_the_end_of_a_strangers_connection_is_not_told(process: HookedProcess) -> None:
    eio = engineio.Server(async_mode="threading")
    eio._trigger_event("connect", "e1", {})
    eio._trigger_event("disconnect", "e1", "transport close")

    assert process.recorder.runs() == []


def test_a_server_of_engine_io_alone_is_counted(process: HookedProcess) -> None:
    server = engineio.Server(async_mode="threading")
    server.on("connect", lambda sid, environ: None)
    server.on("message", lambda sid, data: None)
    server.on("disconnect", lambda sid, reason: None)
    server._trigger_event("connect", "e1", environ_of(1), run_async=False)
    server._trigger_event("message", "e1", "hello", run_async=False)
    server._trigger_event("disconnect", "e1", "transport close", run_async=False)

    assert (told(process)["visits"], told(process)["handlers"]) == (1, [])
    (gone,) = told(process)["journal"]["entries"]
    assert (gone["number"], gone["reason"], gone["events"]) == (1, "transport close", ())
    process.read_residue()
    assert (process.problems, process.missing) == ([], [])
