"""What the master and its generators tell each other: plain data, the same on one machine and on many."""

import bisect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from loadtest.navigation.departure import Mix
from loadtest.profile.model import Profile, Rate, Turn

__all__ = ["BEGIN", "RELEASE", "REPORT", "REST", "TURN", "Begin", "Report", "Turned"]

BEGIN = "loadtest_begin"
"""Master to one generator: a ``Begin``."""
REPORT = "loadtest_report"
"""Generator to master, once a second: a ``Report``."""
TURN = "loadtest_turn"
"""Master to all: a ``Turned``."""
REST = "loadtest_rest"
"""Master to all: start no more visits of this run (its id); those under way end as they mean to."""
RELEASE = "loadtest_release"
"""Master to all: the quiet is over, close the silent sockets."""


@dataclass(frozen=True, slots=True)
class Begin:
    """One generator's share of a run: the numbers n with n mod ``generators`` = ``index``."""

    run: str
    """16 hex digits."""
    profile_name: str
    profile_text: str
    host: str
    t0_at: float
    """The run's t0, seconds of Unix time."""
    time_s: float | None
    """Nothing is started later than this after t0."""
    index: int
    generators: int
    users: int
    """Tabs at work at once in a closed model, all generators together, at most."""

    def to_wire(self) -> dict[str, Any]:
        """Return the message's data."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> "Begin":
        """Read the message's data."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Report:
    """What one generator has done since its last report, and how it is."""

    run: str
    index: int
    lines: str
    """New lines of ``navigations.jsonl``."""
    due: int
    """Navigations that have come due, since t0."""
    late: int
    """Of these, those whose visit started late and has ended."""
    dropped: int
    """Of these, those without a free user."""
    ended: int
    """Of these, those whose visit has ended."""
    failed: int
    """Of these, those that ended otherwise than planned."""
    last_error: str | None
    """What the last of them met: one of a small set of texts."""
    is_exhausted: bool
    """Every navigation of the share has come due."""
    silent: int
    """Silent sockets that are kept open."""
    ping_s: float
    """Largest ping interval + ping time-out seen; 0 before any."""
    cpu_s: float
    """CPU seconds since t0."""
    loop_lag: Mapping[str, Any]
    """Histogram of the loop's lag since t0, in its wire form."""
    turns: int = 0
    """Turns of the live knob that it has heard of."""
    astray: int = 0
    """Of those that have come due, those that came as they were before a turn that was heard of too late."""

    @property
    def under_way(self) -> int:
        """Visits that have begun and not ended."""
        return self.due - self.dropped - self.ended

    @property
    def is_done(self) -> bool:
        """Nothing more will come from this generator."""
        return self.is_exhausted and self.under_way == 0

    def to_wire(self) -> dict[str, Any]:
        """Return the message's data."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> "Report":
        """Read the message's data."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn of the live knob, as a generator applies it to the profile that it runs."""

    run: str
    at_s: float
    """Seconds after t0; what is due before stays as it was."""
    rate: float | None
    is_factor: bool
    weights: tuple[float, ...] | None
    """One for each row of ``[[departures]]``."""
    mix_weights: tuple[float, ...] | None
    """One for each choice that the rows stand for."""

    @classmethod
    def of(cls, run: str, turn: Turn, mix: Mix) -> "Turned":
        """Return the message of a turn from which on the departures are these."""
        return cls(
            run=run,
            at_s=turn.at_s,
            rate=None if turn.rate is None else turn.rate.value,
            is_factor=turn.rate is not None and turn.rate.is_factor,
            weights=turn.weights,
            mix_weights=None if turn.weights is None else tuple(choice.weight for choice in mix.choices),
        )

    def put_into(self, profile: Profile) -> Profile:
        """Return the profile with this turn in it, but not in its text: that takes too long to read again."""
        rate = None if self.rate is None else Rate(self.rate, self.is_factor)
        turns = [*profile.turns]
        bisect.insort(turns, Turn(self.at_s, rate, self.weights), key=lambda turn: turn.at_s)
        mixes = [*profile.later_mixes]
        if self.mix_weights is not None:
            pairs = zip(profile.mix.choices, self.mix_weights, strict=True)
            choices = tuple(replace(choice, weight=weight) for choice, weight in pairs)
            later = (self.at_s, replace(profile.mix, choices=choices))
            bisect.insort(mixes, later, key=lambda mix: mix[0])
        return replace(profile, turns=tuple(turns), later_mixes=tuple(mixes))

    def to_wire(self) -> dict[str, Any]:
        """Return the message's data."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> "Turned":
        """Read the message's data."""
        weights, mix_weights = data["weights"], data["mix_weights"]
        return cls(
            **{
                **data,
                "weights": None if weights is None else tuple(weights),
                "mix_weights": None if mix_weights is None else tuple(mix_weights),
            }
        )
