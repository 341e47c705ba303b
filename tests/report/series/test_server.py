"""The server by the second: what was counted is spread, what is held is told as it was last."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.report.series.rows import ServerRow
from loadtest.report.series.server import ServerSeries
from tests.report.building import T0_AT, error, handler, histogram, snapshot
from tests.report.series.looking import final_rows

T0 = T0_AT.timestamp()
_KNOWN = """Traceback (most recent call last):
  File "/lib/engineio/async_server.py", line 300, in handle_request
    method = environ["REQUEST_METHOD"]
KeyError: 'REQUEST_METHOD'
"""


def told(at_s: float, calls: int, errors: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a snapshot that was heard so long after t0, with these counts since the run began."""
    return snapshot(
        [error(range(errors))] if errors else [],
        heard_at=T0 + at_s,
        handlers=[handler("join", calls, errors, histogram(*[3.0] * calls))],
        **{"sequence": round(at_s * 1000), **changes},
    )


def rows_of(*lines: Mapping[str, Any], is_over: bool = True) -> list[ServerRow]:
    """Return the rows that these lines come to."""
    series = ServerSeries(T0)
    for line in lines:
        series.add(line)
    return final_rows([series.take(is_over=is_over)])


def column(rows: Sequence[ServerRow], key: str) -> dict[int, Any]:
    """Return one figure by second."""
    return {row.t_s: getattr(row, key) for row in rows}


def test_a_snapshots_calls_are_spread_over_the_time_since_the_one_before() -> None:
    rows = rows_of(told(0.5, 10), told(1.5, 30), told(3.5, 70))
    assert column(rows, "calls_per_s") == {0: 20.0, 1: 20.0, 2: 20.0, 3: 10.0}


def test_latencies_are_those_of_the_snapshots_that_touch_the_second() -> None:
    first = told(1.0, 2)
    second = told(2.0, 3)
    second["handlers"][0]["latency"] = histogram(3.0, 3.0, 50.0).to_json()
    rows = rows_of(first, second)
    assert column(rows, "p50_ms") == {0: 3.0, 1: 50.0}
    assert column(rows, "p99_ms") == {0: 3.0, 1: 50.0}


def test_a_second_without_calls_has_no_latency() -> None:
    rows = rows_of(told(1.0, 0))
    assert column(rows, "p50_ms") == {0: None}
    assert column(rows, "calls_per_s") == {0: 0.0}


def test_what_processes_hold_is_added_up_as_each_told_it_last() -> None:
    rows = rows_of(
        told(0.2, 1, boot="a", residue={"sids": 9, "threads": 4, "rss_bytes": 100, "tasks": 5}),
        told(0.6, 1, boot="a", residue={"sids": 3, "threads": 5, "rss_bytes": 200, "tasks": 6}),
        told(0.7, 1, boot="b", residue={"sids": 1, "threads": 1, "rss_bytes": 1000, "tasks": None}),
    )
    (row,) = rows
    assert row.residue["sids"] == 4
    assert (row.processes, row.threads, row.rss_bytes, row.tasks) == (2, 6, 1200, None)


def test_a_second_between_two_snapshots_holds_what_the_later_told() -> None:
    rows = rows_of(told(0.99, 1), told(2.01, 2, residue={"sids": 7}))
    assert {t: residue["sids"] for t, residue in column(rows, "residue").items()} == {0: 0, 1: 7, 2: 7}


def test_nobody_knows_what_a_silent_process_held() -> None:
    rows = rows_of(told(0.9, 1), told(9.9, 10))
    assert column(rows, "processes") == {0: 1, **dict.fromkeys(range(1, 7), 0), 7: 1, 8: 1, 9: 1}
    assert column(rows, "rss_bytes")[3] is None
    assert sum(column(rows, "calls_per_s").values()) == 10


def test_a_process_that_has_exited_holds_nothing_any_more() -> None:
    rows = rows_of(told(0.9, 1), told(1.9, 3, is_last=True))
    assert column(rows, "processes") == {0: 1, 1: 0}
    assert column(rows, "calls_per_s") == {0: 1.0, 1: 2.0}


def test_a_process_that_no_visit_reached_is_not_told() -> None:
    assert rows_of(told(0.9, 0, visits=0)) == []


def test_a_restarted_process_counts_anew_and_nothing_is_lost() -> None:
    rows = rows_of(told(1.0, 10, boot="a"), told(3.0, 4, boot="b"))
    assert column(rows, "calls_per_s") == {0: 10.0, 2: 4.0}


def test_what_was_overtaken_on_its_way_changes_nothing() -> None:
    rows = rows_of(told(1.0, 10, sequence=2), told(1.5, 5, sequence=1))
    assert column(rows, "calls_per_s") == {0: 10.0}


