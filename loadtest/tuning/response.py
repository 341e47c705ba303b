"""The knee out of noisy readings: a logistic response curve, fitted on a grid.

Short stages are decided by chance near the knee, so no single one is believed. The chance to exceed a
threshold is taken to rise with the logarithm of the value as a logistic curve does (as in psychophysics,
where thresholds are found in this way: Watson and Pelli, QUEST, 1983), and both its place, the knee, and its
steepness are weighed by all readings near it.

Where one threshold alone decides, and can be told in counts, the counts are used and not only pass or fail:
they say by how much, and they are not biased by short stages, as a short stage's percentile is. Visits of
one stage wait in the same queue, so their counts vary more than those of a binomial law; by how much
(McCullagh and Nelder, Generalized Linear Models, 4.5) is told by the readings themselves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.tuning.reading import Grade, Knee, Reading

__all__ = ["NEAR", "fit"]

_PLACES = 64
_STEEPNESSES = tuple(1.5 * 1.9**step for step in range(8))
"""For one unit of the logarithm; from a response that takes several doublings to one of a percent."""
_MARGIN = math.log(1.5)
"""So far beyond the outermost contradicting readings the knee is still looked for."""
NEAR = math.log(1.35)
"""Counts of readings beyond this are left out: no curve is a logistic one all over."""
_SUREST = 3.9
"""The largest logit of a single pass or fail, 2 %: something else may have kept the machine busy."""
_DISPERSION = 30.0
_DISPERSION_WEIGHT = 8.0
"""What is believed of the counts' dispersion before they are seen, and as how many readings it counts."""
_SURELY = 0.999
_FEWEST_GRADED = 4
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class _Point:
    place: float
    exceeded: float
    of: float
    base: float
    """The logit of the allowed share."""
    surest: float
    """The largest logit that is believed."""


def fit(readings: Sequence[Reading], confidence: float) -> Knee:
    """Return the knee that the readings speak for; higher values are worse.

    Args:
        readings: at least one that passed and one that failed.
        confidence: the probability that the knee is within the bounds, such as 0.9.
    """
    surface = _Surface([_decision(reading) for reading in readings], *_window(readings))
    knee = surface.closer().knee(confidence, 1.0)
    middle = math.log(knee.value)
    near = [reading for reading in readings if abs(math.log(reading.value) - middle) < NEAR]
    name = _deciding(near)
    if name is None:
        return knee
    points = [_counted(reading.value, reading.grades[name]) for reading in near]
    surface = _Surface(points, middle - NEAR, middle + NEAR)
    return surface.knee(confidence, _dispersion(points, *surface.likeliest))


def _window(readings: Sequence[Reading]) -> tuple[float, float]:
    """Return from where to where the knee is looked for, as logarithms."""
    passed = [math.log(reading.value) for reading in readings if reading.passes]
    failed = [math.log(reading.value) for reading in readings if not reading.passes]
    below = [place for place in passed if place < min(failed)]
    above = [place for place in failed if place > max(passed)]
    first = max(below) if below else min(failed)
    last = min(above) if above else max(passed)
    return first - _MARGIN, last + _MARGIN


def _deciding(readings: Sequence[Reading]) -> str | None:
    """Return the threshold that alone told those that passed from those that failed, if there is one."""
    if len(readings) < _FEWEST_GRADED or len({reading.passes for reading in readings}) < 2:
        return None
    names = set.intersection(*(set(reading.grades) for reading in readings))
    for name in sorted(names):
        grades = [reading.grades[name] for reading in readings]
        fails = [grade.exceeded > grade.allowed * grade.of * _ROUNDING for grade in grades]
        if all(fail != reading.passes for fail, reading in zip(fails, readings, strict=True)):
            return name
    return None


def _decision(reading: Reading) -> _Point:
    return _Point(math.log(reading.value), float(not reading.passes), 1.0, 0.0, _SUREST)


def _counted(value: float, grade: Grade) -> _Point:
    base = math.log(grade.allowed / (1 - grade.allowed))
    return _Point(math.log(value), grade.exceeded, grade.of, base, 30.0)


def _lift(point: _Point, place: float, steepness: float) -> float:
    """Return the logit of a visit's (or a probe's) chance to be beyond the limit."""
    lift = point.base + steepness * (point.place - place)
    return min(max(lift, -point.surest), point.surest)


def _dispersion(points: Sequence[_Point], place: float, steepness: float) -> float:
    """Return Pearson's estimate, drawn to what is believed beforehand; never below a binomial law's 1."""
    total = _DISPERSION * _DISPERSION_WEIGHT
    for point in points:
        chance = 1 / (1 + math.exp(-_lift(point, place, steepness)))
        expected = point.of * chance
        total += (point.exceeded - expected) ** 2 / max(expected * (1 - chance), 1e-9)
    return max(total / (_DISPERSION_WEIGHT + max(len(points) - 2, 0)), 1.0)


class _Surface:
    """The logarithm of the likelihood over all places and steepnesses of the grid."""

    def __init__(self, points: Sequence[_Point], first: float, last: float) -> None:
        self._points = points
        self._first, self._step = first, (last - first) / _PLACES
        self._places = [first + self._step * (index + 0.5) for index in range(_PLACES)]
        self._rows = [
            [_log_likelihood(points, place, steepness) for steepness in _STEEPNESSES]
            for place in self._places
        ]

    def closer(self) -> "_Surface":
        """Return the part in which the knee surely is, on a finer grid."""
        knee = self.knee(_SURELY, 1.0)
        first, last = math.log(knee.low) - self._step, math.log(knee.high) + self._step
        is_finer = last - first < self._step * _PLACES / 2
        return _Surface(self._points, first, last) if is_finer else self

    @property
    def likeliest(self) -> tuple[float, float]:
        """The likeliest place and steepness."""
        cells = (
            (value, place, steepness)
            for place, row in zip(self._places, self._rows, strict=True)
            for steepness, value in zip(_STEEPNESSES, row, strict=True)
        )
        _, place, steepness = max(cells)
        return place, steepness

    def knee(self, confidence: float, dispersion: float) -> Knee:
        """Return the knee's median and its central interval, over all steepnesses."""
        top = max(map(max, self._rows))
        weights = [sum(math.exp((value - top) / dispersion) for value in row) for row in self._rows]
        tail = (1 - confidence) / 2
        low, value, high = (self._quantile(weights, share) for share in (tail, 0.5, 1 - tail))
        return Knee(math.exp(low), math.exp(value), math.exp(high))

    def _quantile(self, weights: Sequence[float], share: float) -> float:
        wanted, seen = share * sum(weights), 0.0
        for index, weight in enumerate(weights):
            if seen + weight >= wanted > 0:
                return self._first + self._step * (index + (wanted - seen) / weight)
            seen += weight
        return self._places[-1]


def _log_likelihood(points: Sequence[_Point], place: float, steepness: float) -> float:
    total = 0.0
    for point in points:
        lift = _lift(point, place, steepness)
        total += point.exceeded * lift - point.of * math.log1p(math.exp(lift))
    return total
