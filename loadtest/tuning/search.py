"""The search for the knee: which value to probe next, and when enough is known; it sends nothing itself."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from loadtest.tuning.reading import Knee, Reading
from loadtest.tuning.response import NEAR, fit

__all__ = ["Bounds", "Ending", "Search"]

_STEP = 2.0
_SHARES = (0.0, -0.7, 0.7)
"""Where in the interval the next probes stand, in turn: around the middle, so that the steepness is seen."""
_SURE = 2
"""So many fails at the lowest value, or passes at the highest, end the search."""


class Ending(StrEnum):
    """How a search came to its end."""

    FOUND = "found"
    FAILS_AT_LOWEST = "fails_at_lowest"
    HOLDS_AT_HIGHEST = "holds_at_highest"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a search is asked for."""

    lowest: float
    highest: float
    width: float = 0.05
    """Relative width of the interval at which it is done."""
    confidence: float = 0.9
    repeats: int = 3
    """Probes that must have passed, and that must have failed, near the knee before it is believed."""
    is_whole: bool = False
    """Only whole numbers can be probed."""
    may_fall: bool = False
    """Whether lower may turn out to be worse: found from the two ends."""


class Search:
    """Doubling from the lowest value until one fails, then probes around what is known of the knee.

    Where lower is worse, everything is mirrored (``level`` for ``value``): the knee is the lowest value that
    holds, and the search begins at the highest.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.readings: list[Reading] = []
        self.knee: Knee | None = None
        """What is known so far; None while nothing has passed, or nothing has failed."""
        self.lower_is_worse = False
        self._turn = 0

    def add(self, reading: Reading) -> None:
        """Take note of a probe's answer."""
        self.readings.append(reading)
        bounds = self.bounds
        if bounds.may_fall and len(self.readings) == 2:
            self.lower_is_worse = reading.passes and not self.readings[0].passes
        if len({one.passes for one in self.readings}) == 2:
            levels = [replace(one, value=self._level(one.value)) for one in self.readings]
            knee = fit(levels, bounds.confidence)
            ends = sorted((self._level(knee.low), self._level(knee.high)))
            self.knee = Knee(ends[0], self._level(knee.value), ends[1])
            self._turn += 1

    @property
    def ending(self) -> Ending | None:
        """How the search ended, or None when it goes on."""
        bounds = self.bounds
        if self._surely(bounds.lowest, passes=False):
            return Ending.FAILS_AT_LOWEST
        if self._surely(bounds.highest, passes=True):
            return Ending.HOLDS_AT_HIGHEST
        return Ending.FOUND if self.knee and self._is_enough(self.knee) else None

    @property
    def holds_at(self) -> float | None:
        """The end of the knee's interval at which the thresholds hold; None while there is no knee."""
        if self.knee is None:
            return None
        value = self.knee.high if self.lower_is_worse else self.knee.low
        if self.bounds.is_whole:
            value = float(math.ceil(value) if self.lower_is_worse else math.floor(value))
        return min(max(value, self.bounds.lowest), self.bounds.highest)

    @property
    def next_value(self) -> float:
        """The value to probe next."""
        knee = self.knee
        if knee is None or self._is_open_above():
            level = self._first_level()
        else:
            level = self._level(self._around(knee))
        value = self._level(min(max(level, self.bounds.lowest), self.bounds.highest))
        return float(round(value)) if self.bounds.is_whole else float(f"{value:.4g}")

    def _level(self, value: float) -> float:
        """Return a value's level, or a level's value: the higher the level, the worse."""
        return self.bounds.lowest * self.bounds.highest / value if self.lower_is_worse else value

    def _first_level(self) -> float:
        """Return what to probe while there is no bracket: nothing has failed above what passed."""
        if not self.readings:
            return self.bounds.lowest
        passed = [self._level(reading.value) for reading in self.readings if reading.passes]
        if passed:
            return max(passed) * _STEP
        is_other_end_new = self.bounds.may_fall and len(self.readings) == 1
        return self.bounds.highest if is_other_end_new else self.bounds.lowest

    def _is_open_above(self) -> bool:
        """Whether all that failed is no worse than something that passed: then it failed by chance."""
        levels = [(self._level(one.value), one.passes) for one in self.readings]
        return max(levels)[1]

    def _around(self, knee: Knee) -> float:
        share = _SHARES[self._turn % len(_SHARES)]
        end = knee.high if share > 0 else knee.low
        return knee.value * math.exp(abs(share) * math.log(end / knee.value))

    def _surely(self, level: float, *, passes: bool) -> bool:
        there = [
            one.passes for one in self.readings if math.isclose(self._level(one.value), level, rel_tol=1e-3)
        ]
        return there.count(passes) >= max(_SURE, there.count(not passes) + 1)

    def _is_enough(self, knee: Knee) -> bool:
        bounds = self.bounds
        near = [one.passes for one in self.readings if abs(math.log(one.value / knee.value)) < NEAR]
        is_narrow = knee.width <= bounds.width or (bounds.is_whole and knee.high - knee.low < 1)
        return is_narrow and min(near.count(True), near.count(False)) >= bounds.repeats
