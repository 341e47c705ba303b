"""How the loops fared, what grew, and the gauges, all processes together."""

from typing import Any

from loadtest.report.server import ServerSide
from loadtest.report.vital_figures import (
    GaugeFigures,
    LoopFigures,
    grown_names,
    merge_gauges,
    merge_loops,
    vital_numbers,
)
from tests.report.building import BOOT, T0_AT, histogram, hooked, snapshot

T0 = T0_AT.timestamp()


def loop(*lags_ms: float, longest_ms: float | None = None, after_s: float = 1.0) -> dict[str, Any]:
    at = None if longest_ms is None else T0 + after_s
    return {"lag": histogram(*lags_ms).to_json(), "longest_ms": longest_ms, "longest_at": at}


def stall(longest_ms: float, after_s: float, stack: str | None, boot: str = BOOT) -> dict[str, Any]:
    told = loop(longest_ms=longest_ms, after_s=after_s)
    return {"kind": "stall", "boot": boot, "loop": {**told, "stack": stack}}


def test_lag_counts_from_the_first_snapshot_on_in_all_processes() -> None:
    server = hooked(
        snapshot(boot="a", loop=loop(500)),
        snapshot(boot="a", loop=loop(500, 1, 2), sequence=2),
        snapshot(boot="b", loop=None),
        snapshot(boot="b", loop=loop(3), sequence=2),
        snapshot(boot="c"),
    )

    assert merge_loops(server, T0_AT).lag_p99_ms == 3.0


def test_the_longest_stall_of_the_run_is_told_with_its_stack_and_its_time() -> None:
    server = hooked(
        stall(900, -5, "before the run"),
        snapshot(loop=loop(longest_ms=900, after_s=-5)),
        stall(250, 2, "in a"),
        stall(300.5, 4.25, "in b"),
        stall(120, 6, "in c"),
        snapshot(loop=loop(1, longest_ms=300.5, after_s=4.25), sequence=2),
    )

    assert merge_loops(server, T0_AT) == LoopFigures(1.0, 300.5, "in b", 4.25)


def test_a_stall_without_a_stack_is_a_stall() -> None:
    server = hooked(snapshot(loop=loop(1, longest_ms=300, after_s=0)))

    assert merge_loops(server, T0_AT) == LoopFigures(1.0, 300, None, 0)


def test_without_a_loop_or_the_runs_begin_nothing_is_known() -> None:
    nothing = LoopFigures(None, None, None, None)

    assert merge_loops(hooked(snapshot()), T0_AT) == nothing
    assert merge_loops(hooked(snapshot(loop=loop(longest_ms=5))), None) == nothing


def test_the_names_that_grew_most_come_first() -> None:
    def held(boot: str, sequence: int, **tasks: int) -> dict[str, Any]:
        return snapshot(boot=boot, sequence=sequence, inventory={"tasks": tasks, "threads": {"a": sequence}})

    server = hooked(
        held("a", 1, watch=1, ping=4),
        held("a", 2, watch=21, ping=3, send=2, same=0),
        held("b", 1),
        held("b", 2, watch=20, send=2),
        held("c", 1, single=9),
    )

    assert list(grown_names(server, "tasks").items()) == [("watch", 40), ("send", 4), ("ping", -1)]
    assert grown_names(server, "threads") == {"a": 2}


def test_no_more_than_thirty_names_are_told() -> None:
    names = {f"task {number:02}": 40 - number for number in range(40)}
    first, last = ({"tasks": tasks, "threads": {}} for tasks in ({}, names))

    grown = grown_names(hooked(snapshot(inventory=first), snapshot(inventory=last, sequence=2)), "tasks")

    assert (len(grown), list(grown)[-1]) == (30, "task 29")


def test_gauges_are_added_up_and_one_that_is_not_known_makes_the_sum_unknown() -> None:
    server = hooked(
        snapshot(boot="a", gauges={"clients": 2, "share": 0.5, "queue": 1}),
        snapshot(boot="a", gauges={"clients": 12, "share": 0.75, "queue": None}, sequence=2),
        snapshot(boot="b", gauges={"clients": 1, "share": 0.5, "queue": 1}),
        snapshot(boot="b", gauges={"clients": 4, "share": 0.5, "queue": 1}, sequence=2),
    )

    assert merge_gauges(server, T0_AT, ["clients", "share", "queue", "other"]) == {
        "clients": GaugeFigures(value=16, growth=13),
        "share": GaugeFigures(value=1.25, growth=0.25),
        "queue": GaugeFigures(value=None, growth=None),
        "other": GaugeFigures(value=None, growth=None),
    }
    numbers = vital_numbers(merge_loops(server, T0_AT), server, T0_AT, ["clients"])
    assert (numbers["server.gauges.clients"], numbers["server.gauges.clients.value"]) == (13, 16)


def test_a_gauge_grows_from_nothing_in_a_process_that_began_while_the_run_was_on() -> None:
    began_at = T0_AT.timestamp() + 3
    server = hooked(
        snapshot(boot="a", began_at=began_at, gauges={"clients": 1}),
        snapshot(boot="a", began_at=began_at, gauges={"clients": 0}, sequence=2),
    )

    assert merge_gauges(server, T0_AT, ["clients"]) == {"clients": GaugeFigures(value=0, growth=0)}


def test_where_every_process_has_ended_no_gauge_is_known() -> None:
    nobody = ServerSide(())

    assert merge_gauges(nobody, T0_AT, ["clients"]) == {"clients": GaugeFigures(value=None, growth=None)}


def test_a_stall_in_the_warm_up_is_left_out_and_hides_the_shorter_ones_of_its_snapshots() -> None:
    told = [stall(900, 3.0, "a"), snapshot(loop=loop(2, longest_ms=900, after_s=3.0))]

    assert merge_loops(hooked(*told), T0_AT, 12.0).longest_stall_ms is None
    assert merge_loops(hooked(*told, stall(950, 13.0, "b")), T0_AT, 12.0).longest_stall_ms == 950


def test_what_thresholds_may_name_of_the_loop_is_what_the_summary_tells() -> None:
    server = hooked(snapshot(loop=loop(2, longest_ms=300)))
    numbers = vital_numbers(merge_loops(server, T0_AT), server, T0_AT, [])

    assert numbers == {"server.loop.lag_p99_ms": 2.0, "server.loop.longest_stall_ms": 300}
