"""What a snapshot tells of a process's vital signs."""

import asyncio
import time
from typing import Any

import pytest

from loadtest.hooks.vitals.gauges import Gauge
from loadtest.hooks.vitals.signs import VitalSigns


def signs() -> VitalSigns:
    return VitalSigns(lambda: pytest.fail("a fault of the hooks"))


def test_the_parts_of_a_snapshot() -> None:
    told = signs().snapshot("run")

    assert sorted(told.residue) == ["open_files", "rss_bytes", "tasks", "threads"]
    assert told.others["loop"] is None
    assert told.others["gauges"] == {}
    assert told.problems == []
    inventory: Any = told.others["inventory"]
    assert sum(inventory["threads"].values()) == told.residue["threads"]


def test_what_lives_is_counted_once_a_second_and_not_again_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [100.0]
    one = signs()
    taken: list[float] = []
    take = one._census.take

    def note(loops: Any) -> Any:
        taken.append(now_s[0])
        return take(loops)

    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(one._census, "take", note)

    for after_s, is_last in ((0.0, False), (0.5, False), (0.95, False), (3.0, True), (3.0, False)):
        now_s[0] = 100 + after_s
        one.snapshot("run", is_last=is_last)

    assert taken == [100.0, 100.95, 103.0]


def test_even_a_process_that_ends_at_once_is_counted() -> None:
    assert signs().snapshot("run", is_last=True).residue["threads"] is not None


def test_a_run_that_begins_to_listen_hears_of_no_stall_before_it() -> None:
    one = signs()

    async def main() -> list[Any]:
        one.meet_loop()
        time.sleep(1.5)
        await asyncio.sleep(0.15)
        stalls: list[Any] = [one.snapshot("a").others["loop"]]
        stalls.append(one.snapshot("a").others["loop"])
        while stalls[-1]["longest_ms"] is None:  # until its next beat
            await asyncio.sleep(0.02)
            stalls.append(one.snapshot("a").others["loop"])
        return stalls

    first, again, *_, later = asyncio.run(main())
    one.stop()
    assert (first["longest_ms"], again["longest_ms"]) == (None, None)
    assert later["longest_ms"] < 1400


def test_each_run_has_its_gauges_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADTEST_LAUNCHED", "1")
    one = signs()
    gauge = Gauge("names", "len(tests.hooks.vitals.test_signs:__name__)")

    assert one.name_gauges("a", (gauge,))
    assert not one.name_gauges("a", (gauge,))
    assert not one.name_gauges("b", ())
    assert [one.snapshot(run).others["gauges"] for run in ("a", "b", None)] == [
        {"names": len(__name__)},
        {},
        {},
    ]
    one.forget_run("a")
    assert one.snapshot("a").others["gauges"] == {}


def test_runs_are_bounded() -> None:
    one = signs()
    for number in range(40):
        one.snapshot(f"run {number}")
        one.name_gauges(f"other {number}", ())

    assert len(one._gauges_of) <= 16


def test_a_fault_on_the_apps_side_is_confessed(monkeypatch: pytest.MonkeyPatch) -> None:
    confessions: list[str] = []
    one = VitalSigns(lambda: confessions.append("once"))

    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(one._loops, "meet", fail)
    one.meet_loop()

    assert confessions == ["once"]
