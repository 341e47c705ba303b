"""What a server process counted after the warm-up."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loadtest.metrics.histogram import Histogram
from loadtest.report.remainder import handler_since, handlers_after, loop_before, visits_after
from loadtest.report.server import Handler
from loadtest.report.server_figures import merge_handlers
from loadtest.report.server_lines import ServerLines
from tests.report.building import T0_AT, handler, histogram, hooked, snapshot

WARM_UP_S = 12.0

durations_ms = st.lists(st.floats(0, 1e7), max_size=30)
counts = st.integers(0, 1000)


@st.composite
def handlers(draw: st.DrawFn) -> Handler:
    latency, ack = (histogram(*draw(durations_ms)) for _ in range(2))
    return Handler("/", "draw", draw(counts), draw(counts), draw(counts), latency, ack)


def merged(one: Handler, other: Handler) -> Handler:
    latency, ack = Histogram(), Histogram()
    for part in (one, other):
        latency.merge(part.latency)
        ack.merge(part.ack)
    return Handler(
        "/", "draw", one.calls + other.calls, one.errors + other.errors, other.in_flight, latency, ack
    )


def told(handled: Handler) -> tuple[Any, ...]:
    """Return what is exact; a histogram's maximum is known to its bucket."""
    buckets = [(times.count, times.counts) for times in (handled.latency, handled.ack)]
    return (handled.calls, handled.errors, handled.in_flight, *buckets)


@given(handlers(), handlers())
def test_what_came_after_is_what_was_added(before: Handler, after: Handler) -> None:
    since = handler_since(merged(before, after), before)

    assert told(since) == told(after)
    assert (since.latency.sum_us, since.ack.sum_us) == (after.latency.sum_us, after.ack.sum_us)


@given(handlers(), handlers())
def test_its_maximum_is_told_too_high_by_one_bucket_at_most(before: Handler, after: Handler) -> None:
    since = handler_since(merged(before, after), before).latency

    assert after.latency.max_us <= since.max_us <= after.latency.max_us * 33 / 32 + 1


@given(handlers(), handlers())
def test_nothing_is_ever_less_than_none(later: Handler, earlier: Handler) -> None:
    """Not even of a process that forgot: what it counts is then less than it was."""
    since = handler_since(later, earlier)

    assert min(since.calls, since.errors, since.latency.count, since.latency.sum_us) >= 0
    assert all(count > 0 for count in since.latency.counts.values())
    assert since.latency.count <= later.latency.count


@given(handlers(), handlers(), handlers(), handlers())
def test_processes_are_added_up_alike_before_and_after_the_subtraction(
    first_before: Handler, first_after: Handler, second_before: Handler, second_after: Handler
) -> None:
    first, second = merged(first_before, first_after), merged(second_before, second_after)

    apart = merged(handler_since(first, first_before), handler_since(second, second_before))
    together = handler_since(merged(first, second), merged(first_before, second_before))

    assert told(apart) == told(together)


def lines(*told: dict[str, Any]) -> ServerLines:
    collected = ServerLines(T0_AT.timestamp() + WARM_UP_S)
    for line in told:
        collected.add(line)
    return collected


def at(after_s: float, sequence: int, **changes: Any) -> dict[str, Any]:
    return snapshot(heard_at=T0_AT.timestamp() + after_s, sequence=sequence, **changes)


def draws(calls: int, errors: int = 0) -> list[dict[str, Any]]:
    return [handler("draw", calls, errors, histogram(*[1.0] * calls))]


def test_the_newest_snapshot_before_the_end_of_the_warm_up_is_subtracted() -> None:
    server = lines(
        at(10, 1, visits=3, handlers=draws(3, 1)),
        at(11.9, 2, visits=5, handlers=draws(5, 2)),
        at(12.1, 3, visits=8, handlers=draws(8, 2)),
        at(20, 4, visits=30, handlers=draws(30, 3)),
    ).server_side()
    assert server is not None
    (process,) = server.processes

    assert visits_after(process) == 25
    (after,) = handlers_after(process)
    assert (after.calls, after.errors, after.latency.count) == (25, 1, 25)
    assert [figures.calls for figures in merge_handlers(server)] == [25]


def test_a_snapshot_that_was_overtaken_is_not() -> None:
    server = lines(at(10, 2, visits=5), at(11, 1, visits=3), at(20, 3, visits=30)).server_side()
    assert server is not None

    assert visits_after(server.processes[0]) == 25


def test_a_process_that_began_after_the_warm_up_is_told_whole() -> None:
    server = lines(
        at(5, 1, boot="a", visits=4, handlers=draws(4)),
        at(20, 2, boot="a", visits=10, handlers=draws(10)),
        at(13, 1, boot="b", visits=7, handlers=draws(7)),
    ).server_side()
    assert server is not None

    assert [visits_after(process) for process in server.processes] == [6, 7]
    assert [figures.calls for figures in merge_handlers(server)] == [13]


def test_what_nobody_called_after_the_warm_up_is_not_told() -> None:
    once = [handler("connect", 1, 0, histogram(1.0))]
    server = lines(
        at(5, 1, handlers=[*once, *draws(1)]), at(20, 2, handlers=[*once, *draws(2)])
    ).server_side()
    assert server is not None

    assert [figures.event for figures in merge_handlers(server)] == ["draw"]


def test_without_a_warm_up_nothing_is_subtracted() -> None:
    server = hooked(at(5, 1, visits=4, handlers=draws(4)), at(20, 2, visits=10, handlers=draws(10)))

    assert visits_after(server.processes[0]) == 10
    assert [figures.calls for figures in merge_handlers(server)] == [10]


def test_the_loops_lag_is_measured_from_the_end_of_the_warm_up() -> None:
    def loop(*lags_ms: float) -> dict[str, Any]:
        return {"lag": histogram(*lags_ms).to_json(), "longest_ms": None, "longest_at": None}

    server = lines(
        at(1, 1, loop=loop(1)), at(11, 2, loop=loop(1, 500)), at(20, 3, loop=loop(1, 500, 2))
    ).server_side()
    assert server is not None
    before = loop_before(server.processes[0])

    assert before is not None
    assert before.lag.count == 2


def test_a_loop_that_was_found_only_afterwards_is_measured_as_ever() -> None:
    server = lines(at(1, 1), at(20, 2)).server_side()
    assert server is not None

    assert loop_before(server.processes[0]) is None
