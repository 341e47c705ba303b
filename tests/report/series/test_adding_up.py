"""Rows add up, whatever was recorded and however wide they are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.client_figures import LATE_S, PhaseTimes, time_phases
from loadtest.report.series.buckets import Buckets, width_for
from loadtest.report.series.navigations import last_of, navigation_rows, visits_by_start
from loadtest.report.series.phases import PhaseSeries, phase_rows
from loadtest.report.series.rows import NavigationRow, PhaseRow, ServerRow
from loadtest.report.series.server import ServerSeries
from tests.report.building import T0_AT, dropped, handler, histogram, snapshot, visit
from tests.report.series.looking import final_rows

_COUNTS = ("due", "started", "late", "dropped", "ended", "failed", "broken")
TIMES = st.floats(0, 50, allow_nan=False).map(lambda value: round(value, 6))


@st.composite
def records(draw: st.DrawFn) -> NavigationRecord:
    """Return a navigation of any kind."""
    due_s = draw(TIMES) - 0.5
    if draw(st.integers(0, 4)) == 0:
        return replace(dropped(0), due_s=due_s)
    started_s = due_s + draw(st.sampled_from([0.0, LATE_S / 2, LATE_S * 3, 2.0]))
    left_s = draw(st.none() | st.floats(0, 12).map(lambda took_s: started_s + took_s))
    return visit(
        0,
        due_s=due_s,
        started_s=started_s,
        left_s=left_s,
        outcome=draw(st.sampled_from([one for one in Outcome if one is not Outcome.DROPPED])),
        assertions=draw(st.sampled_from([{}, {"clock": None}, {"clock": "it stood still"}])),
        phases_ms=draw(st.dictionaries(st.sampled_from(Phase), st.floats(0.001, 5_000), max_size=3)),
    )


RECORDS = st.lists(records(), max_size=30)


def rows_of(those: Sequence[NavigationRecord], width_s: int) -> list[NavigationRow]:
    """Return rows that are this wide."""
    return list(navigation_rows(those, width_s, rows=int(max(last_of(those), 0.0) // width_s) + 1))


def phases_of(those: Sequence[NavigationRecord], width_s: int) -> list[PhaseRow]:
    """Return the phases' rows that are this wide."""
    split = visits_by_start(those, width_s)
    return [row for start_s, visits in split for row in phase_rows(start_s, time_phases(visits))]


def sums(rows: Iterable[NavigationRow]) -> dict[str, int]:
    """Return each column's sum."""
    told = list(rows)
    return {key: sum(getattr(row, key) for row in told) for key in _COUNTS}


@given(RECORDS, st.sampled_from([1, 2, 8]))
@settings(max_examples=60, deadline=None)
def test_every_navigation_is_counted_once(those: list[NavigationRecord], width_s: int) -> None:
    visits = [one for one in those if one.started_s is not None]
    assert sums(rows_of(those, width_s)) == {
        "due": len(those),
        "started": len(visits),
        "late": sum(one.started_s - one.due_s > LATE_S for one in visits if one.started_s is not None),
        "dropped": len(those) - len(visits),
        "ended": len(visits),
        "failed": sum(one.outcome.is_failure for one in visits),
        "broken": sum(bool(one.breaches) for one in visits),
    }


@given(RECORDS)
@settings(max_examples=40, deadline=None)
def test_wide_rows_are_what_their_narrow_ones_come_to(those: list[NavigationRecord]) -> None:
    narrow = rows_of(those, 1)
    for wide in rows_of(those, 4):
        within = [row for row in narrow if wide.t_s <= row.t_s < wide.t_s + 4]
        assert sums([wide]) == sums(within)


@given(RECORDS, st.sampled_from([1, 2, 8]))
@settings(max_examples=40, deadline=None)
def test_every_phase_that_was_passed_is_counted_once(those: list[NavigationRecord], width_s: int) -> None:
    rows = phases_of(those, width_s)
    for phase in Phase:
        passed = sum(phase in one.phases_ms for one in those if one.started_s is not None)
        assert sum(row.count for row in rows if row.phase is phase) == passed
    assert len({(row.t_s, row.phase) for row in rows}) == len(rows)


@given(st.lists(RECORDS, max_size=6))
@settings(max_examples=30, deadline=None)
def test_what_is_told_while_a_run_is_on_is_what_its_files_tell(batches: list[list[NavigationRecord]]) -> None:
    live = PhaseSeries()
    looks = []
    for batch in batches:
        live.add(batch)
        looks.append(live.take())
    everything = [record for batch in batches for record in batch]
    assert final_rows(looks) == phases_of(everything, 1)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0.001, 5)), max_size=30), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_it_is_all_the_same_when_buckets_are_widened(
    samples: list[tuple[float, float]], most_rows: int
) -> None:
    def filled(width_s: int) -> dict[int, tuple[dict[int, int], int, int]]:
        buckets: Buckets[PhaseTimes] = Buckets(PhaseTimes, _merge, most_rows, width_s)
        for at_s, took_s in samples:
            buckets.at(at_s).own.record(took_s)
        buckets.at(300.0)  # all are as wide in the end
        rows = list(buckets.take())
        assert len(rows) <= most_rows
        return {start_s: (times.own.counts, times.own.sum_us, times.own.max_us) for start_s, times in rows}

    assert filled(1) == filled(width_for(300.0, most_rows))


def _merge(earlier: PhaseTimes, later: PhaseTimes) -> None:
    earlier.own.merge(later.own)


SNAPSHOTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.floats(0.01, 9), st.integers(0, 9), st.integers(0, 3)), max_size=25
)


@given(SNAPSHOTS)
@settings(max_examples=60, deadline=None)
def test_a_servers_wide_rows_are_what_its_narrow_ones_come_to(
    steps: list[tuple[str, float, int, int]],
) -> None:
    assert server_rows(steps, most_rows=16, width_s=1) == server_rows(steps, most_rows=16, width_s=16)


def server_rows(
    steps: Iterable[tuple[str, float, int, int]], most_rows: int, width_s: int
) -> Sequence[ServerRow]:
    """Return the rows of a server that told these calls, and sids, after these waits."""
    series = ServerSeries(T0_AT.timestamp(), most_rows, width_s)
    calls, now_s = {"a": 0, "b": 0}, 0.0
    for sequence, (boot, after_s, more, sids) in enumerate(steps):
        now_s += after_s
        calls[boot] += more
        told = snapshot(
            boot=boot,
            heard_at=T0_AT.timestamp() + now_s,
            sequence=sequence,
            handlers=[handler("join", calls[boot], 0, histogram(*[2.0] * calls[boot]))],
            residue={"sids": sids},
        )
        series.add(told)
    last = told | {"boot": "c", "heard_at": T0_AT.timestamp() + 255.5} if steps else None
    if last:
        series.add(last)  # all are as wide in the end
    fresh = series.take(is_over=True)
    return fresh.rows if fresh else ()
