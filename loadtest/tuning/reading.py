"""What one probe said: did the thresholds hold at a value, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Grade", "Knee", "Reading"]


@dataclass(frozen=True, slots=True)
class Grade:
    """How near a probe came to one threshold, as counts: ``p(95)<200`` allows 0.05 to be above 200 ms."""

    exceeded: float
    """So many of its visits were beyond the limit."""
    of: float
    """Of so many."""
    allowed: float
    """The share that the threshold allows, above 0 and below 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One probe's answer."""

    value: float
    """Of the knob: navigations a second, or a key's value."""
    passes: bool
    grades: Mapping[str, Grade] = field(default_factory=dict)
    """By threshold; only those that can be told in counts."""


@dataclass(frozen=True, slots=True)
class Knee:
    """Where the thresholds stop to hold: an estimate between two bounds."""

    low: float
    value: float
    high: float

    @property
    def width(self) -> float:
        """How wide the interval is, as a share of the estimate."""
        return (self.high - self.low) / self.value
