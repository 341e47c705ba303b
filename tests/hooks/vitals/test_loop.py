"""How event loops fare: real loops that are held up."""

import asyncio
import gc
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from loadtest.hooks.vitals.loop import Loops


@pytest.fixture
def loops() -> Iterator[Loops]:
    made = Loops(lambda: pytest.fail("a fault of the hooks"))
    yield made
    made.stop()
    wait_until(lambda: watchdogs(made) == 0)


def watchdogs(loops: Loops) -> int:
    """Count the threads that watch these loops: bare ones, which only the interpreter knows."""
    innermost = sys._current_frames().values()
    return sum(any(is_watching(frame, loops) for frame in stack(frame)) for frame in innermost)


def stack(frame: Any) -> Iterator[Any]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def is_watching(frame: Any, loops: Loops) -> bool:
    return frame.f_code is Loops._watch.__code__ and frame.f_locals["self"] is loops


def wait_until(condition: Any, timeout_s: float = 10) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it does not come true"
        time.sleep(0.005)


def told(loops: Loops) -> Any:
    data = loops.read()
    assert data is not None
    return data


async def beats(loops: Loops, count: int) -> None:
    """Wait for so many beats more."""
    wanted = told(loops)["lag"]["count"] + count
    while told(loops)["lag"]["count"] < wanted:
        await asyncio.sleep(0.01)


def hold_up_the_loop() -> None:
    time.sleep(0.35)


def test_without_a_loop_nothing_is_known(loops: Loops) -> None:
    loops.meet()

    assert loops.read() is None
    assert watchdogs(loops) == 0


def test_the_lag_of_a_loop_is_measured_again_and_again(loops: Loops) -> None:
    async def main() -> None:
        loops.meet()
        loops.meet()
        await beats(loops, 3)

    asyncio.run(main())
    data = told(loops)
    assert data["lag"]["count"] >= 3
    assert data["longest_ms"] == pytest.approx(data["lag"]["max_us"] / 1000, abs=0.001)


def test_the_longest_stall_is_told_with_the_stack_that_caused_it(loops: Loops) -> None:
    async def main() -> float:
        loops.meet()
        await beats(loops, 1)
        before_at = time.time()
        hold_up_the_loop()
        await beats(loops, 2)
        return before_at

    before_at = asyncio.run(main())
    data = told(loops)
    # a beat may have been due just before, or up to one interval later
    assert data["longest_ms"] > 240
    assert before_at - 0.1 < data["longest_at"] < before_at + 0.2
    assert "in hold_up_the_loop\n    time.sleep(0.35)\n" in data["stack"]
    assert data["lag"]["max_us"] / 1000 == pytest.approx(data["longest_ms"], abs=0.001)


def test_a_shorter_stall_does_not_replace_a_longer_one(loops: Loops) -> None:
    async def main() -> None:
        loops.meet()
        hold_up_the_loop()
        await beats(loops, 1)
        time.sleep(0.2)
        await beats(loops, 1)

    asyncio.run(main())
    assert "hold_up_the_loop" in told(loops)["stack"]


def test_a_stall_is_told_while_it_lasts(loops: Loops) -> None:
    go = threading.Event()

    async def main() -> None:
        loops.meet()
        await beats(loops, 1)
        go.wait(10)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    wait_until(lambda: loops.known() and "go.wait(10)" in (told(loops)["stack"] or ""))
    one, other = told(loops)["longest_ms"], told(loops)["longest_ms"]
    go.set()
    thread.join()
    assert 50 < one < other


def test_a_run_that_begins_hears_of_no_stall_before_it(loops: Loops) -> None:
    async def main() -> None:
        loops.meet()
        hold_up_the_loop()
        await beats(loops, 1)
        loops.begin_run()
        await beats(loops, 1)

    asyncio.run(main())
    assert "hold_up_the_loop" not in (told(loops)["stack"] or "")
    assert told(loops)["lag"]["max_us"] > 240_000  # the lag counts since the process began


def test_a_loop_that_is_left_and_entered_again_did_not_stall(loops: Loops) -> None:
    loop = asyncio.new_event_loop()

    async def meet() -> None:
        loops.meet()
        await beats(loops, 1)

    loop.run_until_complete(meet())
    time.sleep(1.5)
    loop.run_until_complete(beats(loops, 1))
    loop.close()
    assert told(loops)["longest_ms"] < 1400


def test_the_app_sees_no_task_and_its_loop_ends_and_closes_in_silence(loops: Loops) -> None:
    async def main() -> int:
        loops.meet()
        await asyncio.sleep(0.12)
        return len(asyncio.all_tasks())

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asyncio.run(main(), debug=True) == 1
        gc.collect()
    wait_until(lambda: not loops.known())
    wait_until(lambda: watchdogs(loops) == 0)


def test_a_loop_is_not_kept_alive(loops: Loops) -> None:
    loop: Any = asyncio.new_event_loop()

    async def main() -> None:
        loops.meet()

    loop.run_until_complete(main())
    loop.close()
    remembered = weakref.ref(loop)
    del loop
    gc.collect()
    wait_until(lambda: remembered() is None)

    assert not loops.known()


def test_two_loops_are_watched_at_once_and_the_watchdog_is_one(loops: Loops) -> None:
    def run() -> None:
        async def main() -> None:
            loops.meet()
            while len(loops.known()) < 2:
                await asyncio.sleep(0.01)
            await beats(loops, 2)

        asyncio.run(main())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(loops.known()) == 2)
    wait_until(lambda: watchdogs(loops) == 1)  # it may be about to start
    counts = []
    for thread in threads:
        counts.append(watchdogs(loops))
        thread.join()

    assert max(counts) <= 1


def test_nothing_beats_when_nobody_asks_and_a_visit_starts_it_again(
    loops: Loops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadtest.hooks.vitals.loop._WANTED_S", 0.1)

    async def main() -> None:
        loops.meet()
        while loops.known():
            await asyncio.sleep(0.01)
        assert told(loops)["lag"]["count"] >= 1
        loops.meet()
        assert len(loops.known()) == 1

    asyncio.run(main())


def test_what_stops_beats_no_more(loops: Loops) -> None:
    async def main() -> None:
        loops.meet()
        loops.stop()
        while loops.known():
            await asyncio.sleep(0.01)

    asyncio.run(main())

    assert not loops.known()
