"""How a visit is planned to end, and how that is drawn from a profile's mix."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.navigation.draw import Distribution, Stream, choose, uniform
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport

__all__ = ["BY_CLOCK", "STAY", "Choice", "Departure", "Mix"]

STAY = "stay"
"""Dwells, then leaves as a browser does; a visit that planned this and did it is *completed*."""
BY_CLOCK = "clock"
"""Leaves so many seconds after a phase began, wherever its connection happens to be."""


@dataclass(frozen=True, slots=True)
class Departure:
    """How one visit is planned to end."""

    at: str
    """A point's id, ``STAY`` or ``BY_CLOCK``."""
    manner: Manner
    transport: Transport = Transport.WEBSOCKET
    after_s: float = 0.0
    """By the clock: seconds after the phase ``since`` began. At a point: seconds after it was reached, in
    which the visit goes on."""
    since: Phase = Phase.PAGE
    """By the clock: the phase whose begin starts the clock; ``page`` is the visit's own start."""
    dwell_s: float = 0.0
    """Seconds between the handshake and a departure at P19, or after a stay."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a profile's ``[[departures]]``, or a part of one."""

    at: str
    """A point's id, ``STAY`` or ``BY_CLOCK``."""
    manner: Manner
    weight: float = 1.0
    transport: Transport = Transport.WEBSOCKET
    after_s: Distribution | None = None
    """By the clock: the law of the time after ``since``; at a point: of the time after it was reached."""
    since: Phase = Phase.PAGE


@dataclass(frozen=True, slots=True)
class Mix:
    """The departures of a profile with their weights; every draw is a pure function of (seed, number)."""

    choices: Sequence[Choice]
    dwell_s: Distribution
    least_dwell_s: float = 0.0
    """Nobody who dwells dwells less: so long it takes until the client's assertions can be judged."""
    _cumulative: Sequence[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cumulative = tuple(itertools.accumulate(choice.weight for choice in self.choices))
        object.__setattr__(self, "_cumulative", cumulative)

    def choose(self, seed: int, number: int) -> Choice:
        """Return the row that navigation ``number`` leaves by."""
        return self.choices[choose(self._cumulative, uniform(seed, number, Stream.DEPARTURE))]

    def draw(self, seed: int, number: int) -> Departure:
        """Return the departure of navigation ``number``."""
        choice = self.choose(seed, number)
        stream = Stream.CLOCK if choice.at == BY_CLOCK else Stream.JITTER
        return Departure(
            at=choice.at,
            manner=choice.manner,
            transport=choice.transport,
            after_s=choice.after_s.at(uniform(seed, number, stream)) if choice.after_s else 0.0,
            since=choice.since,
            dwell_s=max(self.dwell_s.at(uniform(seed, number, Stream.DWELL)), self.least_dwell_s),
        )