def test_errors_are_counted_and_those_of_a_framework_are_not() -> None:
    known = {"kind": "error", "boot": told(0, 0)["boot"], "id": 5, "traceback": _KNOWN}
    line = told(1.0, 9, errors=2)
    line["errors"].append(error([7, 8, 9], id=5))
    line["errors_overflow"] = 1
    assert column(rows_of(known, line), "errors_per_s") == {0: 3.0}


def test_strays_that_are_older_than_the_run_do_not_count() -> None:
    lines = [told(second, 1, strays=[error([], count=3 + second)]) for second in (1, 2)]
    assert column(rows_of(*lines), "errors_per_s") == {0: 0.0, 1: 1.0}


def test_strays_of_a_process_that_began_within_the_run_all_count() -> None:
    line = told(5.0, 1, began_at=T0 + 4.0, strays=[error([], count=3)])
    assert column(rows_of(line), "errors_per_s") == {4: 3.0}


def test_the_loops_lag_is_that_of_the_second() -> None:
    lines = [told(1.0, 1), told(2.0, 1)]
    for line, lags_ms in zip(lines, [(40.0,), (40.0, 1.0)], strict=True):
        line["loop"] = {"lag": histogram(*lags_ms).to_json(), "longest_ms": None, "longest_at": None}
    assert column(rows_of(*lines), "loop_lag_p99_ms") == {0: 40.0, 1: 1.007}
    assert column(rows_of(told(1.0, 1)), "loop_lag_p99_ms") == {0: None}


def test_a_second_is_told_when_every_process_has_told_of_it() -> None:
    lines = [told(1.2, 1, boot="a"), told(2.3, 2, boot="a"), told(1.4, 1, boot="b")]
    assert list(column(rows_of(*lines, is_over=False), "calls_per_s")) == [0]
    assert list(column(rows_of(*lines), "calls_per_s")) == [0, 1, 2]


def test_a_process_that_has_gone_silent_holds_nobody_up() -> None:
    lines = [told(1.2, 1, boot="a"), told(6.0, 2, boot="b")]
    assert max(column(rows_of(*lines, is_over=False), "calls_per_s")) == 5


def test_a_process_that_has_exited_holds_nobody_up() -> None:
    lines = [told(1.2, 1, boot="a", is_last=True), told(2.5, 2, boot="b")]
    assert list(column(rows_of(*lines, is_over=False), "calls_per_s")) == [0, 1]


def test_a_long_run_is_told_in_wider_rows() -> None:
    rows = rows_of(
        told(598.5, 4, residue={"sids": 8}),
        told(599.5, 8, residue={"sids": 9}),
        told(600.5, 10, residue={"sids": 5}),
    )
    assert column(rows, "calls_per_s") == {596: 1.0, 598: 3.5, 600: 0.5}
    assert {t: residue["sids"] for t, residue in column(rows, "residue").items()} == {
        596: None,
        598: 9,
        600: 5,
    }


def test_a_socketio_server_for_node_keeps_no_environs() -> None:
    residue = dict.fromkeys(("sids", "environs"))
    (row,) = rows_of(told(0.5, 1, runtime="node 20.20.2", residue=residue))
    assert (row.residue["environs"], row.residue["sids"]) == (0, None)


@pytest.mark.parametrize("line", [[], {}, {"kind": "snapshot", "boot": "a"}], ids=["list", "empty", "bare"])
def test_a_line_that_is_none_of_the_collectors_is_refused(line: Any) -> None:
    series = ServerSeries(T0)
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        series.add(line)
    assert series.take(is_over=True) is None


STEPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.floats(0.001, 40), st.integers(0, 30), st.integers(0, 3)),
    min_size=1,
    max_size=25,
)


@given(STEPS)
@settings(max_examples=50, deadline=None)
def test_rows_add_up_to_what_the_last_snapshots_counted(steps: list[tuple[str, float, int, int]]) -> None:
    series = ServerSeries(T0)
    counts = {"a": (0, 0), "b": (0, 0)}
    looks, now_s = [], -5.0
    for index, (boot, after_s, calls, errors) in enumerate(steps):
        now_s += after_s
        counts[boot] = (counts[boot][0] + calls, counts[boot][1] + errors)
        series.add(told(now_s, counts[boot][0], counts[boot][1], boot=boot, sequence=index))
        looks.append(series.take())
    looks.append(series.take(is_over=True))
    rows, width_s = final_rows(looks), series.width_s
    assert round(sum(row.calls_per_s for row in rows) * width_s) == sum(one for one, _ in counts.values())
    assert round(sum(row.errors_per_s for row in rows) * width_s) == sum(one for _, one in counts.values())
    assert len(rows) <= 600
