"""A run's figures over its time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.info import Ended, RunInfo
from loadtest.report.run import read_run
from loadtest.report.series.rows import NavigationRow
from loadtest.report.series.series import EVERY_SECOND, Series, series_of
from loadtest.report.summary import summarize
from tests.gold.build import GOLD, RUNS
from tests.report.building import T0_AT, dropped, error, handler, histogram, info, snapshot, visit, write_run

T0 = T0_AT.timestamp()
_OWN = ("due", "started", "late", "dropped", "broken")
_FAILURES = ("refused", "lost", "timed_out", "failed")


def series(
    folder: Path,
    records: Sequence[NavigationRecord] = (),
    lines: Sequence[Mapping[str, Any]] = (),
    run: RunInfo | None = None,
    most_rows: int = EVERY_SECOND,
) -> Series:
    """Return the series of a run that left these files."""
    return series_of(read_run(write_run(folder, run or info(), records, lines)), most_rows)


def at(number: int, due_s: float, **changes: Any) -> NavigationRecord:
    """Return a visit that took half a second."""
    return visit(number, due_s=due_s, **{"started_s": due_s + 0.001, "left_s": due_s + 0.5, **changes})


def told(after_s: float, calls: int, **changes: Any) -> dict[str, Any]:
    """Return a snapshot that was heard so long after t0."""
    heard = {"heard_at": T0 + after_s, "sequence": round(after_s * 10)}
    return snapshot(
        **{**heard, "handlers": [handler("join", calls, 0, histogram(*[2.0] * calls))], **changes}
    )


def column(one: Series, key: str) -> list[Any]:
    """Return one figure of the navigations."""
    return [getattr(row, key) for row in one.navigations]


def sums(one: Series) -> dict[str, float]:
    """Return what all rows come to, by the names of the summary."""
    counts: dict[str, float] = {key: sum(column(one, key)) for key in (*_OWN, "ended", "failed")}
    for phase in Phase:
        counts[phase] = sum(row.count for row in one.phases if row.phase is phase)
    counts["calls"] = sum(row.calls_per_s for row in one.server) * one.width_s
    counts["errors"] = sum(row.errors_per_s for row in one.server) * one.width_s
    return counts


def whole(summary: Mapping[str, Any]) -> dict[str, float]:
    """Return the same out of a summary."""
    counts, server = summary["navigations"], summary["server"] or {"handlers": [], "errors": 0}
    return {
        **{key: counts[key] for key in _OWN},
        "ended": counts["started"],
        "failed": sum(counts[key] for key in _FAILURES),
        **{phase: summary["phases"][phase]["count"] for phase in Phase},
        "calls": sum(one["calls"] for one in server["handlers"]),
        "errors": server["errors"],
    }


@pytest.mark.parametrize("most_rows", [EVERY_SECOND, 600, 7])
@pytest.mark.parametrize("which", ["faulty", "mended", "broken"])
def test_all_rows_together_are_the_summary(which: str, most_rows: int) -> None:
    run = read_run(GOLD / RUNS[which])
    one = series_of(run, most_rows)
    assert sums(one) == pytest.approx(whole(summarize(run)))
    assert len(one.navigations) <= most_rows


def test_the_warm_up_is_told_and_a_row_says_where_it_ends() -> None:
    run = read_run(GOLD / RUNS["staged"])
    one, counts = series_of(run), summarize(run)["navigations"]
    assert (one.warm_up_s, counts["due"]) == (12.0, 238)
    assert sum(row.due for row in one.navigations) == 298
    assert sum(row.due for row in one.navigations if row.t_s >= one.warm_up_s) == 238


def test_navigations_are_counted_when_they_were_due_began_and_ended(tmp_path: Path) -> None:
    records = [
        at(0, 0.2),
        at(1, 0.99, started_s=1.5, left_s=3.0, outcome=Outcome.LOST),
        at(2, 2.0, left_s=3.9, assertions={"clock ticks": "it stood still"}),
        replace(dropped(3), due_s=2.5),
    ]
    assert series(tmp_path, records).navigations == (
        NavigationRow(0, due=2, started=1, late=1, dropped=0, ended=1, failed=0, broken=0),
        NavigationRow(1, due=0, started=1, late=0, dropped=0, ended=0, failed=0, broken=0),
        NavigationRow(2, due=2, started=1, late=0, dropped=1, ended=0, failed=0, broken=0),
        NavigationRow(3, due=0, started=0, late=0, dropped=0, ended=2, failed=1, broken=1),
    )


def test_phases_are_told_by_when_their_visits_began(tmp_path: Path) -> None:
    records = [at(0, 0.1), at(1, 1.9, started_s=2.1, phases_ms={Phase.PAGE: 7.0})]
    one = series(tmp_path, records)
    assert [(row.t_s, row.phase, row.count, row.p50_ms) for row in one.phases] == [
        (0, Phase.PAGE, 1, 4.0),
        (0, Phase.LEAVING, 1, 1.0),
        (2, Phase.PAGE, 1, 7.0),
    ]
    assert one.phases[-1].from_due_p99_ms == 207.0


def test_a_run_that_never_began_has_no_rows(tmp_path: Path) -> None:
    one = series(tmp_path, run=info(t0_at=None, ended=Ended.INTERRUPTED), lines=[told(3.0, 5)])
    assert one == Series(1, 0.0, (), (), ())


def test_a_run_that_sent_nothing_lasted_all_the_same(tmp_path: Path) -> None:
    run = info(duration_s=2.5, finished_at=T0_AT + timedelta(seconds=4))
    one = series(tmp_path, run=run)
    assert (one.duration_s, column(one, "due")) == (2.5, [0, 0, 0])


def test_a_run_that_was_ended_early_is_as_long_as_it_was(tmp_path: Path) -> None:
    run = info(duration_s=900.0, finished_at=T0_AT + timedelta(seconds=2))
    assert len(series(tmp_path, [at(0, 0.1)], run=run).navigations) == 2


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_was_set_does_not_make_a_run_longer(tmp_path: Path, days: int) -> None:
    run = info(duration_s=3.0, finished_at=T0_AT + timedelta(days=days))
    assert series(tmp_path, [at(0, 1.1)], run=run).duration_s == (3.0 if days > 0 else 1.6)


def test_what_a_kill_left_is_told(tmp_path: Path) -> None:
    run = info(ended=Ended.RUNNING, quiet=None, generator=None)
    folder = write_run(tmp_path, run, [at(0, 0.1), at(1, 1.1)], [told(1.5, 7), told(2.5, 12)])
    for name in ("navigations.jsonl", "server.jsonl"):
        text = (folder / name).read_text()
        (folder / name).write_text(text[: len(text) - 40])
    left = read_run(folder)
    assert left.skipped_lines == 2
    one = series_of(left)
    assert sums(one) == whole(summarize(left))
    assert (sums(one)["due"], sums(one)["calls"]) == (1, 7)


def test_without_hooks_there_is_no_server(tmp_path: Path) -> None:
    one = series(tmp_path, [at(0, 0.1)])
    assert (one.server, one.duration_s) == ((), 0.6)
    (tmp_path / "server.jsonl").unlink()
    assert series_of(read_run(tmp_path)).server == ()


def test_hooks_that_came_late_are_told_from_then_on(tmp_path: Path) -> None:
    lines = [told(second + 0.5, 10 * (second - 3)) for second in range(4, 8)]
    one = series(tmp_path, [at(0, 0.1)], lines)
    assert [(row.t_s, row.calls_per_s) for row in one.server] == [
        (3, 5.0),
        (4, 10.0),
        (5, 10.0),
        (6, 10.0),
        (7, 5.0),
    ]
    assert (one.duration_s, len(one.navigations)) == (7.5, 8)


def test_the_processes_of_a_server_are_added_up(tmp_path: Path) -> None:
    lines = [
        told(second + part, 10 * (second + 1), boot=boot, residue={"threads": 3})
        for second in range(4)
        for boot, part in (("a", 0.2), ("b", 0.7))
    ]
    one = series(tmp_path, [at(0, 0.1)], lines)
    assert sums(one)["calls"] == 80
    assert [(row.processes, row.threads) for row in one.server] == [(2, 6)] * 4


def test_a_process_that_told_just_before_the_last_word_is_still_there(tmp_path: Path) -> None:
    lines = [told(1.9, 10, boot="a"), told(2.1, 10, boot="b"), told(3.0, 15, boot="b")]
    one = series(tmp_path, [at(0, 0.1)], lines)
    assert [(row.t_s, row.processes) for row in one.server] == [(0, 0), (1, 1), (2, 2)]


def test_a_servers_clock_may_be_another(tmp_path: Path) -> None:
    strays = [error([], count=3)]
    before = told(1.0, 1, strays=strays, began_at=T0 + 50.0, taken_at=T0 + 1.0 + 100.0)
    folder = write_run(tmp_path, info(), [at(0, 0.1)], [before])
    assert sums(series_of(read_run(folder)))["errors"] == whole(summarize(read_run(folder)))["errors"] == 0
    within = before | {"began_at": T0 + 100.5}
    folder = write_run(tmp_path, info(), [at(0, 0.1)], [within])
    assert sums(series_of(read_run(folder)))["errors"] == whole(summarize(read_run(folder)))["errors"] == 3


def test_rows_are_as_wide_as_it_takes(tmp_path: Path) -> None:
    records = [at(number, number * 1.0) for number in range(50)]
    lines = [told(second + 0.5, second * 3, residue={"sids": second}) for second in range(1, 60)]
    assert series(tmp_path, records, lines).width_s == 1
    one = series(tmp_path, records, lines, most_rows=10)
    assert (one.width_s, len(one.navigations), len(one.server)) == (8, 8, 8)
    assert [row.residue["sids"] for row in one.server] == [7, 15, 23, 31, 39, 47, 55, 59]
    assert column(one, "due") == [8, 8, 8, 8, 8, 8, 2, 0]


def test_a_line_that_no_collector_wrote_costs_itself_alone(tmp_path: Path) -> None:
    folder = write_run(tmp_path, info(), [at(0, 0.1)], [told(1.0, 5)])
    with (folder / "server.jsonl").open("a") as file:
        file.write("[]\nnothing\n" + json.dumps(told(2.0, 9)) + "\n")
    assert sums(series_of(read_run(folder)))["calls"] == 9
