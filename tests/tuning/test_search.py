"""The search, with judges that are simulated: sure ones, noisy ones, queues; no load."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.tuning.reading import Grade, Reading
from loadtest.tuning.search import Bounds, Ending, Search

Judge = Callable[[float], Reading]


def search_with(judge: Judge, bounds: Bounds, most: int = 60) -> Search:
    search = Search(bounds)
    while search.ending is None and len(search.readings) < most:
        search.add(judge(search.next_value))
    return search


def sure(knee: float) -> Judge:
    return lambda value: Reading(value, value < knee)


def noisy(knee: float, steepness: float, rng: random.Random) -> Judge:
    """Passes by chance: at the knee every other time."""

    def judge(value: float) -> Reading:
        chance = 1 / (1 + math.exp(min(steepness * math.log(value / knee), 50)))
        return Reading(value, rng.random() < chance)

    return judge


def counted(knee: float, rng: random.Random) -> Judge:
    """Tells how many of 400 visits were beyond the limit, more alike than a binomial law would have them."""

    def judge(value: float) -> Reading:
        lift = math.log(0.05 / 0.95) + 10 * math.log(value / knee)
        share = 1 / (1 + math.exp(-lift))
        alike = rng.betavariate(share * 15, (1 - share) * 15)
        exceeded = sum(rng.random() < alike for _ in range(400))
        grade = Grade(exceeded, 400, 0.05)
        return Reading(value, exceeded <= 20, {"phases.handshake p(95)<100": grade})

    return judge


def test_the_first_probe_is_at_the_lowest_value_and_the_next_ones_double_it() -> None:
    search = Search(Bounds(5, 1000))
    values = []
    for _ in range(4):
        values.append(search.next_value)
        search.add(Reading(values[-1], True))

    assert values == [5, 10, 20, 40]


def test_doubling_does_not_go_beyond_the_highest_value() -> None:
    search = Search(Bounds(5, 15))
    for value in (5.0, 10.0):
        search.add(Reading(value, True))

    assert search.next_value == 15


@settings(max_examples=15, deadline=None)
@given(knee=st.floats(6, 900))
def test_a_sure_judge_is_found_to_within_the_width(knee: float) -> None:
    search = search_with(sure(knee), Bounds(5, 1000))

    assert search.ending is Ending.FOUND
    assert search.knee is not None
    assert search.knee.width <= 0.05
    assert search.knee.low * 0.98 <= knee <= search.knee.high * 1.02


@pytest.mark.slow
def test_a_noisy_judges_knee_is_within_the_interval_in_nine_seeds_of_ten() -> None:
    hits = 0
    for seed in range(60):
        rng = random.Random(seed)
        knee = rng.uniform(20, 400)
        search = search_with(noisy(knee, 25, rng), Bounds(5, 1000, width=0.1), most=40)
        assert search.knee is not None
        hits += search.knee.low <= knee <= search.knee.high

    assert hits >= 54, f"{hits} of 60"


@pytest.mark.slow
def test_counts_find_the_knee_within_the_interval_in_nine_seeds_of_ten() -> None:
    hits, off = 0, []
    for seed in range(60):
        rng = random.Random(seed)
        knee = rng.uniform(20, 400)
        search = search_with(counted(knee, rng), Bounds(5, 1000, width=0.1), most=40)
        assert search.knee is not None
        hits += search.knee.low <= knee <= search.knee.high
        off.append(abs(search.knee.value / knee - 1))

    assert hits >= 54, f"{hits} of 60"
    assert max(off) < 0.1


@pytest.mark.slow
def test_counts_need_fewer_probes_than_pass_and_fail_alone() -> None:
    def probes(has_counts: bool) -> int:
        total = 0
        for seed in range(10):
            judge = counted(100, random.Random(seed))

            def plain(value: float, judge: Judge = judge) -> Reading:
                reading = judge(value)
                return reading if has_counts else Reading(value, reading.passes)

            total += len(search_with(plain, Bounds(5, 1000, width=0.1)).readings)
        return total

    assert probes(True) < 0.8 * probes(False)


def test_a_knee_below_the_lowest_value_is_said_after_a_second_look() -> None:
    search = search_with(sure(3), Bounds(5, 1000))

    assert search.ending is Ending.FAILS_AT_LOWEST
    assert [reading.value for reading in search.readings] == [5, 5]


def test_a_knee_above_the_highest_value_is_said_after_a_second_look() -> None:
    search = search_with(sure(5000), Bounds(5, 40))

    assert search.ending is Ending.HOLDS_AT_HIGHEST
    assert [reading.value for reading in search.readings] == [5, 10, 20, 40, 40]


def test_one_fail_by_chance_at_the_lowest_value_does_not_end_the_search() -> None:
    answers = iter([False])
    judge = sure(100)
    search = search_with(
        lambda value: Reading(value, next(answers, True) and judge(value).passes), Bounds(5, 1000)
    )

    assert search.ending is Ending.FOUND
    assert search.knee is not None
    assert search.knee.value == pytest.approx(100, rel=0.1)


def test_where_lower_is_worse_the_lowest_value_that_holds_is_found() -> None:
    search = search_with(lambda value: Reading(value, value > 70), Bounds(5, 1000, may_fall=True))

    assert search.lower_is_worse
    assert search.ending is Ending.FOUND
    assert search.knee is not None
    assert search.knee.value == pytest.approx(70, rel=0.05)
    assert search.knee.low < search.knee.high


def test_what_fails_at_both_ends_fails() -> None:
    search = search_with(lambda value: Reading(value, False), Bounds(5, 1000, may_fall=True))

    assert search.ending is Ending.FAILS_AT_LOWEST
    assert {reading.value for reading in search.readings} == {5, 1000}


def test_whole_numbers_are_probed_where_only_they_can_be() -> None:
    search = search_with(sure(7.5), Bounds(1, 64, is_whole=True))

    assert all(reading.value.is_integer() for reading in search.readings)
    assert search.ending is Ending.FOUND
    assert search.knee is not None
    assert 7 <= search.knee.value <= 8


def test_it_is_not_believed_before_enough_have_passed_and_failed_near_the_knee() -> None:
    search = search_with(sure(100), Bounds(5, 1000, width=0.9, repeats=4))

    assert search.knee is not None
    near = [one.passes for one in search.readings if abs(math.log(one.value / search.knee.value)) < 0.3]
    assert min(near.count(True), near.count(False)) >= 4


@pytest.mark.parametrize(("knee", "holds"), [(7.5, 7.0), (40.2, 40.0)])
def test_of_whole_numbers_the_one_within_what_holds_is_written(knee: float, holds: float) -> None:
    search = search_with(sure(knee), Bounds(1, 64, is_whole=True))

    assert search.ending is Ending.FOUND
    assert search.holds_at is not None
    assert search.holds_at.is_integer()
    assert search.holds_at == pytest.approx(holds, abs=2)
    assert search.knee is not None
    assert search.holds_at <= search.knee.low


def test_of_whole_numbers_the_one_above_is_written_where_lower_is_worse() -> None:
    search = search_with(
        lambda value: Reading(value, value > 7.5), Bounds(1, 64, is_whole=True, may_fall=True)
    )

    assert search.knee is not None
    assert search.holds_at == math.ceil(search.knee.high)


def test_nothing_holds_while_there_is_no_knee() -> None:
    assert Search(Bounds(1, 64)).holds_at is None
