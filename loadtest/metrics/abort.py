"""Thresholds that may end a run while it is on, and why some may not (k6's ``abortOnFail``)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.metrics.threshold import Aggregate, Threshold

__all__ = ["Abort", "why_never"]


@dataclass(frozen=True, slots=True)
class Abort:
    """One threshold that ends the run when it does not hold."""

    metric: str
    expression: str
    delay_s: float = 0.0
    """It is not judged before so many seconds after t0; the warm-up never is."""

    def __str__(self) -> str:
        return f"{self.metric} {self.expression}"


_AT_THE_END: Mapping[str, str] = MappingProxyType(
    {
        "server.residue.": "what stays on a server shows only when everybody has gone",
        "generator.": "how the generator fares says nothing of the server; it ends no run",
        "quiet.": "the quiet comes after the run",
        "navigations.under_way": "it is counted at the run's end",
        "navigations.lost_numbers": "it is counted at the run's end",
    }
)
"""Why nothing that begins so can be judged while people are there."""


def why_never(metric: str, threshold: Threshold) -> str | None:
    """Return why this threshold cannot end a run, or None if it can.

    A count only grows: one that must be above something may reach it until the very end.
    """
    for beginning, reason in _AT_THE_END.items():
        if metric.startswith(beginning):
            return reason
    if threshold.aggregate is Aggregate.COUNT and threshold.holds(math.inf):
        return "a count only grows: it can reach this until the very end"
    return None
