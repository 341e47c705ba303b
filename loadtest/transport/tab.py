"""A browser tab: what one user keeps from navigation to navigation."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from loadtest.navigation.journey import Move
from loadtest.navigation.opening import Opening
from loadtest.transport.alarm import Alarm
from loadtest.transport.cookies import Cookies
from loadtest.transport.fault import VisitError
from loadtest.transport.line import Line

__all__ = ["Ahead", "Shown", "Tab"]

_MOST_PAGES = 20
"""Of its history."""


_SAME_PAGE = frozenset({Move.RELOAD, Move.RECONNECT})


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a tab's history."""

    page: str
    """Path and query."""
    referrer: str | None = None
    """The page whose link led there; None for one that was typed."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A page that was asked for as the last act of the visit before."""

    number: int
    """The navigation that it is for."""
    shown: Shown
    move: Move
    asked_at: float
    """Seconds of the monotonic clock."""
    took_ms: float
    body: str = ""
    fault: VisitError | None = None
    """Why there is no page."""


@dataclass(slots=True)
class Tab:
    """The tab's id (as an app keeps it in sessionStorage), its cookies, its history, its connection."""

    index: int = 0
    """Its place among all tabs of a run, whichever process they are in."""
    row: Mapping[str, str] = field(default_factory=dict)
    """Its row of the profile's ``data`` file."""
    tab_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    cookies: Cookies = field(default_factory=Cookies)
    is_logged_in: bool = False
    line: Line | None = None
    """The connection that pages came over, while it can be used again."""
    history: list[Shown] = field(default_factory=list)
    """The pages that it has shown; the one that it shows now is the last."""
    opening: Opening | None = None
    """How the page that it shows opens its socket."""
    previous: int | None = None
    """The number of its last visit."""
    ahead: Ahead | None = None
    alarm: Alarm | None = None
    """The time-out of its visits; one of its greenlet's own."""
    promised: int | None = None
    """The navigation that it goes on to, once that has been promised to it."""

    def shows(self, shown: Shown, move: Move, opening: Opening) -> None:
        """Take note of the page that has been read."""
        if move is Move.BACK and len(self.history) > 1:
            self.history.pop()
        elif move not in _SAME_PAGE or not self.history:
            self.history.append(shown)
            if len(self.history) > _MOST_PAGES:
                del self.history[0]
        self.opening = opening

    def can(self, move: Move) -> bool:
        """Return whether its history allows a move."""
        match move:
            case Move.BACK:
                return len(self.history) > 1
            case Move.RELOAD:
                return bool(self.history)
            case Move.RECONNECT:
                return self.opening is not None
            case _:
                return True

    def leads_to(self, move: Move, drawn: str) -> Shown:
        """Return the page that a move leads to; ``drawn`` is the one that a link leads to.

        A page that comes back is asked for as it was for the first time: with the referrer that it had.
        """
        history = self.history
        match move:
            case Move.BACK if len(history) > 1:
                return history[-2]
            case Move.RELOAD | Move.RECONNECT if history:
                return history[-1]
            case _:
                return Shown(drawn, history[-1].page if history else None)

    def alarm_here(self) -> Alarm:
        """Return its alarm, which rings in the greenlet that asks."""
        if self.alarm is None or not self.alarm.is_mine:
            self.alarm = Alarm()
        return self.alarm

    def take_ahead(self, number: int) -> Ahead | None:
        """Return the page that was asked for ahead for this navigation; another one's is forgotten."""
        ahead, self.ahead = self.ahead, None
        return ahead if ahead and ahead.number == number else None

    def close(self) -> None:
        """Close the kept-alive connection, and let go of the alarm; never waits."""
        if self.alarm is not None:
            self.alarm.close()
            self.alarm = None
        line, self.line = self.line, None
        if line is not None:
            line.close()
