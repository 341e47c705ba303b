"""A histogram of ours in the fewer, wider buckets that monitoring can afford."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from loadtest.metrics.histogram import Histogram, bucket_top_us

__all__ = ["BOUNDS_S", "Distribution", "distribution_of"]

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds, in seconds; what took longer is in a last bucket without one."""
_BOUNDS_US = tuple(round(bound_s * 1e6) for bound_s in BOUNDS_S)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many durations were in each bucket, and what they add up to."""

    counts: tuple[int, ...]
    """One for each bucket by itself: those of ``BOUNDS_S``, and the last."""
    sum_s: float

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.counts)


def distribution_of(histogram: Histogram) -> Distribution:
    """Return a histogram's counts in the wider buckets.

    A bucket of ours, 3 % wide, that a bound cuts through is counted beyond it: nothing is told to have been
    faster than it was.
    """
    counts = [0] * (len(BOUNDS_S) + 1)
    for bucket, count in histogram.counts.items():
        counts[_place(bucket)] += count
    return Distribution(tuple(counts), histogram.sum_us / 1e6)


@cache
def _place(bucket: int) -> int:
    return bisect_left(_BOUNDS_US, bucket_top_us(bucket))
