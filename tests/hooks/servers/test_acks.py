"""Acknowledgements of real python-socketio servers, measured from the event's arrival."""
# ruff: noqa: ARG001, ARG005  # handlers have the signatures that python-socketio calls

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import socketio
import socketio.async_server

from loadtest.hooks.process import HookedProcess
from loadtest.hooks.servers import acks
from loadtest.hooks.servers.acks import watch_acks
from tests.hooks.hooked_servers import told, visit, visit_sync


def nothing(*_: Any) -> None:
    return None


def server(**options: Any) -> Any:
    sio = socketio.AsyncServer(async_mode="asgi", **options)
    sio.on("connect", nothing)
    return sio


def server_sync(**options: Any) -> Any:
    sio = socketio.Server(async_mode="threading", **options)
    sio.on("connect", nothing)
    return sio


def row_of(process: HookedProcess, event: str) -> Any:
    (row,) = [row for row in told(process)["handlers"] if row["event"] == event]
    return row


def wait_until(condition: Callable[[], Any]) -> None:
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s, "it does not come true"
        time.sleep(0.005)


def run(sio: Any, *events: tuple[Any, ...]) -> None:
    """Let visit 3 send these: (event, number of the acknowledgement or None), and wait for the handlers."""

    async def main() -> None:
        await visit(sio, 3)
        for event, number, *arguments in events:
            await sio._handle_event("e1", arguments[0] if arguments else None, number, [event])
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    asyncio.run(main())


@pytest.mark.parametrize("async_handlers", [True, False])
def test_an_acknowledgement_is_measured_for_its_handler(process: HookedProcess, async_handlers: bool) -> None:
    sio = server(async_handlers=async_handlers)

    @sio.on("join")  # type: ignore[untyped-decorator]
    async def join(sid: str) -> str:
        await asyncio.sleep(0.02)
        return "ok"

    run(sio, ("join", 7), ("join", 8), ("join", None))

    row = row_of(process, "join")
    assert (row["calls"], row["latency"]["count"], row["ack"]["count"]) == (3, 3, 2)
    assert row["ack"]["max_us"] > 19_000
    assert row_of(process, "connect")["ack"]["count"] == 0


def test_the_time_until_a_task_starts_is_in_the_acknowledgement_and_not_in_the_handler(
    process: HookedProcess,
) -> None:
    sio = server()
    sio.on("join", lambda sid: "ok")

    async def main() -> None:
        await visit(sio, 3)
        await sio._handle_event("e1", "/", 1, ["join"])
        time.sleep(0.05)  # the task waits for the loop meanwhile
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    asyncio.run(main())
    row = row_of(process, "join")
    assert row["ack"]["max_us"] > 49_000 > row["latency"]["max_us"]


def test_the_time_until_a_thread_starts_is_in_the_acknowledgement_and_not_in_the_handler(
    process: HookedProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    sio = server_sync()
    sio.on("join", lambda sid: "ok")

    def start_late(target: Any, *args: Any) -> None:
        timer = threading.Timer(0.05, target, args)
        timer.start()

    monkeypatch.setattr(sio, "start_background_task", start_late)
    visit_sync(sio, 3)
    sio._handle_event("e1", "/", 1, ["join"])
    wait_until(lambda: row_of(process, "join")["ack"]["count"])

    row = row_of(process, "join")
    assert row["ack"]["max_us"] > 49_000 > row["latency"]["max_us"]


def test_events_of_a_namespace_and_a_binary_acknowledgement(process: HookedProcess) -> None:
    sio = server()
    sio.on("connect", nothing, namespace="/chat")
    sio.on("join", lambda sid: b"bytes", namespace="/chat")

    async def main() -> None:
        await visit(sio, 3)
        await visit(sio, 3, namespace="/chat")
        await sio._handle_event("e1", "/chat", 1, ["join"])
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    asyncio.run(main())
    row = row_of(process, "join")
    assert (row["namespace"], row["ack"]["count"]) == ("/chat", 1)


def test_a_handler_that_raises_or_is_not_there_acknowledges_nothing(process: HookedProcess) -> None:
    sio = server(async_handlers=False)

    @sio.on("fail")  # type: ignore[untyped-decorator]
    async def fail(sid: str) -> None:
        raise ValueError

    async def main() -> None:
        await visit(sio, 3)
        with pytest.raises(ValueError):  # noqa: PT011
            await sio._handle_event("e1", "/", 1, ["fail"])
        await sio._handle_event("e1", "/", 2, ["nobody"])

    asyncio.run(main())
    assert [(row["event"], row["ack"]["count"]) for row in told(process)["handlers"]] == [
        ("connect", 0),
        ("fail", 0),
        ("nobody", 0),
    ]


def test_a_stranger_is_acknowledged_and_not_measured(process: HookedProcess) -> None:
    sio = server(async_handlers=False)
    sio.on("join", lambda sid: "ok")
    sent = []

    async def main() -> None:
        await visit(sio, None)

        async def send(eio_sid: str, packet: str) -> None:
            sent.append(packet)

        sio.eio.send = send
        await sio._handle_event("e1", "/", 1, ["join"])

    asyncio.run(main())
    assert sent == ['31["ok"]']
    assert (told(process), process.problems) == (None, [])


def test_what_is_never_acknowledged_is_bounded(
    process: HookedProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acks, "_MAX_ASKED", 3)
    sio = server_sync()
    handled: list[Any] = []
    monkeypatch.setattr(sio, "start_background_task", lambda target, *args: handled.append((target, args)))
    sio.on("join", lambda sid: "ok")
    visit_sync(sio, 3)
    for number in range(5):
        sio._handle_event("e1", "/", number, ["join"])
    for target, args in handled:
        target(*args)

    assert row_of(process, "join")["ack"]["count"] == 3


def test_a_class_of_another_layout_is_left_alone_and_told() -> None:
    class Server:
        def _handle_event(self) -> None:
            return None

    process = HookedProcess()
    before = dict(vars(Server))
    watch_acks(Server, process, is_async=False)()

    assert dict(vars(Server)) == before
    assert process.problems == ["acknowledgements of Server are not measured: it has another layout"]


def test_everything_is_put_back() -> None:
    owner = socketio.async_server.AsyncServer
    before = {name: vars(owner)[name] for name in ("_handle_event", "_send_packet")}
    undo = watch_acks(owner, HookedProcess(), is_async=True)
    assert all(vars(owner)[name] is not method for name, method in before.items())

    undo()

    assert {name: vars(owner)[name] for name in before} == before


def test_a_fault_of_the_hooks_does_not_reach_the_app(process: HookedProcess) -> None:
    sio = server(async_handlers=False)
    sio.on("join", lambda sid: "ok")

    async def main() -> None:
        await visit(sio, 3)
        process.recorder.acknowledge = None  # type: ignore[method-assign,assignment]
        await sio._handle_event("e1", "/", 1, ["join"])

    asyncio.run(main())
    assert process.problems == ["a fault of the hooks: TypeError in _note_departure, line " + line_of()]


def line_of() -> str:
    code = acks._note_departure.__code__
    return str(code.co_firstlineno + 2)
