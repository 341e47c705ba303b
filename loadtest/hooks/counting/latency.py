"""A latency histogram with 3 % wide buckets: the scheme of ``loadtest.metrics.histogram``."""

from __future__ import annotations

__all__ = ["Latency", "bucket_of"]

_LARGEST_US = (1 << 40) - 1


def bucket_of(value_us: int) -> int:
    """Return the bucket of a duration in whole microseconds: HdrHistogram's, with 32 for each doubling.

    Written a second time because hooks import nothing of ours; a test keeps the two equal.
    """
    if value_us > _LARGEST_US:
        value_us = _LARGEST_US
    if value_us < 64:
        return value_us if value_us > 0 else 0
    shift = value_us.bit_length() - 6
    return (shift << 5) + (value_us >> shift)


class Latency:
    """Counts of durations by bucket; whoever owns it does the locking."""

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
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        self.count += 1
        self.sum_us += value_us
        if value_us > self.max_us:
            self.max_us = value_us

    def to_json(self) -> dict[str, object]:
        """Return the wire form: ``{"count", "sum_us", "max_us", "counts": {"<bucket>": n}}``."""
        return {
            "count": self.count,
            "sum_us": self.sum_us,
            "max_us": self.max_us,
            "counts": {str(bucket): count for bucket, count in sorted(self.counts.items())},
        }
