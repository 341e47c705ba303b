"""The course of a run: its stages as planned, the turns of its live knob, what ended it early."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.metrics.threshold import parse
from loadtest.report.wording import figure

__all__ = ["Aborted", "StageInfo", "TurnInfo", "is_closed"]


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage; in ``stages[]`` of ``run.json``."""

    index: int
    start_s: float
    """Seconds after t0."""
    duration_s: float
    is_warm_up: bool
    text: str
    """What it does, in words."""

    def to_json(self) -> dict[str, Any]:
        """Return its entry in ``stages[]``."""
        return {
            "index": self.index,
            "start_s": self.start_s,
            "duration_s": self.duration_s,
            "warm_up": self.is_warm_up,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "StageInfo":
        """Read what ``to_json`` returned.

        Raises:
            KeyError, TypeError, ValueError: the data does not have that form.
        """
        return cls(
            index=int(data["index"]),
            start_s=float(data["start_s"]),
            duration_s=float(data["duration_s"]),
            is_warm_up=bool(data["warm_up"]),
            text=str(data["text"]),
        )


@dataclass(frozen=True, slots=True)
class TurnInfo:
    """One turn of the live knob; its fields are the keys of ``turns[]`` in ``run.json``."""

    at_s: float
    """Seconds after t0: what was due before it stayed as it was."""
    rate: str | float | None
    """``x2`` is a factor of the planned rate, a number so many a second; None: it stayed."""
    weights: tuple[float, ...] | None
    """One for each row of ``[[departures]]``; None: they stayed."""

    def to_json(self) -> dict[str, Any]:
        """Return its entry in ``turns[]``."""
        return asdict(self) | {"weights": None if self.weights is None else list(self.weights)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TurnInfo":
        """Read what ``to_json`` returned.

        Raises:
            KeyError, TypeError, ValueError: the data does not have that form.
        """
        weights = data["weights"]
        return cls(
            at_s=float(data["at_s"]),
            rate=data["rate"],
            weights=None if weights is None else tuple(float(weight) for weight in weights),
        )


@dataclass(frozen=True, slots=True)
class Aborted:
    """The threshold that ended a run early; ``aborted`` in ``run.json`` and ``summary.json``."""

    metric: str
    expression: str
    at_s: float
    """From then on no visit was started, seconds after t0; those under way ended as they meant to."""
    value: float
    """What it was then."""

    def __str__(self) -> str:
        was = figure(self.value, parse(self.expression).holds)
        return (
            f"ended early at {self.at_s:,.1f} s: the threshold {self.metric} {self.expression} "
            f"did not hold (it was {was})"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``aborted``."""
        return {"threshold": f"{self.metric} {self.expression}", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Aborted":
        """Read what ``to_json`` returned.

        Raises:
            KeyError, TypeError, ValueError: the data does not have that form.
        """
        return cls(
            metric=str(data["metric"]),
            expression=str(data["expression"]),
            at_s=float(data["at_s"]),
            value=float(data["value"]),
        )


def is_closed(profile_text: str) -> bool:
    """Return whether a profile's stages plan users, of whom each goes on when it is done, and no rate."""
    try:
        stages = tomllib.loads(profile_text).get("stages", [])
        return bool(stages) and not any({"rate_per_s", "trace"} & stage.keys() for stage in stages)
    except (AttributeError, TypeError, tomllib.TOMLDecodeError):
        return False  # no profile of ours: nothing is known of it
