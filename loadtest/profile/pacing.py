"""The schedule of a run: when each navigation is due, as a pure function of (stages, seed, number)."""

import bisect
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from loadtest.profile.model import Arrivals, Stage

__all__ = ["Schedule"]


@dataclass(frozen=True, slots=True)
class _Span:
    """A stage with its place in time and among the navigations that are expected before it."""

    stage: Stage
    start_s: float
    end_s: float
    first: float
    """Navigations expected before the stage: the cumulated rate at its start."""
    last: float
    """The cumulated rate at its end."""

    def rate_at(self, now_s: float) -> float:
        share = (now_s - self.start_s) / self.stage.duration_s
        return self.stage.from_per_s + (self.stage.to_per_s - self.stage.from_per_s) * share

    def when(self, mark: float) -> float:
        """Return the time at which the cumulated rate reaches ``mark``.

        With rate a + s·x after x seconds the cumulated rate is a·x + s·x²/2. Solved for x in the form
        that subtracts no two numbers of like size (Numerical Recipes, 5.6), so a slope of 0 is no case
        of its own.
        """
        mass = mark - self.first
        a = self.stage.from_per_s
        slope = (self.stage.to_per_s - a) / self.stage.duration_s
        below = a + math.sqrt(max(a * a + 2 * slope * mass, 0.0))
        elapsed_s = 2 * mass / below if below else 0.0
        return min(self.start_s + elapsed_s, self.end_s)


class Schedule:
    """When navigation n is due, for an open model: whatever the server does, and on any number of workers.

    Poisson arrivals are the points of a unit-rate Poisson process mapped through the inverse of the
    cumulated rate (Çinlar, 1975): exact for rates that change. Constant arrivals stand where the cumulated
    rate reaches a whole number and a half, so that the first comes half a gap after the start, and short
    stages lose nothing.
    """

    def __init__(self, stages: Sequence[Stage], seed: int, max_visits: int | None = None) -> None:
        self._seed = seed
        self._max_visits = max_visits
        self._spans: list[_Span] = []
        end_s = last = 0.0
        for stage in stages:
            start_s, first = end_s, last
            end_s += stage.duration_s
            last += (stage.from_per_s + stage.to_per_s) / 2 * stage.duration_s
            self._spans.append(_Span(stage, start_s, end_s, first, last))
        self.duration_s = end_s
        self._mass = last

    @property
    def expected_count(self) -> float:
        """How many navigations are due on average over all seeds (about, when ``max_visits`` may cut)."""
        return self._mass if self._max_visits is None else min(self._mass, float(self._max_visits))

    def rate_at(self, now_s: float) -> float:
        """Return the planned navigations per second at a time after t0; 0 before and after the run."""
        index = bisect.bisect_right(self._spans, now_s, key=lambda span: span.start_s) - 1
        if index < 0 or now_s >= self.duration_s:
            return 0.0
        return self._spans[index].rate_at(now_s)

    def arrivals(self) -> Iterator[tuple[int, float]]:
        """Yield (number, due seconds after t0) in order, from number 0; nothing is held in memory."""
        return itertools.islice(enumerate(self._due_times()), self._max_visits)

    def share(self, worker: int, workers: int) -> Iterator[tuple[int, float]]:
        """Yield what one of several workers runs: the numbers n with n mod ``workers`` = ``worker``."""
        return itertools.islice(self.arrivals(), worker, None, workers)

    def _due_times(self) -> Iterator[float]:
        rng = random.Random(self._seed)
        poisson = _exponential(rng)
        for span in self._spans:
            match span.stage.arrivals:
                case Arrivals.POISSON:
                    if poisson < span.first:  # constant stages came between; the process has no memory
                        poisson = span.first + _exponential(rng)
                    while poisson < span.last:
                        yield span.when(poisson)
                        poisson += _exponential(rng)
                case Arrivals.CONSTANT:
                    mark = math.ceil(span.first - 0.5) + 0.5
                    while mark < span.last:
                        yield span.when(mark)
                        mark += 1
                case _:
                    assert_never(span.stage.arrivals)


def _exponential(rng: random.Random) -> float:
    """Draw a gap with mean 1; of ``random`` only ``random()`` keeps its sequence from release to release."""
    return -math.log1p(-rng.random())
