"""When navigations are due: shapes, counts, shares, and that a seed is a schedule."""

import itertools
from collections.abc import Sequence
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.profile.model import Arrivals, Stage
from loadtest.profile.pacing import Schedule

CONSTANT, POISSON = Arrivals.CONSTANT, Arrivals.POISSON

rates = st.just(0.0) | st.floats(0.01, 60)
stage_lists = st.lists(
    st.builds(Stage, st.floats(0.1, 5), rates, rates, st.sampled_from(Arrivals)), min_size=1, max_size=5
)
seeds = st.integers(0, 2**64)


def due_times(stages: Sequence[Stage], seed: int = 7) -> list[float]:
    return [due_s for _, due_s in Schedule(stages, seed).arrivals()]


def constant(duration_s: float, first: float, last: float) -> Stage:
    return Stage(duration_s, first, last, CONSTANT)


@pytest.mark.parametrize(
    ("stages", "due"),
    [
        ([constant(2, 2, 2)], [0.25, 0.75, 1.25, 1.75]),
        ([constant(1, 0, 0), constant(2, 1, 1)], [1.5, 2.5]),
        ([constant(1, 2, 2), constant(1, 0, 0), constant(1, 1, 1)], [0.25, 0.75, 2.5]),
        # stages of half a navigation each lose nothing: the cumulated rate goes on
        ([constant(0.5, 1, 1)] * 4, [0.5, 1.5]),
        # from 0 to 2 in 2 s the cumulated rate is x²/2: it is 0.5 at 1, and 1.5 at the root of 3
        ([constant(2, 0, 2)], [1.0, 3**0.5]),
        # from 2 to 0 it is 2x - x²/2: the same, backwards
        ([constant(2, 2, 0)], [2 - 3**0.5, 1.0]),
        ([constant(2, 0, 0)], []),
    ],
    ids=["even", "after a pause", "around a pause", "short stages", "rising", "falling", "nobody"],
)
def test_constant_arrivals_stand_where_the_cumulated_rate_is_a_number_and_a_half(
    stages: list[Stage], due: list[float]
) -> None:
    assert due_times(stages) == pytest.approx(due, rel=1e-12)


def test_poisson_arrivals_of_a_seed_are_the_same_on_every_machine_and_in_every_release() -> None:
    assert due_times([Stage(1, 0, 6)])[:3] == pytest.approx(
        [0.3611624030981096, 0.43005166404370626, 0.7319674217047297], rel=1e-12
    )


def test_rounding_brings_nobody_after_the_end() -> None:
    stages = [constant(0.8, 0, 0), constant(0.052264808362369346, 57.3, 0.1)]

    assert due_times(stages)[-1] == Schedule(stages, 7).duration_s


def test_another_seed_is_another_schedule() -> None:
    assert due_times([Stage(2, 5, 5)], seed=1) != due_times([Stage(2, 5, 5)], seed=2)


def test_a_poisson_stage_cut_in_two_is_the_same_schedule() -> None:
    assert due_times([Stage(2, 10, 10), Stage(3, 10, 10)]) == pytest.approx(due_times([Stage(5, 10, 10)]))


def test_poisson_gaps_have_the_mean_and_the_variance_of_an_exponential() -> None:
    due = due_times([Stage(1000, 10, 10)])
    gaps = [after - before for before, after in itertools.pairwise(due)]

    # 10,000 gaps of mean 0.1 and variance 0.01, whose standard errors are 1 % and 2.8 %
    assert 0.096 < mean(gaps) < 0.104
    assert 0.0088 < pvariance(gaps) < 0.0112


def test_a_rising_rate_brings_a_quarter_of_its_navigations_in_its_first_half() -> None:
    due = due_times([Stage(20, 0, 1000)])

    # 2,500 of 10,000; standard deviations are 50 and 100
    assert 2300 < sum(due_s < 10 for due_s in due) < 2700
    assert 9600 < len(due) < 10_400


def test_poisson_arrivals_begin_anew_after_constant_ones() -> None:
    stages = [Stage(100, 10, 10), constant(100, 10, 10), Stage(100, 10, 10)]

    counts = [sum(start <= due_s < start + 100 for due_s in due_times(stages)) for start in (0, 100, 200)]

    assert 870 < counts[0] < 1130  # 1,000; a standard deviation is 32
    assert counts[1] == 1000
    assert 870 < counts[2] < 1130


@given(stage_lists, seeds)
def test_navigations_are_numbered_in_order_and_due_within_the_run(stages: list[Stage], seed: int) -> None:
    schedule = Schedule(stages, seed)
    numbers, due = zip(*schedule.arrivals(), strict=True) if list(schedule.arrivals()) else ((), ())

    assert list(numbers) == list(range(len(numbers)))
    assert list(due) == sorted(due)
    assert all(0 <= due_s <= schedule.duration_s for due_s in due)


@given(st.lists(st.builds(constant, st.floats(0.1, 5), rates, rates), min_size=1, max_size=5))
def test_constant_arrivals_are_as_many_as_expected(stages: list[Stage]) -> None:
    assert len(due_times(stages)) == pytest.approx(Schedule(stages, 0).expected_count, abs=0.5 + 1e-9)


@given(stage_lists, seeds)
def test_poisson_arrivals_are_about_as_many_as_expected(stages: list[Stage], seed: int) -> None:
    expected = Schedule(stages, seed).expected_count

    assert abs(len(due_times(stages, seed)) - expected) < 7 * expected**0.5 + 10


@given(stage_lists, seeds)
def test_a_seed_is_a_schedule(stages: list[Stage], seed: int) -> None:
    assert due_times(stages, seed) == due_times(stages, seed)


@given(stage_lists, seeds, st.integers(1, 5))
def test_the_workers_shares_together_are_the_schedule(stages: list[Stage], seed: int, workers: int) -> None:
    schedule = Schedule(stages, seed)
    shares = [list(schedule.share(worker, workers)) for worker in range(workers)]

    assert sorted(itertools.chain(*shares)) == list(schedule.arrivals())
    assert all(number % workers == worker for worker, share in enumerate(shares) for number, _ in share)


@given(stage_lists, seeds, st.integers(1, 20))
def test_a_number_of_visits_cuts_the_schedule_and_changes_nothing_before(
    stages: list[Stage], seed: int, max_visits: int
) -> None:
    whole = list(Schedule(stages, seed).arrivals())

    assert list(Schedule(stages, seed, max_visits).arrivals()) == whole[:max_visits]


def test_the_expected_count_is_the_area_under_the_rate_or_the_number_of_visits() -> None:
    stages = [Stage(2, 0, 10), Stage(3, 10, 10)]

    assert Schedule(stages, 7).expected_count == 40.0
    assert Schedule(stages, 7, max_visits=50).expected_count == 40.0
    assert Schedule(stages, 7, max_visits=5).expected_count == 5.0
    assert Schedule(stages, 7).duration_s == 5.0


@pytest.mark.parametrize(
    ("now_s", "rate"), [(-0.1, 0.0), (0, 0.0), (1, 5.0), (2, 20.0), (4.9, 20.0), (5, 0.0), (9, 0.0)]
)
def test_the_planned_rate_follows_the_stages(now_s: float, rate: float) -> None:
    assert Schedule([Stage(2, 0, 10), Stage(3, 20, 20)], 7).rate_at(now_s) == pytest.approx(rate)


def test_a_long_schedule_is_not_held_in_memory() -> None:
    arrivals = Schedule([Stage(1e9, 1e6, 1e6)], 7).arrivals()

    assert [number for number, _ in itertools.islice(arrivals, 3)] == [0, 1, 2]
