"""The shapes that a stage's rate may have, as pieces of straight lines."""

import itertools
import math
from enum import StrEnum

from loadtest.profile.model import Piece

__all__ = ["MOST_PERIODS", "Shape", "constant", "linear", "sine", "spike", "step"]

_PIECES = 120
"""Of one period of a sine: its straight pieces stay within 0.04 % of the height that it swings."""
_MOST_PIECES = 3600
_FEWEST_PIECES = 8
MOST_PERIODS = _MOST_PIECES // _FEWEST_PIECES
"""Of a sine in one stage."""


class Shape(StrEnum):
    """How the rate of a stage goes from its first number to its second."""

    CONSTANT = "constant"
    LINEAR = "linear"
    STEP = "step"
    SPIKE = "spike"
    SINE = "sine"


def constant(duration_s: float, rate_per_s: float) -> tuple[Piece, ...]:
    """Return one rate all over."""
    return (Piece(duration_s, rate_per_s, rate_per_s),)


def linear(duration_s: float, from_per_s: float, to_per_s: float) -> tuple[Piece, ...]:
    """Return a straight line."""
    return (Piece(duration_s, from_per_s, to_per_s),)


def step(duration_s: float, from_per_s: float, to_per_s: float, steps: int) -> tuple[Piece, ...]:
    """Return stairs: so many steps of one length, the first at the one rate, the last at the other."""
    rates = (from_per_s + (to_per_s - from_per_s) * index / (steps - 1) for index in range(steps))
    return tuple(Piece(duration_s / steps, rate, rate) for rate in rates)


def spike(duration_s: float, base_per_s: float, top_per_s: float, spike_s: float) -> tuple[Piece, ...]:
    """Return a base with a spike of so many seconds in its middle."""
    around = Piece((duration_s - spike_s) / 2, base_per_s, base_per_s)
    return around, Piece(spike_s, top_per_s, top_per_s), around


def sine(duration_s: float, low_per_s: float, high_per_s: float, period_s: float) -> tuple[Piece, ...]:
    """Return a day's curve, or several: from the one rate up to the other in a period's middle, and back."""
    periods = duration_s / period_s
    pieces = min(_PIECES, int(_MOST_PIECES / max(periods, 1)))
    pieces -= pieces % 2  # so that the middle of a period, where its top is, is a corner
    length_s = period_s / pieces
    times = [index * length_s for index in range(math.ceil(duration_s / length_s - 1e-9))] + [duration_s]
    swing = (high_per_s - low_per_s) / 2
    rates = [low_per_s + swing * (1 - math.cos(math.tau * at_s / period_s)) for at_s in times]
    return tuple(
        Piece(end_s - start_s, from_per_s, to_per_s)
        for (start_s, end_s), (from_per_s, to_per_s) in zip(
            itertools.pairwise(times), itertools.pairwise(rates), strict=True
        )
    )
