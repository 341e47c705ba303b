"""All figures judged together: worse is what lies beyond the smallest effect with its whole interval.

That is a test of "no worse than", not of "equal" (Wellek 2010, "Testing statistical hypotheses of equivalence
and noninferiority"; Schuirmann 1987 for a figure that is shown to be the same): with enough visits everything
differs, and nobody acts on 1 %. The smallest effect also allows for what one run of each side cannot tell.
"""

import math
from collections.abc import Sequence

from loadtest.comparison.estimate import Estimate, Judged, Scale, Word
from loadtest.comparison.holm import levels
from loadtest.comparison.laws import Bounds, deviations, evidence

__all__ = ["FAMILY", "judge_figures"]

FAMILY = 0.01
"""The probability that any of the figures is called different though none is."""

_LAG = (
    "the generator's own lag may have made the difference: run both on a quieter machine, or both with the "
    "same, higher --workers"
)


def judge_figures(estimates: Sequence[Estimate], family: float = FAMILY) -> tuple[Judged, ...]:
    """Judge figures together, in their order."""
    found = levels([_evidence(one) for one in estimates], family)
    return tuple(_judge(one, level) for one, level in zip(estimates, found, strict=True))


def _evidence(one: Estimate) -> float:
    worse = evidence(one.bounds, one.worse_above + one.lag_up)
    better = evidence(lambda z: -one.bounds(z), one.lag_down - one.better_below)
    return min(worse, better)


def _judge(one: Estimate, level: float) -> Judged:
    bounds = one.bounds(deviations(level))
    word = _word(one, bounds)
    centre = one.bounds(0.0)
    told = math.exp if one.scale is Scale.RATIO else float
    return Judged(
        figure=one.figure,
        candidate=one.candidate,
        before=one.before,
        after=one.after,
        word=word,
        scale=one.scale,
        change=told((centre.low + centre.high) / 2),
        low=_finite(told, bounds.low),
        high=_finite(told, bounds.high),
        level=level,
        reason=_LAG if word is Word.LAG else "",
    )


def _word(one: Estimate, bounds: Bounds) -> Word:
    if bounds.low > one.worse_above:
        return Word.WORSE if bounds.low > one.worse_above + one.lag_up else Word.LAG
    if bounds.high < one.better_below:
        return Word.BETTER if bounds.high < one.better_below - one.lag_down else Word.LAG
    if bounds.low >= one.better_below and bounds.high <= one.worse_above:
        return Word.SAME
    return Word.UNCLEAR


def _finite(told: "type[float] | object", value: float) -> float | None:
    try:
        number = told(value)  # type: ignore[operator]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
