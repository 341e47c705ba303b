"""Our histograms in the buckets of monitoring."""

from hypothesis import given
from hypothesis import strategies as st

from loadtest.exports.distribution import BOUNDS_S, distribution_of
from loadtest.metrics.histogram import Histogram


def recorded(*values_s: float) -> Histogram:
    histogram = Histogram()
    for value_s in values_s:
        histogram.record(value_s)
    return histogram


def test_each_duration_is_in_the_bucket_that_ends_after_it() -> None:
    found = distribution_of(recorded(0.0001, 0.003, 0.003, 0.09, 40.0))

    told = {bound_s: count for bound_s, count in zip(BOUNDS_S, found.counts, strict=False) if count}
    assert told == {0.0005: 1, 0.005: 2, 0.1: 1}
    assert found.counts[len(BOUNDS_S) :] == (1,)
    assert (found.count, found.sum_s) == (5, 40.0961)


def test_no_duration_is_an_empty_distribution() -> None:
    found = distribution_of(Histogram())

    assert (found.count, found.sum_s, set(found.counts)) == (0, 0.0, {0})


@given(st.lists(st.integers(0, 60_000_000)))
def test_nothing_is_told_to_be_faster_than_it_was_nor_slower_by_more_than_a_bucket(values: list[int]) -> None:
    histogram = recorded(*(value_us / 1e6 for value_us in values))
    counts = distribution_of(histogram).counts

    for index, bound_s in enumerate(BOUNDS_S):
        told = sum(counts[: index + 1])
        assert told <= sum(value_us <= bound_s * 1e6 for value_us in values)
        assert told >= sum(value_us <= bound_s * 1e6 / 1.04 for value_us in values)
