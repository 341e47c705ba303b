"""Shares of visits on both sides; exact enough for none at all.

A share's interval is Wilson's, and that of their difference squares and adds the distances to the ends
(Newcombe 1998, Statistics in Medicine 17, method 10). Both hold where nothing was counted, which a bootstrap
of zeros does not.

Failures come in bunches: one stall loses thirty visits. How much more counts vary over stretches of the runs
than independent visits would, their design effect (Kish 1965), divides what was counted: thirty losses in one
stretch weigh as much as one. Stretches of all runs of a side are taken together, so that what varies from run
to run is in it as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.comparison.laws import Bounds

__all__ = ["Counted", "Tally", "difference"]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in one stretch of a run."""

    count: int
    of: int
    """Visits."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A side's count, with how much it comes in bunches."""

    count: int
    of: int
    bunching: float
    """1: independent; 30: thirty at a time."""

    @classmethod
    def of_stretches(cls, stretches: Sequence[Tally]) -> "Counted":
        """Add up the stretches of all runs of a side."""
        count, of = sum(one.count for one in stretches), sum(one.of for one in stretches)
        return cls(count, of, _bunching(stretches, count, of))

    @property
    def rate(self) -> float:
        """The share of the visits."""
        return self.count / self.of

    def bounds(self, z: float) -> Bounds:
        """Return the interval of the share: ends that so many deviations below or above explain the count."""
        count, of = self.count / self.bunching, self.of / self.bunching
        centre = (count + z * z / 2) / (of + z * z)
        reach = z * math.sqrt(count * (of - count) / of + z * z / 4) / (of + z * z)
        return Bounds(max(centre - reach, 0.0), centre + reach)


def difference(before: Counted, after: Counted, z: float) -> Bounds:
    """Return the interval of candidate less baseline."""
    lower, upper = before.bounds(z), after.bounds(z)
    centre = after.rate - before.rate
    down = math.hypot(after.rate - upper.low, lower.high - before.rate)
    up = math.hypot(upper.high - after.rate, before.rate - lower.low)
    return Bounds(centre - down, centre + up)


def _bunching(stretches: Sequence[Tally], count: int, of: int) -> float:
    filled = [one for one in stretches if one.of]
    if len(filled) < 2 or not count:
        return 1.0
    rate = count / of
    variance = rate * (1 - rate)
    if variance <= 0:
        return 1.0
    squares = sum((one.count - rate * one.of) ** 2 for one in filled)
    return max(squares * len(filled) / (len(filled) - 1) / (of * variance), 1.0)
