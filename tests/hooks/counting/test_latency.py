"""The bucket scheme, and that it is the one of ``loadtest.metrics.histogram``."""

import json

from hypothesis import given
from hypothesis import strategies as st

from loadtest.hooks.counting.latency import Latency, bucket_of
from loadtest.metrics.histogram import Histogram
from loadtest.metrics.histogram import bucket_of as bucket_of_histogram


@given(st.integers(min_value=-10, max_value=1 << 42))
def test_every_duration_falls_into_the_bucket_that_the_run_expects(value_us: int) -> None:
    assert bucket_of(value_us) == bucket_of_histogram(value_us)


@given(st.lists(st.floats(min_value=-1, max_value=2e6)))
def test_the_wire_form_is_that_of_the_histogram_which_reads_it(values_s: list[float]) -> None:
    latency, histogram = Latency(), Histogram()
    for value_s in values_s:
        latency.record(value_s)
        histogram.record(value_s)

    assert json.dumps(latency.to_json()) == json.dumps(histogram.to_json())


def test_durations_are_counted_by_bucket_with_their_sum_and_maximum() -> None:
    latency = Latency()
    for value_s in (0.000_003, 0.000_003, 0.001, -5.0):
        latency.record(value_s)

    assert latency.to_json() == {
        "count": 4,
        "sum_us": 1006,
        "max_us": 1000,
        "counts": {"0": 1, "3": 2, "190": 1},
    }
