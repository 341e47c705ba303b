"""One percentile of a latency on both sides, with its standard error within runs and between them.

The logarithm of the ratio is what is estimated: it is as large for A to B as for B to A, and a percentile's
noise grows with it. Its standard error within the runs comes of windows drawn in blocks (``resampling``), the
same windows for every run: a profile's ramp is in all of them, and falls out of the ratio. Student's law with
the blocks as degrees of freedom allows for how few there may be.

Between runs of the same code there is more variation than within one: caches, memory's places, other tenants
(Kalibera & Jones 2013, "Rigorous benchmarking in reasonable time"; Laaber et al. 2019, "Software
microbenchmarking in the cloud"). Only several runs of each side show it. With one of each it is assumed
(``ASSUMED``), and what is assumed gives way to what is measured as runs are added (a moderated variance:
Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.comparison.laws import Bounds, student
from loadtest.comparison.resampling import block_length, draws
from loadtest.comparison.windows import Columns

__all__ = ["ASSUMED", "LogRatio", "Variation", "compare_percentile", "least_count", "with_runs"]

ASSUMED = MappingProxyType({0.5: 0.01, 0.95: 0.02, 0.99: 0.03})
"""The standard deviation of a percentile's logarithm from run to run, where no runs tell it."""
_ASSUMED_RUNS = 10
"""What is assumed weighs as much as so many more runs would."""
_LEAST_BEYOND = 10
"""A percentile is known when at least so many durations are beyond it."""
_LEAST_DF = 1.0


def least_count(share: float) -> int:
    """Return how many durations a percentile needs: 20 for the median, 1,000 for the p99."""
    return round(_LEAST_BEYOND / (1 - share))


@dataclass(frozen=True, slots=True)
class Variation:
    """A standard error and its degrees of freedom."""

    error: float
    df: float

    def bounds(self, centre: float, z: float) -> Bounds:
        """Return the interval of so many deviations of a normal law."""
        if z <= 0:
            return Bounds(centre, centre)
        reach = self.error * student(z, self.df)
        return Bounds(centre - reach, centre + reach)


@dataclass(frozen=True, slots=True)
class LogRatio:
    """The logarithm of candidate over baseline."""

    before: float
    after: float
    """Geometric means over the runs."""
    change: float
    variation: Variation

    def bounds(self, z: float) -> Bounds:
        """Return the interval of so many deviations of a normal law."""
        return self.variation.bounds(self.change, z)


def compare_percentile(before: Sequence[Columns], after: Sequence[Columns], share: float) -> LogRatio | None:
    """Compare a percentile; None where too few durations are known of any run.

    Args:
        before: one for each run of the baseline, all of as many windows.
        after: the same of the candidate.
    """
    if any(one.count < least_count(share) for one in (*before, *after)):
        return None
    windows = len(before[0].counts[-1])
    block = block_length(_pushes(before, after, share, windows))
    lower, upper = ([_Looked(one, share) for one in side] for side in (before, after))
    drawn = [
        _mean([one.log(weights) for one in upper]) - _mean([one.log(weights) for one in lower])
        for weights in draws(windows, block)
    ]
    within = Variation(_deviation(drawn), max(windows / block - 1, _LEAST_DF))
    logs = [one.whole for one in lower], [one.whole for one in upper]
    means = _mean(logs[0]), _mean(logs[1])
    return LogRatio(
        before=math.exp(means[0]),
        after=math.exp(means[1]),
        change=means[1] - means[0],
        variation=with_runs(within, *logs, ASSUMED[share]),
    )


def with_runs(within: Variation, lower: Sequence[float], upper: Sequence[float], assumed: float) -> Variation:
    """Add what varies from run to run.

    Args:
        within: of the difference of both sides' means, by what is seen inside of runs.
        lower: the logarithms of the baseline's runs.
        upper: those of the candidate's.
        assumed: the deviation from run to run.
    """
    shares = 1 / len(lower) + 1 / len(upper)
    known = len(lower) + len(upper) - 2
    if known:
        squares = sum((value - _mean(side)) ** 2 for side in (lower, upper) for value in side)
        seen = max(squares / known - within.error**2 / shares, 0.0)
        between = (_ASSUMED_RUNS * assumed**2 + known * seen) / (_ASSUMED_RUNS + known)
        df = float(_ASSUMED_RUNS + known)
    else:
        between, df = assumed**2, math.inf
    inside, outside = within.error**2, between * shares
    parts = inside**2 / within.df + outside**2 / df
    return Variation(math.sqrt(inside + outside), (inside + outside) ** 2 / parts if parts else math.inf)


def _pushes(before: Sequence[Columns], after: Sequence[Columns], share: float, windows: int) -> list[float]:
    series = [0.0] * windows
    for sign, side in ((-1, before), (1, after)):
        for one in side:
            for index, push in enumerate(one.pushes(share)):
                series[index] += sign * push / len(side)
    return series


class _Looked:
    """A run's durations, looked at for one percentile again and again."""

    __slots__ = ("_columns", "_near", "_share", "whole")

    def __init__(self, columns: Columns, share: float) -> None:
        self._columns, self._share = columns, share
        value_ms = columns.quantile_ms(share, (1,) * len(columns.counts[-1]))
        assert value_ms is not None, "there are durations"
        self._near = columns.index_of(value_ms)
        self.whole = math.log(value_ms)
        """The percentile's logarithm."""

    def log(self, weights: Sequence[int]) -> float:
        """Return the same of windows drawn; of empty windows alone, the whole stands for it."""
        value_ms = self._columns.quantile_ms(self._share, weights, self._near)
        return self.whole if value_ms is None else math.log(value_ms)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
