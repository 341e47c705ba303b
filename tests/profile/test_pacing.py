"""When navigations are due: shapes, counts, shares, and that a seed is a schedule."""

import itertools
from collections.abc import Sequence
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.profile.model import Arrivals, Piece, Rate, Stage, Turn
from loadtest.profile.pacing import Schedule

CONSTANT, POISSON = Arrivals.CONSTANT, Arrivals.POISSON

rates = st.just(0.0) | st.floats(0.01, 60)
durations = st.just(1e-9) | st.floats(0.1, 5)


def stage(
    duration_s: float, first: float, last: float, arrivals: Arrivals = POISSON, burst_size: int = 1
) -> Stage:
    return Stage(duration_s, (Piece(duration_s, first, last),), arrivals, burst_size)


def constant(duration_s: float, first: float, last: float) -> Stage:
    return stage(duration_s, first, last, CONSTANT)


stage_lists = st.lists(
    st.builds(stage, durations, rates, rates, st.sampled_from([CONSTANT, POISSON]))
    | st.builds(stage, durations, rates, rates, st.just(Arrivals.BURSTS), st.integers(1, 12)),
    min_size=1,
    max_size=5,
)
seeds = st.integers(0, 2**64)


def due_times(stages: Sequence[Stage], seed: int = 7) -> list[float]:
    return [arrival.due_s for arrival in Schedule(stages, seed).arrivals()]


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
    assert due_times([stage(1, 0, 6)])[:3] == pytest.approx(
        [0.14734950664084495, 0.5080895443514318, 0.5218776853217392], rel=1e-12
    )


def test_rounding_brings_nobody_after_the_end() -> None:
    stages = [constant(0.28, 0, 0), constant(2.5, 17.6, 3.6)]

    assert due_times(stages)[-1] == Schedule(stages, 7).duration_s


def test_another_seed_is_another_schedule() -> None:
    assert due_times([stage(2, 5, 5)], seed=1) != due_times([stage(2, 5, 5)], seed=2)


def test_a_poisson_stage_cut_in_two_is_the_same_schedule() -> None:
    assert due_times([stage(2, 10, 10), stage(3, 10, 10)]) == pytest.approx(due_times([stage(5, 10, 10)]))


def test_poisson_gaps_have_the_mean_and_the_variance_of_an_exponential() -> None:
    due = due_times([stage(1000, 10, 10)])
    gaps = [after - before for before, after in itertools.pairwise(due)]

    # 10,000 gaps of mean 0.1 and variance 0.01, whose standard errors are 1 % and 2.8 %
    assert 0.096 < mean(gaps) < 0.104
    assert 0.0088 < pvariance(gaps) < 0.0112


def test_a_rising_rate_brings_a_quarter_of_its_navigations_in_its_first_half() -> None:
    due = due_times([stage(20, 0, 1000)])

    # 2,500 of 10,000; standard deviations are 50 and 100
    assert 2300 < sum(due_s < 10 for due_s in due) < 2700
    assert 9600 < len(due) < 10_400


def test_poisson_arrivals_begin_anew_after_constant_ones() -> None:
    stages = [stage(100, 10, 10), constant(100, 10, 10), stage(100, 10, 10)]

    counts = [sum(start <= due_s < start + 100 for due_s in due_times(stages)) for start in (0, 100, 200)]

    assert 870 < counts[0] < 1130  # 1,000; a standard deviation is 32
    assert counts[1] == 1000
    assert 870 < counts[2] < 1130


@given(stage_lists, seeds)
def test_navigations_are_numbered_in_order_and_due_within_the_run(stages: list[Stage], seed: int) -> None:
    schedule = Schedule(stages, seed)
    arrivals = list(schedule.arrivals())
    due = [arrival.due_s for arrival in arrivals]

    assert [arrival.number for arrival in arrivals] == list(range(len(arrivals)))
    assert due == sorted(due)
    assert all(0 <= due_s <= schedule.duration_s for due_s in due)


@given(st.lists(st.builds(constant, st.floats(0.1, 5), rates, rates), min_size=1, max_size=5))
def test_constant_arrivals_are_as_many_as_expected(stages: list[Stage]) -> None:
    assert len(due_times(stages)) == pytest.approx(Schedule(stages, 0).expected_count, abs=0.5 + 1e-9)


@given(stage_lists, seeds)
def test_random_arrivals_are_about_as_many_as_expected(stages: list[Stage], seed: int) -> None:
    expected = Schedule(stages, seed).expected_count
    size = max(stage.burst_size for stage in stages)

    assert abs(len(due_times(stages, seed)) - expected) < 7 * (size * expected) ** 0.5 + 10 * size


@given(stage_lists, seeds)
def test_a_seed_is_a_schedule(stages: list[Stage], seed: int) -> None:
    assert due_times(stages, seed) == due_times(stages, seed)


