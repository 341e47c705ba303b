"""What real servers still hold of a run's visits."""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio

from loadtest.hooks import residue
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.residue import KINDS, Reading, Servers
from tests.hooks.hooked_servers import RUN, leave, visit


def read(process: HookedProcess) -> Reading:
    return Reading(process.recorder, process.servers)


def counts(reading: Reading, run: str = RUN) -> list[int | None]:
    """Return sids, Engine.IO sockets, rooms, environs, pending disconnects."""
    return [reading.count(run, kind) for kind in KINDS]


def server_with(disconnect: Callable[[str, str], None]) -> Any:
    sio = socketio.AsyncServer(async_mode="asgi")
    sio.eio.logger = logging.getLogger("test")
    sio.on("connect", lambda *_: None)
    sio.on("disconnect", disconnect)
    return sio


def calm(sid: str, reason: str) -> None:
    return None


def faulty(sid: str, reason: str) -> None:
    raise KeyError(sid)


def test_visitors_who_are_there_are_counted_with_their_rooms(process: HookedProcess) -> None:
    sio = server_with(calm)

    async def main() -> None:
        sids = [await visit(sio, number, f"e{number}") for number in (7, 8)]
        for sid in sids:
            await sio.enter_room(sid, "lobby")
        sio.eio.sockets["e7"] = object()

    asyncio.run(main())
    reading = read(process)
    assert counts(reading) == [2, 1, 3, 2, 0]
    assert [reading.numbers(RUN, kind) for kind in KINDS] == [[7, 8], [7], [7, 8], [7, 8], []]


def test_a_room_with_a_stranger_in_it_is_not_left_behind_by_the_run(process: HookedProcess) -> None:
    sio = server_with(calm)

    async def main() -> None:
        for number, eio_sid in ((7, "e7"), (None, "e8")):
            await sio.enter_room(await visit(sio, number, eio_sid), "lobby")

    asyncio.run(main())
    assert counts(read(process)) == [1, 0, 1, 1, 0]


def test_of_visitors_who_have_left_a_calm_app_nothing_stays(process: HookedProcess) -> None:
    sio = server_with(calm)

    async def main() -> None:
        await visit(sio, 7)
        await leave(sio)

    asyncio.run(main())
    assert counts(read(process)) == [0, 0, 0, 0, 0]


def test_each_failed_disconnect_handler_leaves_its_session_behind(process: HookedProcess) -> None:
    sio = server_with(faulty)

    async def main() -> None:
        for number in range(5):
            await visit(sio, number, f"e{number}")
            await leave(sio, f"e{number}")

    asyncio.run(main())
    for _ in range(4):
        reading = read(process)
    assert counts(reading) == [5, 0, 5, 5, 5]
    assert reading.numbers(RUN, "pending_disconnects") == [0, 1, 2, 3, 4]
    assert counts(reading, "ff" * 8) == [0, 0, 0, 0, 0]


def test_environs_of_those_who_left_before_connect_are_seen(process: HookedProcess) -> None:
    sio = server_with(calm)
    environ = {"HTTP_X_LOADTEST_NAVIGATION": RUN + f"{5:016x}"}

    asyncio.run(sio.eio._trigger_event("connect", "e1", environ, run_async=False))

    assert counts(read(process)) == [0, 0, 0, 1, 0]


def test_a_connection_is_forgotten_at_the_second_look_that_finds_nothing_of_it(
    process: HookedProcess,
) -> None:
    sio = server_with(calm)

    async def main() -> None:
        await visit(sio, 7)
        await leave(sio)

    asyncio.run(main())
    read(process)
    assert list(process.recorder.connections) == ["e1"]
    read(process)
    assert (process.recorder.connections, process.recorder.sessions) == ({}, {})


def test_a_connection_that_comes_back_into_sight_is_kept(process: HookedProcess) -> None:
    sio = server_with(calm)
    asyncio.run(visit(sio, 7))
    rooms, environ = dict(sio.manager.rooms), dict(sio.environ)
    sio.manager.rooms.clear()
    sio.environ.clear()
    read(process)
    sio.manager.rooms.update(rooms)
    sio.environ.update(environ)

    for _ in range(2):
        read(process)
        assert list(process.recorder.connections) == ["e1"]


def test_a_layout_that_nobody_knows_is_no_data_and_nothing_is_forgotten(process: HookedProcess) -> None:
    sio = server_with(calm)

    async def main() -> None:
        await visit(sio, 7)
        await leave(sio)

    asyncio.run(main())
    del sio.manager.pending_disconnect
    sio.manager.rooms = [1]
    for _ in range(3):
        reading = process.read_residue()

    assert counts(reading) == [None, 0, None, 0, None]
    assert sorted(process.problems) == [
        "pending_disconnects left behind cannot be read: AttributeError in socketio.async_server",
        "rooms left behind cannot be read: AttributeError in socketio.async_server",
        "sids left behind cannot be read: AttributeError in socketio.async_server",
    ]
    assert list(process.recorder.connections) == ["e1"]


def test_the_lowest_numbers_are_told_when_there_are_very_many(
    process: HookedProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residue, "_MAX_NUMBERS", 2)
    sio = server_with(calm)

    async def main() -> None:
        for number in (9, 7, 8):
            await visit(sio, number, f"e{number}")

    asyncio.run(main())
    reading = read(process)
    assert (reading.count(RUN, "sids"), reading.numbers(RUN, "sids")) == (3, [7, 8])


def test_a_server_that_is_gone_is_not_kept_alive(process: HookedProcess) -> None:
    sio = server_with(calm)
    asyncio.run(visit(sio, 7))
    assert len(process.servers.socketio()) == len(process.servers.engineio()) == 1

    del sio
    gc.collect()

    assert (process.servers.socketio(), process.servers.engineio()) == ([], [])
    assert counts(read(process)) == [0, 0, 0, 0, 0]


def test_what_is_no_server_of_python_socketio_is_passed_over() -> None:
    servers = Servers()
    servers.add_socketio(None)

    assert servers.socketio() == []


def test_it_is_read_while_another_thread_changes_it(process: HookedProcess) -> None:
    sio = server_with(calm)
    asyncio.run(visit(sio, 7))
    done = threading.Event()

    def churn() -> None:
        number = 0
        while not done.is_set():
            number += 1
            sio.environ[f"stranger {number}"] = {}
            sio.manager.rooms[f"/{number}"] = {}
            if number % 50 == 0:
                for key in [key for key in sio.environ if key != "e1"]:
                    del sio.environ[key]
                for key in [key for key in sio.manager.rooms if key != "/"]:
                    del sio.manager.rooms[key]

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(50):
            assert counts(read(process)) == [1, 0, 1, 1, 0]
    finally:
        done.set()
        thread.join()


class Changing:
    """Changes size the first times it is looked at."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __iter__(self) -> Iterator[str]:
        self.times -= 1
        if self.times >= 0:
            raise RuntimeError("dictionary changed size during iteration")
        return iter(["e1"])


@pytest.mark.parametrize(("times", "count"), [(3, 1), (1000, None)])
def test_what_changes_is_looked_at_again_but_not_for_ever(
    process: HookedProcess, times: int, count: int | None
) -> None:
    sio = server_with(calm)
    asyncio.run(visit(sio, 7))
    sio.environ = Changing(times)

    assert read(process).count(RUN, "environs") == count
