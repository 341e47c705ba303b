"""What lives in this process, counted from another thread while it runs."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.vitals import inventory as module
from loadtest.hooks.vitals.inventory import Census, Inventory


class Board:
    async def watch(self) -> None:
        await asyncio.Event().wait()


def census() -> Census:
    return Census(lambda: pytest.fail("a fault of the hooks"))


def during(main: Callable[[], Coroutine[Any, Any, None]]) -> Inventory:
    """Return the inventory that another thread takes when ``main`` has begun, which then is cancelled."""
    taken = []

    async def run() -> None:
        task = asyncio.ensure_future(main())
        await asyncio.sleep(0)
        taken.append(await asyncio.get_running_loop().run_in_executor(None, lambda: census().take([])))
        for other in asyncio.all_tasks() - {asyncio.current_task()}:
            other.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    return taken[0]


def test_tasks_are_counted_by_their_coroutines_names() -> None:
    async def main() -> None:
        board = Board()
        await asyncio.gather(*(board.watch() for _ in range(40)), asyncio.sleep(9))

    taken = during(main)

    assert taken.tasks is not None
    assert taken.tasks["Board.watch"] == 40
    assert taken.tasks["sleep"] == 1
    assert taken.totals()["tasks"] == 43  # run and main too


def test_a_task_that_fails_while_it_is_counted_is_told_in_the_loops_own_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_in: list[int] = []
    is_held, has_failed = threading.Event(), threading.Event()

    def while_it_is_held(_: float) -> None:
        is_held.set()
        assert has_failed.wait(10)

    async def fail() -> None:
        while not is_held.is_set():
            await asyncio.sleep(0)
        raise KeyError

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: told_in.append(threading.get_ident()))
        asyncio.ensure_future(fail()).add_done_callback(lambda _: has_failed.set())  # dropped
        monkeypatch.setattr(time, "sleep", while_it_is_held)
        taking = threading.Thread(target=census().take, args=([loop],))
        taking.start()
        while taking.is_alive() or not told_in:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(main(), 20))

    assert told_in == [threading.get_ident()]


def test_the_loop_is_found_before_anything_of_the_hooks_has_run_on_it() -> None:
    assert during(Board().watch).tasks is not None


def test_without_a_loop_tasks_are_no_data() -> None:
    taken = census().take([])

    assert (taken.tasks, taken.totals()["tasks"], taken.to_json()["tasks"]) == (None, None, {})


def test_a_loop_that_is_known_and_one_that_is_closed() -> None:
    known, closed = asyncio.new_event_loop(), asyncio.new_event_loop()
    closed.close()
    task = known.create_task(Board().watch())

    assert census().take([known, closed, known]).tasks == {"Board.watch": 1}

    task.cancel()
    known.run_until_complete(asyncio.wait([task]))
    known.close()
    assert census().take([closed]).tasks is None


def test_threads_are_counted_by_name_without_numbers_and_without_ours() -> None:
    go = threading.Event()
    names = ["worker-1", "worker-2", "Thread-7 (poll)", "loadtest-hooks"]
    threads = [threading.Thread(target=go.wait, args=(10,), name=name) for name in names]
    for thread in threads:
        thread.start()
    taken = census().take([])
    go.set()
    for thread in threads:
        thread.join()

    assert (taken.threads["worker-N"], taken.threads["Thread-N (poll)"], taken.threads["MainThread"]) == (
        2,
        1,
        1,
    )
    assert not [name for name in taken.threads if name.startswith("loadtest")]
    assert taken.totals()["threads"] == sum(taken.threads.values())


def test_open_files_and_memory_are_counted(tmp_path: Path) -> None:
    before = census().take([])
    with (tmp_path / "a").open("w"), (tmp_path / "b").open("w"):
        during_it = census().take([])

    assert before.open_files is not None
    assert during_it.open_files == before.open_files + 2
    assert during_it.rss_bytes is not None
    assert during_it.rss_bytes > 1_000_000


def test_what_a_system_does_not_tell_is_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> list[str]:
        raise OSError

    monkeypatch.setattr(module, "Path", lambda _: Path("/nowhere"))
    monkeypatch.setattr(os, "listdir", refuse)
    taken = census().take([])

    assert (taken.open_files, taken.rss_bytes) == (None, None)


def test_names_are_bounded_and_the_rest_is_told_as_others() -> None:
    counts = {f"task {number:03}": 2 if number < 100 else 1 for number in range(150)}

    told: Any = Inventory(counts, {}, None, None).to_json()["tasks"]

    assert len(told) == 101
    assert (told["task 099"], told["(other)"]) == (2, 50)
    assert sum(told.values()) == 250


def test_a_count_that_takes_long_is_not_repeated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    taken: list[object] = []

    def slowly(_: object) -> dict[str, int]:
        now_s[0] += 0.5
        taken.append(_)
        return {"a": len(taken)}

    monkeypatch.setattr(module, "_count", slowly)
    one = census()

    assert one.take([]).tasks == {"a": 1}
    now_s[0] += 24
    assert one.take([]).tasks == {"a": 1}
    now_s[0] += 2
    assert one.take([]).tasks == {"a": 2}


def test_a_count_that_fails_is_no_data_and_confessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> dict[str, int]:
        raise RuntimeError

    monkeypatch.setattr(module, "_count", fail)
    confessions: list[str] = []

    assert Census(lambda: confessions.append("once")).take([]).tasks is None
    assert confessions == ["once"]


def test_a_search_in_vain_is_not_repeated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    searched: list[float] = []

    def search() -> list[Any]:
        searched.append(now_s[0])
        now_s[0] += 0.01
        return []

    monkeypatch.setattr(module, "_running_loops", search)
    one = census()
    for after_s in (0.0, 2.0, 4.0, 6.0):
        now_s[0] = 100 + after_s
        one.take([])

    assert searched == [100.0, 106.0]