@given(stage_lists, seeds, st.integers(1, 5))
def test_the_workers_shares_together_are_the_schedule(stages: list[Stage], seed: int, workers: int) -> None:
    schedule = Schedule(stages, seed)
    shares = [list(schedule.share(worker, workers)) for worker in range(workers)]

    together = sorted(itertools.chain(*shares), key=lambda arrival: arrival.number)
    assert together == list(schedule.arrivals())
    assert all(arrival.number % workers == worker for worker, share in enumerate(shares) for arrival in share)


@given(stage_lists, seeds, st.integers(1, 20))
def test_a_number_of_visits_cuts_the_schedule_and_changes_nothing_before(
    stages: list[Stage], seed: int, max_visits: int
) -> None:
    whole = list(Schedule(stages, seed).arrivals())

    assert list(Schedule(stages, seed, max_visits).arrivals()) == whole[:max_visits]


def test_the_expected_count_is_the_area_under_the_rate_or_the_number_of_visits() -> None:
    stages = [stage(2, 0, 10), stage(3, 10, 10)]

    assert Schedule(stages, 7).expected_count == 40.0
    assert Schedule(stages, 7, max_visits=50).expected_count == 40.0
    assert Schedule(stages, 7, max_visits=5).expected_count == 5.0
    assert Schedule(stages, 7).duration_s == 5.0


@pytest.mark.parametrize(
    ("now_s", "rate"), [(-0.1, 0.0), (0, 0.0), (1, 5.0), (2, 20.0), (4.9, 20.0), (5, 0.0), (9, 0.0)]
)
def test_the_planned_rate_follows_the_stages(now_s: float, rate: float) -> None:
    assert Schedule([stage(2, 0, 10), stage(3, 20, 20)], 7).rate_at(now_s) == pytest.approx(rate)


def test_a_long_schedule_is_not_held_in_memory() -> None:
    arrivals = Schedule([stage(1e9, 1e6, 1e6)], 7).arrivals()

    assert [arrival.number for arrival in itertools.islice(arrivals, 3)] == [0, 1, 2]


turn_lists = st.lists(
    st.builds(Turn, st.floats(0, 15), st.builds(Rate, rates, st.booleans())), min_size=1, max_size=4
).map(lambda turns: sorted(turns, key=lambda turn: turn.at_s))


@given(stage_lists, seeds, turn_lists)
def test_a_turn_leaves_all_that_is_due_before_it_and_every_number_alone(
    stages: list[Stage], seed: int, turns: list[Turn]
) -> None:
    plain = list(Schedule(stages, seed, turns=turns[:-1]).arrivals())
    turned = list(itertools.islice(Schedule(stages, seed, turns=turns).arrivals(), 10_000))
    last = turns[-1].at_s

    assert [arrival for arrival in turned if arrival.due_s < last] == [
        arrival for arrival in plain if arrival.due_s < last
    ]
    assert [arrival.number for arrival in turned] == list(range(len(turned)))
    assert all(a.due_s <= b.due_s for a, b in itertools.pairwise(turned))


@given(stage_lists, seeds, turn_lists, st.integers(0, 200), st.integers(1, 3))
def test_whoever_knows_one_arrival_knows_all_that_follow(
    stages: list[Stage], seed: int, turns: list[Turn], number: int, workers: int
) -> None:
    schedule = Schedule(stages, seed, turns=turns)
    whole = list(itertools.islice(schedule.arrivals(), 400))
    for after in whole[number : number + 1]:
        rest = list(itertools.islice(schedule.arrivals(after), 399 - number))
        assert rest == whole[number + 1 :]
        share = itertools.islice(schedule.share(0, workers, after), 5)
        assert list(share) == [arrival for arrival in whole[number + 1 :] if arrival.number % workers == 0][
            :5
        ] or (len(whole) == 400)


def test_a_turn_holds_a_rate_or_multiplies_the_planned_one() -> None:
    turns = [
        Turn(1, Rate(4, False)),
        Turn(2, Rate(0.5, True)),
        Turn(3, Rate(0, True)),
        Turn(4, Rate(1, True)),
    ]
    schedule = Schedule([constant(2, 2, 2), constant(3, 4, 4)], 7, turns=turns)

    # 2, 4, 2, 0 and 4 a second
    assert [arrival.due_s for arrival in schedule.arrivals()] == pytest.approx(
        [0.25, 0.75, 1.125, 1.375, 1.625, 1.875, 2.25, 2.75, 4.125, 4.375, 4.625, 4.875]
    )
    assert [schedule.rate_at(s) for s in (0.5, 1.5, 2.5, 3.5, 4.5)] == [2, 4, 2, 0, 4]
    assert schedule.expected_count == 12


def test_a_burst_comes_at_one_instant() -> None:
    due = due_times([stage(20, 20, 20, Arrivals.BURSTS, 10)])

    assert len(due) % 10 == 0
    assert all(len(set(due[n : n + 10])) == 1 for n in range(0, len(due), 10))
    assert len(set(due)) == len(due) // 10
