"""What is known of one visit while it is here: its connection, its sessions, and its calls under way."""

from __future__ import annotations

import math
import time
from array import array

from ..context import Place
from ..text import clip
from .fingerprint import Fault
from .tally import HandlerTally, RunTally

__all__ = ["MAX_NAME_CHARACTERS", "Attempt", "Call", "Connection", "Session"]

MAX_NAME_CHARACTERS = 100
_MAX_EVENTS = 64


class Connection:
    """One Engine.IO connection of a navigation."""

    __slots__ = (
        "begun_ms",
        "eio_sid",
        "events",
        "is_gone",
        "is_unheld",
        "number",
        "opened_at",
        "opened_s",
        "place",
        "sessions",
        "tally",
        "took_ms",
    )

    def __init__(self, eio_sid: str, tally: RunTally, number: int) -> None:
        self.eio_sid = eio_sid
        self.tally = tally
        self.number = number
        self.place = Place(tally.run, number)
        self.opened_at = time.time()
        self.opened_s = time.perf_counter()
        self.events: list[str] = []
        """Socket.IO events in the order in which they started; when too many, the first and the last."""
        # arrays of 4-byte floats: the connections of a long run that nobody collects are many
        self.begun_ms = array("f")
        self.took_ms = array("f")
        self.sessions: list[Session] = []
        self.is_gone = False
        self.is_unheld = False
        """Whether the framework had nothing of it any more when last looked."""

    def write_down(self, call: Call, event: str) -> None:
        """Note an event that begins; of very many, the first and the last are kept."""
        begun_ms = (call.started_s - self.opened_s) * 1000
        call.order = len(self.events)
        if call.order < _MAX_EVENTS:
            self.events.append(event)
            self.begun_ms.append(begun_ms)
            self.took_ms.append(math.nan)
        else:
            call.order = _MAX_EVENTS - 1
            self.events[-1] = event
            self.begun_ms[-1] = begun_ms
            self.took_ms[-1] = math.nan


class Session:
    """One Socket.IO session (a namespace of a connection)."""

    __slots__ = ("attempt", "connection", "key", "namespace")

    def __init__(self, connection: Connection, key: tuple[str, str]) -> None:
        self.connection = connection
        self.key = key
        self.namespace = clip(key[0], MAX_NAME_CHARACTERS)
        self.attempt: Attempt | None = None


class Attempt:
    """A call of a connect handler that ended in TypeError: the framework calls it once more."""

    __slots__ = ("fault", "handler", "order", "started_s")

    def __init__(self, call: Call, fault: Fault) -> None:
        self.started_s = call.started_s
        self.order = call.order
        self.handler = call.handler
        self.fault = fault


class Call:
    """One event under way in its handler."""

    __slots__ = ("handler", "is_attempt", "is_retry", "order", "place", "session", "started_s")

    def __init__(self, session: Session, handler: HandlerTally, started_s: float) -> None:
        connection = session.connection
        self.session = session
        self.handler = handler
        self.started_s = started_s
        self.place = Place(connection.tally.run, connection.number, handler.namespace, handler.event)
        self.order = -1
        """Its place among the connection's events."""
        self.is_attempt = False
        """Whether it was taken back: the framework calls again."""
        self.is_retry = False
