"""The one record that every navigation ends in, and its line in ``navigations.jsonl``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from json.encoder import encode_basestring_ascii as _quote
from typing import Any, TypeVar

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport

__all__ = ["ActualDeparture", "NavigationRecord", "Outcome", "navigation_id"]


Member = TypeVar("Member", bound=StrEnum)


class _Words(dict[str, Member]):
    """The members of a closed set by their words: calls of the set are a quarter of what reading costs."""

    def __init__(self, kind: type[Member]) -> None:
        super().__init__((member.value, member) for member in kind)
        self._kind = kind

    def __missing__(self, word: str) -> Member:
        """Refuse a word of no member, as the set itself does: with a ``ValueError``."""
        return self._kind(word)


_PHASES = _Words(Phase)
_MANNERS = _Words(Manner)
_TRANSPORTS = _Words(Transport)
_MOVES = _Words(Move)


def navigation_id(run: str, number: int) -> str:
    """Return the trace id (32 hex digits) of a navigation: 16 of the run, 16 of its number.

    It travels as W3C ``traceparent`` (Trace Context, 3.2.2.3: a trace id is never all zero, so numbers
    start with the run's own non-zero half).
    """
    return f"{run}{number:016x}"


class Outcome(StrEnum):
    """How a navigation ended."""

    COMPLETED = "completed"
    """Stayed as long as it meant to, then left as a browser does."""
    LEFT = "left"
    """Left as planned."""
    REFUSED = "refused"
    """The server said no: an HTTP status, CONNECT_ERROR, or a handshake's negative answer."""
    LOST = "lost"
    """The server dropped the connection first."""
    TIMED_OUT = "timed_out"
    """A phase's deadline passed."""
    FAILED = "failed"
    """No connection, or an answer that no server of this protocol gives."""
    DROPPED = "dropped"
    """Due, and no user was free: never started. Not a visit; counted apart."""

    @property
    def is_failure(self) -> bool:
        """Whether the visit ended otherwise than it meant to (a dropped one never was)."""
        return self in _FAILURES


_OUTCOMES = _Words(Outcome)
_FAILURES = frozenset({Outcome.REFUSED, Outcome.LOST, Outcome.TIMED_OUT, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class ActualDeparture:
    """Where the connection was when it ended, and how the visit left it."""

    at: str
    """A point's id."""
    manner: Manner | None
    """None when the server ended it."""


def _text(value: str | None) -> str:
    return "null" if value is None else _quote(value)


def _seconds(value: float | None) -> str:
    return "null" if value is None else f"{value:.6f}"


def _departure(at: str, manner: Manner | None) -> str:
    """Return the members of a departure, without the braces around them."""
    return f'"at":{_quote(at)},"manner":' + ("null" if manner is None else f'"{manner}"')


def _row(row: int | None) -> str:
    """Return the member that only navigations of an app with a ``data`` file have, with its comma."""
    return "" if row is None else f'"row":{row},'


def _actual(actual: ActualDeparture | None) -> str:
    return "null" if actual is None else f"{{{_departure(actual.at, actual.manner)}}}"


@dataclass(frozen=True, slots=True)
class NavigationRecord:
    """One navigation, from the time it was due to the end of its socket."""

    number: int
    navigation: str
    """Trace id: ``navigation_id(run, number)``."""
    page: str
    due_s: float
    """Seconds after the run's t0, as every ``_s`` here."""
    started_s: float | None
    left_s: float | None
    planned_at: str
    """A point's id, ``stay`` or ``clock``."""
    planned_manner: Manner
    actual: ActualDeparture | None
    """None for a navigation that was dropped."""
    outcome: Outcome
    transport: Transport = Transport.WEBSOCKET
    move: Move = Move.NAVIGATE
    """How the tab came here."""
    planned_move: Move = Move.NAVIGATE
    """What was drawn; a tab without a history can only navigate."""
    previous: int | None = None
    """The number of the same tab's visit before this one."""
    was_ahead: bool = False
    """Whether the page was asked for as the last act of the visit before: its time is measured there, and
    no part of what passed after this visit was due."""
    row: int | None = None
    """Which row of the ``data`` file its tab has, counted from 0; None without such a file."""
    phases_ms: Mapping[Phase, float] = field(default_factory=dict)
    """The duration of each phase that was passed through to its end."""
    assertions: Mapping[str, str | None] = field(default_factory=dict)
    """What the client had to see, by name: None where it did, else what was wrong. Those that could not be
    judged, because the visit left too early, are missing."""
    error: str | None = None
    """One of a small set of stable texts."""
    detail: str | None = None
    """What this one visit met: at most 300 characters, from the server or the system."""

    @property
    def is_as_planned(self) -> bool:
        """Whether the visit ended at its planned point (or by its clock) in its planned manner."""
        return self.outcome in (Outcome.COMPLETED, Outcome.LEFT)

    @property
    def breaches(self) -> Mapping[str, str]:
        """The assertions that do not hold, and what was wrong."""
        return {name: wrong for name, wrong in self.assertions.items() if wrong is not None}

    def to_line(self) -> str:
        """Return the record as one line of JSON, with its newline.

        Written by hand: less than half of what ``json.dumps`` of a dict and nine ``round`` cost.
        """
        phases = ",".join([f'"{phase}":{value:.3f}' for phase, value in self.phases_ms.items()])
        assertions = json.dumps(dict(self.assertions), separators=(",", ":")) if self.assertions else "{}"
        planned = _departure(self.planned_at, self.planned_manner)
        return (
            f'{{"number":{self.number},"navigation":{_quote(self.navigation)},"page":{_quote(self.page)},'
            f'"due_s":{self.due_s:.6f},"started_s":{_seconds(self.started_s)},'
            f'"left_s":{_seconds(self.left_s)},'
            f'"planned":{{{planned},"move":"{self.planned_move}"}},'
            f'"actual":{_actual(self.actual)},'
            f'"transport":"{self.transport}","move":"{self.move}",'
            f'"previous":{"null" if self.previous is None else self.previous},'
            f'"was_ahead":{"true" if self.was_ahead else "false"},{_row(self.row)}'
            f'"outcome":"{self.outcome}","phases_ms":{{{phases}}},"assertions":{assertions},'
            f'"error":{_text(self.error)},"detail":{_text(self.detail)}}}\n'
        )

    @classmethod
    def from_line(cls, line: str) -> "NavigationRecord":
        """Read what ``to_line`` wrote.

        Raises:
            KeyError, TypeError, ValueError: the line is not such a record (cut short by a kill, say).
        """
        data: dict[str, Any] = json.loads(line)
        actual, planned = data["actual"], data["planned"]
        return cls(
            number=data["number"],
            navigation=data["navigation"],
            page=data["page"],
            due_s=data["due_s"],
            started_s=data["started_s"],
            left_s=data["left_s"],
            planned_at=planned["at"],
            planned_manner=_MANNERS[planned["manner"]],
            actual=actual
            and ActualDeparture(
                actual["at"], None if actual["manner"] is None else _MANNERS[actual["manner"]]
            ),
            outcome=_OUTCOMES[data["outcome"]],
            transport=_TRANSPORTS[data["transport"]],
            move=_MOVES[data["move"]],
            planned_move=_MOVES[planned["move"]],
            previous=data["previous"],
            was_ahead=data["was_ahead"],
            row=data.get("row"),
            phases_ms={_PHASES[name]: value for name, value in data["phases_ms"].items()},
            assertions=dict(data["assertions"]),
            error=data["error"],
            detail=data["detail"],
        )
