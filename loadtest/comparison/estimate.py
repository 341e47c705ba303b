"""One figure of both sides: by how much it differs, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from loadtest.comparison.laws import Bounds

__all__ = ["Estimate", "Figure", "Group", "Judged", "Scale", "Unit", "Word"]


class Group(StrEnum):
    """Which table a figure stands in."""

    PHASES = "phases"
    FROM_DUE = "from_due"
    HANDLERS = "handlers"
    VISITS = "visits"
    SERVER = "server"


class Unit(StrEnum):
    """What a figure is counted in."""

    MS = "ms"
    SHARE = "share"
    """Of visits, 0 to 1."""
    BYTES = "bytes"
    NUMBER = "number"


class Scale(StrEnum):
    """How a change is told."""

    RATIO = "ratio"
    """1.2: a fifth more."""
    DIFFERENCE = "difference"


class Word(StrEnum):
    """What is said of a figure."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    """The whole interval is within the smallest effect that counts."""
    UNCLEAR = "unclear"
    """The interval holds both what counts and what does not."""
    LAG = "lag"
    """Different, but the generator's own lag may have made it so."""
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is compared."""

    group: Group
    name: str
    """The metric's path in ``summary.json``, and what of it: ``phases.handshake p(95)``."""
    unit: Unit
    label: str = ""
    """Its row's name in a table: ``handshake``."""
    of: str = ""
    """Its column there: ``p95``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its interval, before it is judged.

    Changes and limits are on one scale: logarithms of ratios, or differences. More is worse.
    """

    figure: Figure
    candidate: int
    """Which of the candidates."""
    before: float
    after: float
    scale: Scale
    bounds: Callable[[float], Bounds]
    """The interval that so many standard deviations of a normal law make."""
    worse_above: float
    """The smallest effect that counts."""
    better_below: float
    lag_up: float = 0.0
    """What the candidate's generator may have added by its lag."""
    lag_down: float = 0.0
    """What the baseline's may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A figure as it is told."""

    figure: Figure
    candidate: int
    before: float | None
    after: float | None
    word: Word
    scale: Scale = Scale.RATIO
    change: float | None = None
    """A ratio or a difference, as ``scale`` says; its interval is ``low`` to ``high``."""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    """What is left outside the interval."""
    reason: str = ""
    """Why there is no data, or no word."""
