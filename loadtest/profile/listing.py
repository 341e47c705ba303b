"""The visits of a profile that lists them one by one, instead of planning a rate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.apps.distribution import written_law
from loadtest.navigation.departure import BY_CLOCK, Mix
from loadtest.navigation.draw import Distribution
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport

__all__ = ["ListedVisit", "Listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVisit:
    """One of ``[[visits]]``; what is None is drawn, from the seed and the number."""

    due_s: float
    """Seconds after t0."""
    number: int
    """What it is drawn from; no other visit of the list has it."""
    tab: int | None = None
    """Visits of one tab come one after another, with its cookies and its history; None: any free user's."""
    move: Move | None = None
    page: str | None = None
    """Path and query: where a link leads."""
    at: str | None = None
    """A point's id, ``stay`` or ``any``; None: by the clock, if there is ``after_s``."""
    after_s: Distribution | None = None
    since: Phase | None = None
    manner: Manner | None = None
    transport: Transport | None = None
    jitter_s: Distribution | None = None
    dwell_s: Distribution | None = None

    @property
    def departs(self) -> str | None:
        """Where it leaves: a point's id, ``stay``, ``any`` or ``clock``; None where that is drawn."""
        return BY_CLOCK if self.after_s is not None else self.at

    def to_row(self) -> dict[str, Any]:
        """Return its entry of ``[[visits]]``: what it says, and no more."""
        said: Mapping[str, Any] = {
            "due_s": self.due_s,
            "number": self.number,
            "tab": self.tab,
            "move": self.move,
            "page": self.page,
            "at": self.at,
            "after_s": _law(self.after_s),
            "from": self.since,
            "manner": self.manner,
            "transport": self.transport,
            "jitter_s": None if self.jitter_s is None else _jitter(self.jitter_s),
            "dwell_s": _law(self.dwell_s),
        }
        given = {key: value for key, value in said.items() if value is not None}
        return {key: str(value) if isinstance(value, str) else value for key, value in given.items()}


def _jitter(law: Distribution) -> dict[str, Any]:
    """Return it as a table: a number alone would be the largest of a uniform one."""
    written = written_law(law)
    return written if isinstance(written, dict) else {str(law.law): written}


def _law(law: Distribution | None) -> float | dict[str, Any] | None:
    return None if law is None else written_law(law)


@dataclass(frozen=True, slots=True)
class Listing:
    """The list, in order of time, with the departures that each visit may have."""

    visits: tuple[ListedVisit, ...]
    mix: Mix
    """Of the visits that do not say how they leave."""
    own_mixes: Mapping[int, Mix]
    """Of the others, by number."""
    _by_number: Mapping[int, ListedVisit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_number", {visit.number: visit for visit in self.visits})

    @property
    def has_moves(self) -> bool:
        """Whether a visit says how its tab comes to it."""
        return any(visit.move for visit in self.visits)

    @property
    def has_reconnects(self) -> bool:
        """Whether a visit opens the last page's socket again."""
        return any(visit.move is Move.RECONNECT for visit in self.visits)

    def move_of(self, number: int) -> Move | None:
        """Return how a visit begins, None where that is drawn."""
        return self._by_number[number].move

    def page_of(self, number: int) -> str | None:
        """Return where a visit's link leads, None where that is drawn."""
        return self._by_number[number].page

    def mix_of(self, number: int) -> Mix:
        """Return what a visit's departure is drawn from."""
        return self.own_mixes.get(number, self.mix)
