"""Quantiles of Student's law, and what counts the whole interval by, from those of the normal law."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["Bounds", "deviations", "evidence", "student"]

_NORMAL = NormalDist()
_MOST = 38.0
"""Deviations; the normal law's tail beyond is no number any more."""
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval."""

    low: float
    high: float

    def __neg__(self) -> "Bounds":
        return Bounds(-self.high, -self.low)


def deviations(level: float) -> float:
    """Return how many standard deviations of a normal law leave ``level`` outside, both sides together."""
    return -_NORMAL.inv_cdf(level / 2)


def student(z: float, df: float) -> float:
    """Return the quantile of Student's law that leaves as much outside as ``z`` does of the normal law.

    By Wallace's bounds (1959, "Bounds on normal approximations to Student's and the chi-square
    distributions", Annals of Mathematical Statistics 30), turned round: within 2 % from 3 degrees of freedom.
    """
    if math.isinf(df):
        return z
    scaled = z * (8 * df + 3) / (8 * df + 1)
    power = scaled * scaled / df
    return math.sqrt(df * math.expm1(power)) if power < 700 else math.inf


def evidence(bounds: Callable[[float], Bounds], limit: float) -> float:
    """Return the largest level at which a whole interval is above ``limit``: 1 where none is.

    Args:
        bounds: the interval for so many standard deviations; the more, the wider.
    """
    if not bounds(0.0).low > limit:
        return 1.0
    low, high = 0.0, _MOST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if bounds(middle).low > limit else (low, middle)
    return 2 * _NORMAL.cdf(-low)
