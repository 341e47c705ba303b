"""Every schedule keeps its law: in any window as many arrivals as it brings, and gaps as it spreads them."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.profile.pacing import Schedule
from tests.profile.planned import Planned, Stretch, plans, worst_case

_SELDOM = 1e-9
"""A law that is kept fails less often than this."""
_MOST = 20_000
"""Arrivals of one example."""


def due_in(planned: Planned, stretch: Stretch) -> list[float]:
    """Return when the arrivals of a stretch are due; where two meet, the piece tells whose they are."""
    stages, ends = planned.stages, [0.0, *planned.ends]
    own: set[int] = set()
    first = 0
    for stage, start_s in zip(stages, ends, strict=False):
        if stretch.start_s <= start_s < stretch.end_s:
            own |= set(range(first, first + len(stage.pieces)))
        first += len(stage.pieces)
    schedule = Schedule(stages, planned.seed, turns=planned.turns)
    arrivals = itertools.islice(schedule.arrivals(), _MOST)
    return [arrival.due_s for arrival in arrivals if arrival.piece in own]


def wrong_count(planned: Planned, stretch: Stretch, from_s: float, to_s: float) -> str | None:
    """Say what is wrong with the number of a stretch's arrivals in a window."""
    due = due_in(planned, stretch)
    low, high = max(from_s, stretch.start_s), min(to_s, stretch.end_s)
    ends_here = high == stretch.end_s
    count = sum(low <= due_s < high or (ends_here and due_s == high) for due_s in due)
    mean, doubt = planned.count(low, high), planned.doubt(low, high)
    if stretch.arrivals == "constant":
        return None if abs(count - mean) <= 1 + doubt else f"{count} instead of {mean}"
    heads, size = count / stretch.burst_size, stretch.burst_size
    if heads != int(heads):
        return f"{count} is no number of bursts of {size}"
    expected = max(mean / size + (doubt if heads * size > mean else -doubt), 0.0)
    chance = worst_case(expected, int(heads))
    return None if chance > _SELDOM else f"{count} instead of {mean}: {chance:.1e}"


@settings(deadline=None, max_examples=50)
@given(plans(), st.floats(0, 1), st.floats(0, 1))
def test_in_any_window_come_as_many_as_the_law_allows(planned: Planned, one: float, other: float) -> None:
    duration_s = planned.ends[-1]
    from_s, to_s = sorted((one * duration_s, other * duration_s))
    for stretch in planned.stretches():
        if from_s < stretch.end_s and stretch.start_s < to_s:
            assert wrong_count(planned, stretch, from_s, to_s) is None


@settings(deadline=None, max_examples=50)
@given(plans())
def test_over_a_whole_stretch_come_as_many_as_the_law_allows(planned: Planned) -> None:
    for stretch in planned.stretches():
        assert wrong_count(planned, stretch, stretch.start_s, stretch.end_s) is None


@settings(deadline=None, max_examples=50)
@given(plans())
def test_random_gaps_are_exponential_in_the_cumulated_rate(planned: Planned) -> None:
    """Kolmogorov's distance, held against the bound of Dvoretzky, Kiefer and Wolfowitz (Massart, 1990)."""
    for stretch in planned.stretches():
        if stretch.arrivals == "constant":
            continue
        heads = due_in(planned, stretch)[:: stretch.burst_size]
        ahead = itertools.pairwise([stretch.start_s, *heads])
        # the last gap is not seen to its end: the law of those before it is as if nobody stopped looking only
        # when their number is not chosen by them, so a number is taken that surely comes
        sure = int(planned.count(stretch.start_s, stretch.end_s) / stretch.burst_size * 0.5)
        gaps = sorted(
            1 - math.exp(-planned.count(before, after) / stretch.burst_size)
            for before, after in itertools.islice(ahead, sure)
        )
        if len(gaps) < max(sure, 20):
            continue
        distance = max(
            max(abs(gap - n / len(gaps)), abs(gap - (n + 1) / len(gaps))) for n, gap in enumerate(gaps)
        )
        assert distance < math.sqrt(math.log(2 / _SELDOM) / 2 / len(gaps)) + 0.01


@settings(deadline=None, max_examples=50)
@given(plans())
def test_constant_arrivals_are_spread_evenly_over_the_cumulated_rate(planned: Planned) -> None:
    for stretch in planned.stretches():
        if stretch.arrivals != "constant":
            continue
        due = due_in(planned, stretch)
        for before, after in itertools.pairwise(due):
            doubt = planned.doubt(before, after) + planned.doubt(0, planned.ends[-1]) / 100
            assert planned.count(before, after) == pytest.approx(1, abs=1e-4 + doubt)


@settings(deadline=None, max_examples=50)
@given(plans(), st.integers(1, 7), st.none() | st.integers(1, 300))
def test_any_number_of_workers_share_any_schedule_out(
    planned: Planned, workers: int, max_visits: int | None
) -> None:
    schedule = Schedule(planned.stages, planned.seed, max_visits, planned.turns)
    whole = list(itertools.islice(schedule.arrivals(), _MOST))
    shares = [list(itertools.islice(schedule.share(worker, workers), _MOST)) for worker in range(workers)]

    together = sorted(itertools.chain(*shares), key=lambda arrival: arrival.number)
    assert together[: len(whole)] == whole
    assert [arrival.number for arrival in whole] == list(range(len(whole)))
    assert sum(map(len, shares)) == len({arrival.number for share in shares for arrival in share})
    for worker, share in enumerate(shares):
        assert all(arrival.number % workers == worker for arrival in share)
        assert all(a.due_s <= b.due_s for a, b in itertools.pairwise(share))


@pytest.mark.parametrize(
    ("mean", "count", "chance"),
    [(0, 0, 1.0), (0, 1, 0.0), (2, 0, math.exp(-2)), (2, 1, 3 * math.exp(-2)), (1, 3, 0.0803013970713942)],
)
def test_the_tail_of_a_poisson_number_is_exact(mean: float, count: int, chance: float) -> None:
    assert worst_case(mean, count) == pytest.approx(chance)
