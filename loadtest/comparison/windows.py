"""A run's time in windows of equal width, each with histograms that merge by addition."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from loadtest.metrics.histogram import Histogram, bucket_top_us

__all__ = ["Columns", "Cut", "columns_of", "cut_for"]

_VISITS_A_WINDOW = 8
_MOST_WINDOWS = 120
_LEAST_US = 1.0
"""A clock tells no less: a percentile of 0 has no logarithm."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How all runs of a comparison are cut, so that one window is the same stretch of the profile in each."""

    from_s: float
    """Seconds after t0: when the warm-up ends."""
    until_s: float
    windows: int

    @property
    def width_s(self) -> float:
        """How long a window is."""
        return (self.until_s - self.from_s) / self.windows

    def place(self, at_s: float) -> int | None:
        """Return the window of a time; None before the first, and the last one after the end."""
        if at_s < self.from_s:
            return None
        return min(int((at_s - self.from_s) / self.width_s), self.windows - 1)


def cut_for(from_s: float, until_s: float, visits: int, least_width_s: float = 0.0) -> Cut:
    """Return windows that hold eight visits or more each, but at most 120 of them.

    Args:
        visits: of the run that has the fewest.
    """
    most = _MOST_WINDOWS if least_width_s == 0 else int((until_s - from_s) / least_width_s)
    return Cut(from_s, until_s, max(min(visits // _VISITS_A_WINDOW, most, _MOST_WINDOWS), 1))


@dataclass(frozen=True, slots=True)
class Columns:
    """The histograms of all windows, turned: by bucket, how much each window has up to there."""

    tops_us: Sequence[int]
    """The top of each bucket that anything is in, ascending."""
    bottoms_us: Sequence[int]
    counts: Sequence[Sequence[int]]
    """For each bucket, for each window: how many durations are in this bucket or below."""
    count: int

    def quantile_ms(self, share: float, weights: Sequence[int], near: int | None = None) -> float | None:
        """Return a quantile of the windows, each taken so many times, read between the buckets' ends.

        A bucket is 3 % wide; without reading in between, a figure would jump by as much or not at all.

        Args:
            near: a bucket's index from which to look for it: what is drawn again is seldom far.
        """
        total = sum(map(mul, weights, self.counts[-1])) if self.counts else 0
        if not total:
            return None
        rank = share * total
        index = len(self.counts) // 2 if near is None else near
        here = self._up_to(index, weights)
        while here < rank:
            index += 1
            here = self._up_to(index, weights)
        before = self._up_to(index - 1, weights)
        while before >= rank > 0:
            index -= 1
            here, before = before, self._up_to(index - 1, weights)
        part = (rank - before) / (here - before)
        bottom, top = self.bottoms_us[index], self.tops_us[index]
        return max(bottom + (top - bottom) * part, _LEAST_US) / 1000

    def index_of(self, value_ms: float) -> int:
        """Return the index of the bucket that a duration is in."""
        return min(bisect_left(self.tops_us, value_ms * 1000), len(self.tops_us) - 1)

    def _up_to(self, index: int, weights: Sequence[int]) -> int:
        return sum(map(mul, weights, self.counts[index])) if index >= 0 else 0

    def pushes(self, share: float) -> list[float]:
        """Return for each window by how much it holds too many, or too few, above the whole's quantile."""
        ones = [1] * len(self.counts[-1]) if self.counts else []
        value_ms = self.quantile_ms(share, ones)
        if value_ms is None:
            return []
        index = self.index_of(value_ms)
        lower = self.counts[index - 1] if index else [0] * len(ones)
        width = self.tops_us[index] - self.bottoms_us[index]
        part = (value_ms * 1000 - self.bottoms_us[index]) / width if width else 1.0
        return [
            (share * total - (below + part * (here - below))) / self.count
            for total, here, below in zip(self.counts[-1], self.counts[index], lower, strict=True)
        ]


def columns_of(histograms: Mapping[int, Histogram], windows: int) -> Columns:
    """Turn the histograms of windows, by their index; a window without one has counted nothing."""
    buckets = sorted({bucket for one in histograms.values() for bucket in one.counts})
    running = [0] * windows
    counts = []
    for bucket in buckets:
        for index, one in histograms.items():
            running[index] += one.counts.get(bucket, 0)
        counts.append(tuple(running))
    return Columns(
        tops_us=[bucket_top_us(bucket) for bucket in buckets],
        bottoms_us=[bucket_top_us(bucket - 1) if bucket else 0 for bucket in buckets],
        counts=counts,
        count=sum(one.count for one in histograms.values()),
    )
