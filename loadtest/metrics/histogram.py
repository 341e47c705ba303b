"""A latency histogram whose buckets are 3 % wide and merge by addition."""

from collections.abc import Mapping
from typing import Any

__all__ = ["Histogram", "bucket_of", "bucket_top_us"]

_SUB_BITS = 5
_SUB_BUCKETS = 1 << _SUB_BITS
_LARGEST_US = (1 << 40) - 1
"""About 12.7 days: what is longer is counted as this long."""


def bucket_of(value_us: int) -> int:
    """Return the bucket that a duration in whole microseconds falls into.

    The scheme is HdrHistogram's: exact up to 63 µs, then 32 buckets for each doubling, so that a bucket
    is at most 1/32 (3.1 %) of its value wide. ``loadtest.hooks`` writes the same scheme down a second
    time, because it may import nothing of ours; a test keeps the two equal.
    """
    if value_us < 2 * _SUB_BUCKETS:
        return value_us if value_us > 0 else 0
    if value_us > _LARGEST_US:
        value_us = _LARGEST_US
    shift = value_us.bit_length() - _SUB_BITS - 1
    return (shift << _SUB_BITS) + (value_us >> shift)


def bucket_top_us(bucket: int) -> int:
    """Return the largest duration, in microseconds, that ``bucket_of`` puts into this bucket."""
    if bucket < 2 * _SUB_BUCKETS:
        return bucket
    shift = (bucket >> _SUB_BITS) - 1
    return (((bucket & (_SUB_BUCKETS - 1)) + _SUB_BUCKETS + 1) << shift) - 1


class Histogram:
    """Counts of durations by bucket; a percentile is told as its bucket's top, never above the maximum."""

    __slots__ = ("count", "counts", "max_us", "sum_us")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.count = 0
        self.sum_us = 0
        self.max_us = 0

    def record(self, value_s: float) -> None:
        """Count one duration in seconds; a negative one (a clock that jumped) counts as 0."""
        value_us = round(value_s * 1e6)
        if value_us < 0:
            value_us = 0
        bucket = bucket_of(value_us)
        counts = self.counts
        counts[bucket] = counts.get(bucket, 0) + 1
        self.count += 1
        self.sum_us += value_us
        # written out, here and above: ``min`` and ``max`` cost as much as all the rest
        if value_us > self.max_us:
            self.max_us = value_us

    def merge(self, other: "Histogram") -> None:
        """Add the counts of another histogram to this one."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.count += other.count
        self.sum_us += other.sum_us
        self.max_us = max(self.max_us, other.max_us)

    def since(self, earlier: "Histogram") -> "Histogram":
        """Return what was counted after an earlier state of this histogram.

        Its maximum is the top of its last bucket where the longest of all had been counted before.
        """
        later = Histogram()
        for bucket, count in self.counts.items():
            more = count - earlier.counts.get(bucket, 0)
            if more > 0:
                later.counts[bucket] = more
                later.count += more
        if later.count:
            later.sum_us = max(self.sum_us - earlier.sum_us, 0)
            is_new = self.max_us > earlier.max_us
            later.max_us = self.max_us if is_new else min(bucket_top_us(max(later.counts)), self.max_us)
        return later

    def percentile_ms(self, percent: float) -> float | None:
        """Return the percentile in milliseconds (nearest rank), or None when nothing was counted.

        Raises:
            ValueError: ``percent`` is not within 0 to 100.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"{percent} is not within 0 to 100")
        if not self.count:
            return None
        rank = max(-(-self.count * percent // 100), 1)
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank:
                return min(bucket_top_us(bucket), self.max_us) / 1000
        return self.max_us / 1000

    @property
    def mean_ms(self) -> float | None:
        """The mean in milliseconds, or None when nothing was counted."""
        return self.sum_us / self.count / 1000 if self.count else None

    @property
    def max_ms(self) -> float | None:
        """The longest duration in milliseconds, or None when nothing was counted."""
        return self.max_us / 1000 if self.count else None

    def to_json(self) -> dict[str, Any]:
        """Return the wire form: ``{"count", "sum_us", "max_us", "counts": {"<bucket>": n}}``."""
        return {
            "count": self.count,
            "sum_us": self.sum_us,
            "max_us": self.max_us,
            "counts": {str(bucket): count for bucket, count in sorted(self.counts.items())},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Histogram":
        """Read the wire form.

        Raises:
            KeyError, TypeError, ValueError: the data does not have that form.
        """
        histogram = cls()
        histogram.counts = {int(bucket): int(count) for bucket, count in data["counts"].items()}
        histogram.count = sum(histogram.counts.values())
        histogram.sum_us = int(data["sum_us"])
        histogram.max_us = int(data["max_us"])
        return histogram
