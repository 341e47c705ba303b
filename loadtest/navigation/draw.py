"""Random draws that are pure functions of (seed, number, stream)."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import assert_never

__all__ = ["Distribution", "Law", "Stream", "choose", "uniform"]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


class Stream(StrEnum):
    """What a draw is for; draws of different streams are independent of each other."""

    DEPARTURE = "departure"
    CLOCK = "clock"
    DWELL = "dwell"
    PAGE = "page"
    JOURNEY = "journey"
    PREFETCH = "prefetch"
    JITTER = "jitter"
    STEP = "step"
    ARRIVAL = "arrival"
    WAIT = "wait"


_STREAM_OFFSETS = {stream: index + 1 for index, stream in enumerate(Stream)}


def _mix(value: int) -> int:
    """Scramble 64 bits: the finalizer of SplitMix64 (Steele, Lea, Flood: OOPSLA 2014)."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def uniform(seed: int, number: int, stream: Stream) -> float:
    """Return a number in [0, 1) that depends on the arguments alone.

    No generator is kept, so navigation ``number`` draws the same on any worker and in any order.
    """
    return (_mix((_state(seed, stream) + _GOLDEN * (number + 1)) & _MASK) >> 11) / (1 << 53)


@functools.lru_cache(maxsize=len(Stream))
def _state(seed: int, stream: Stream) -> int:
    """Return where a stream starts; a run asks for few of them, millions of times."""
    return _mix((seed + _GOLDEN * _STREAM_OFFSETS[stream]) & _MASK)


def choose(cumulative: Sequence[float], at: float) -> int:
    """Return the index whose share of ``cumulative`` (running sums of weights) holds ``at`` in [0, 1)."""
    mark = at * cumulative[-1]
    for index, top in enumerate(cumulative):
        if mark < top:
            return index
    return len(cumulative) - 1


class Law(StrEnum):
    """The law of a random duration."""

    CONSTANT = "constant"
    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A random duration in seconds: a law and its one or two parameters.

    ``constant``: the value. ``uniform``: from ``a`` to ``b``. ``exponential``: mean ``a``.
    ``lognormal``: median ``a``, sigma ``b`` of the logarithm.
    """

    law: Law
    a: float
    b: float = 0.0

    @property
    def mean(self) -> float:
        """The mean duration."""
        match self.law:
            case Law.CONSTANT | Law.EXPONENTIAL:
                return self.a
            case Law.UNIFORM:
                return (self.a + self.b) / 2
            case Law.LOGNORMAL:
                return self.a * math.exp(self.b * self.b / 2)
            case _:
                assert_never(self.law)

    def at(self, u: float) -> float:
        """Return the duration at quantile ``u`` in [0, 1): the inverse of the distribution function."""
        match self.law:
            case Law.CONSTANT:
                return self.a
            case Law.UNIFORM:
                return self.a + (self.b - self.a) * u
            case Law.EXPONENTIAL:
                return -self.a * math.log1p(-u)
            case Law.LOGNORMAL:
                return self.a * math.exp(self.b * NormalDist().inv_cdf(min(max(u, 1e-12), 1 - 1e-12)))
            case _:
                assert_never(self.law)
