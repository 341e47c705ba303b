"""When visits are due again."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.replay.timing import LONGEST_IDLE_S, timing_of
from tests.replay.finding_runs import spaced


def test_visits_near_each_other_keep_their_distances_and_long_waits_are_cut() -> None:
    timing = timing_of(spaced([5.0, 5.125, 6.5, 40.0, 40.5]))

    # the third left at 6.7, so 33.3 s of nobody; 2 s of them stay
    assert timing.dues_s == [0.0, 0.125, 1.5, 3.7, 4.2]
    assert timing.left_out_s == pytest.approx(31.3)


def test_while_anybody_is_there_no_time_is_idle() -> None:
    records = spaced([1.0, 2.0, 9.5])
    long = spaced([0.0], lasts_s=9.0)

    assert timing_of([*long, *records]).dues_s == [0.0, 1.0, 2.0, 9.5]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=1, max_size=20))
def test_no_wait_is_longer_than_two_seconds_and_none_is_stretched(spans: list[tuple[float, float]]) -> None:
    ordered = sorted(spans)
    records = [spaced([start_s], lasts_s=lasts_s)[0] for start_s, lasts_s in ordered]
    timing = timing_of(records)

    idle_from_s = 0.0
    for due_s, (_, lasts_s) in zip(timing.dues_s, ordered, strict=True):
        assert due_s - idle_from_s <= LONGEST_IDLE_S + 1e-4
        idle_from_s = max(idle_from_s, due_s + lasts_s)
    gaps = [later - earlier for earlier, later in zip(timing.dues_s, timing.dues_s[1:], strict=False)]
    before = [later[0] - earlier[0] for earlier, later in itertools.pairwise(ordered)]
    assert all(-1e-6 <= gap <= old + 1e-4 for gap, old in zip(gaps, before, strict=True))
    whole_s = ordered[-1][0] - ordered[0][0]
    assert timing.dues_s[-1] + timing.left_out_s == pytest.approx(whole_s, abs=1e-4)
