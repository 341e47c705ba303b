"""The histogram whose buckets are 3 % wide."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.metrics.histogram import Histogram, bucket_of, bucket_top_us

durations_us = st.integers(0, 1 << 42)
many_us = st.lists(durations_us, max_size=60)
percents = st.floats(0, 100)


def histogram(values_us: list[int]) -> Histogram:
    made = Histogram()
    for value_us in values_us:
        made.record(value_us / 1e6)
    return made


def merged(*parts: Histogram) -> Histogram:
    whole = Histogram()
    for part in parts:
        whole.merge(part)
    return whole


@pytest.mark.parametrize(
    ("value_us", "bucket"),
    [
        (-1, 0),
        (0, 0),
        (1, 1),
        (63, 63),
        (64, 64),
        (65, 64),
        (66, 65),
        (127, 95),
        (128, 96),
        (1_000_000, 509),
        ((1 << 40) - 1, 1151),
        (1 << 50, 1151),
    ],
)
def test_a_duration_falls_into_its_bucket(value_us: int, bucket: int) -> None:
    assert bucket_of(value_us) == bucket


@pytest.mark.parametrize(("bucket", "top_us"), [(0, 0), (63, 63), (64, 65), (95, 127), (96, 131)])
def test_a_buckets_top_is_the_largest_duration_in_it(bucket: int, top_us: int) -> None:
    assert bucket_top_us(bucket) == top_us


@given(st.integers(0, (1 << 40) - 1))
def test_a_bucket_is_at_most_a_thirty_second_of_its_value_wide(value_us: int) -> None:
    bucket = bucket_of(value_us)
    top_us = bucket_top_us(bucket)

    assert value_us <= top_us <= value_us + value_us / 32
    assert bucket_of(top_us) == bucket
    assert bucket_of(top_us + 1) == min(bucket + 1, 1151)


def test_an_empty_histogram_has_no_figures() -> None:
    empty = Histogram()

    assert (empty.count, empty.percentile_ms(99), empty.mean_ms, empty.max_ms) == (0, None, None, None)


def test_small_durations_have_exact_figures() -> None:
    known = histogram([10, 20, 30, 40])

    assert (known.percentile_ms(50), known.percentile_ms(75), known.percentile_ms(76)) == (0.02, 0.03, 0.04)
    assert (known.percentile_ms(0), known.mean_ms, known.max_ms) == (0.01, 0.025, 0.04)


def test_a_percentile_is_never_above_the_longest_duration() -> None:
    assert histogram([1000]).percentile_ms(50) == 1.0


def test_a_clock_that_jumped_back_counts_as_no_time_at_all() -> None:
    jumped = Histogram()
    jumped.record(-0.5)

    assert (jumped.count, jumped.max_ms, jumped.sum_us) == (1, 0.0, 0)


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan])
def test_a_percentile_beyond_its_range_is_refused(percent: float) -> None:
    with pytest.raises(ValueError, match="is not within 0 to 100"):
        Histogram().percentile_ms(percent)


def test_counts_that_do_not_reach_a_rank_end_at_the_maximum() -> None:
    # From a snapshot whose count is right and whose buckets were cut.
    cut = histogram([1000, 2000])
    cut.counts = {bucket_of(1000): 1}

    assert cut.percentile_ms(100) == 2.0


@given(st.lists(st.integers(0, (1 << 40) - 1), min_size=1, max_size=60), percents)
def test_a_percentile_is_at_most_a_thirty_second_above_the_true_one(
    values_us: list[int], percent: float
) -> None:
    rank = max(-(-len(values_us) * percent // 100), 1)
    true_us = sorted(values_us)[int(rank) - 1]

    told_ms = histogram(values_us).percentile_ms(percent)

    assert told_ms is not None
    assert true_us / 1000 <= told_ms <= true_us * 33 / 32 / 1000


@given(many_us, percents, percents)
def test_a_higher_percentile_is_never_below_a_lower_one(
    values_us: list[int], one: float, other: float
) -> None:
    known = histogram([*values_us, 5])

    assert (known.percentile_ms(min(one, other)) or 0) <= (known.percentile_ms(max(one, other)) or 0)


@given(many_us, many_us, many_us)
def test_merging_is_the_same_as_counting_all_in_one(
    one: list[int], other: list[int], third: list[int]
) -> None:
    parts = [histogram(values) for values in (one, other, third)]

    whole = histogram(one + other + third).to_json()

    assert merged(*parts).to_json() == whole
    assert merged(*reversed(parts)).to_json() == whole
    assert merged(parts[0], merged(*parts[1:])).to_json() == whole


def test_merging_leaves_the_other_one_as_it_was() -> None:
    other = histogram([5])
    merged(histogram([7]), other)

    assert other.to_json() == {"count": 1, "sum_us": 5, "max_us": 5, "counts": {"5": 1}}


@given(*[st.lists(st.integers(0, (1 << 40) - 1), max_size=60)] * 2)
def test_what_was_counted_since_an_earlier_state_is_what_came_after(
    before_us: list[int], after_us: list[int]
) -> None:
    earlier, after = histogram(before_us), histogram(after_us)
    later = merged(earlier, after).since(earlier)

    assert (later.counts, later.count, later.sum_us) == (after.counts, after.count, after.sum_us)
    if max(after_us, default=0) > max(before_us, default=0):
        assert later.max_us == after.max_us
    else:
        assert after.max_us <= later.max_us <= earlier.max_us


def test_a_state_that_is_not_earlier_takes_nothing_below_zero() -> None:
    assert histogram([5]).since(histogram([5, 5, 9])).count == 0
    assert histogram([]).since(histogram([])).max_ms is None


@given(many_us)
def test_the_wire_form_is_read_as_what_it_was(values_us: list[int]) -> None:
    wire = histogram(values_us).to_json()

    assert Histogram.from_json(json.loads(json.dumps(wire))).to_json() == wire


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"counts": {"x": 1}, "sum_us": 0, "max_us": 0},
        {"counts": {"1": None}, "sum_us": 0, "max_us": 0},
    ],
)
def test_what_is_no_wire_form_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Histogram.from_json(data)
