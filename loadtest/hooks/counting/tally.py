"""What one run's visits did in this process: handlers, errors, and a journal of what happened."""

from __future__ import annotations

import itertools
import math
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..swap import nothing
from ..text import clip
from .errors import ErrorTable, Kind
from .latency import Latency

__all__ = ["Gone", "HandlerTally", "RunTally"]

MAX_HANDLERS = 256
MAX_JOURNAL_ENTRIES = 100_000
_MAX_REASON_CHARACTERS = 100
_OTHER = "(other)"


class HandlerTally:
    """Counts for one (namespace, event)."""

    __slots__ = ("ack", "calls", "errors", "event", "in_flight", "latency", "namespace")

    def __init__(self, namespace: str, event: str) -> None:
        self.namespace = namespace
        self.event = event
        self.calls = 0
        """Started; those still in flight are among them."""
        self.errors = 0
        self.in_flight = 0
        self.latency = Latency()
        self.ack = Latency()
        """From an event's arrival until its acknowledgement went out."""

    def to_json(self) -> dict[str, object]:
        return {
            "namespace": self.namespace,
            "event": self.event,
            "calls": self.calls,
            "errors": self.errors,
            "in_flight": self.in_flight,
            "latency": self.latency.to_json(),
            "ack": self.ack.to_json(),
        }


@dataclass(frozen=True)
class Gone:
    """The end of an Engine.IO connection."""

    __slots__ = ("at", "begun_ms", "events", "number", "opened_at", "reason", "took_ms")

    number: int
    reason: object
    events: tuple[str, ...]
    at: float
    opened_at: float
    begun_ms: array[float]
    """When each of the events began, after ``opened_at``."""
    took_ms: array[float]
    """How long its handler took; not a number for one that still runs."""


class RunTally:
    """The cumulative counts of one run; everything in it is bounded, and what did not fit is counted."""

    def __init__(self, run: str, lock: threading.RLock, on_news: Callable[[], None] = nothing) -> None:
        self.run = run
        self.visits = 0
        """Engine.IO connections of this run."""
        self.sequence = itertools.count()
        self._lock = lock
        self._handlers: dict[tuple[str, str], HandlerTally] = {}
        self._errors = ErrorTable(lock, on_news)
        self._journal: deque[tuple[object, ...]] = deque()
        self._journal_from = 0
        self._journal_lost = 0
        self._event_lists: dict[tuple[str, ...], tuple[str, ...]] = {}

    def handler(self, namespace: str, event: str) -> HandlerTally:
        """Return the counts of a handler; from the 257th on they all share one."""
        key = (namespace, event)
        handler = self._handlers.get(key)
        if handler is None:
            with self._lock:
                if len(self._handlers) >= MAX_HANDLERS - 1 and key not in self._handlers:
                    key = (_OTHER, _OTHER)
                handler = self._handlers.setdefault(key, HandlerTally(*key))
        return handler

    def count_error(self, kind: Kind, number: int, describe: Callable[[], str]) -> None:
        """Count one error of a navigation; ``describe`` gives the traceback's text if this one is new."""
        error = self._errors.count(kind, number, describe)
        if error is not None:
            with self._lock:
                self._note("error", number, error, time.time())

    def count_gone(self, gone: Gone) -> None:
        """Note that an Engine.IO connection has ended, with the Socket.IO events that it had."""
        text = None if gone.reason is None else clip(gone.reason, _MAX_REASON_CHARACTERS)
        names = gone.events
        with self._lock:
            # most visits have the same few events in the same order: one tuple for all of them
            if len(self._event_lists) < MAX_HANDLERS:
                names = self._event_lists.setdefault(names, names)
            self._note("gone", gone.number, text, names, gone.at, gone.opened_at, gone.begun_ms, gone.took_ms)

    def _note(self, *entry: object) -> None:
        if len(self._journal) < MAX_JOURNAL_ENTRIES:
            self._journal.append(entry)
        else:
            self._journal_lost += 1

    def acknowledge(self, journal: int) -> None:
        """Drop the journal's entries before this index: they have arrived."""
        with self._lock:
            while self._journal and self._journal_from < journal:
                self._journal.popleft()
                self._journal_from += 1

    @property
    def has_journal(self) -> bool:
        """Whether entries wait to be acknowledged."""
        return bool(self._journal)

    def to_json(self, max_journal_entries: int) -> dict[str, object]:
        """Return this run's part of a snapshot: all counts, and the journal's oldest entries."""
        # one short lock for each, so that no event waits until all of them are copied
        handlers = [self._copy(handler) for handler in list(self._handlers.values())]
        errors = self._errors.to_json()
        with self._lock:
            entries = list(itertools.islice(self._journal, max_journal_entries))
            start, lost = self._journal_from, self._journal_lost
        return {
            "visits": self.visits,
            "handlers": handlers,
            "errors": errors,
            "errors_overflow": self._errors.overflow,
            "journal": {"from": start, "entries": [_entry_json(*entry) for entry in entries], "lost": lost},
        }

    def _copy(self, part: HandlerTally) -> dict[str, object]:
        with self._lock:
            return part.to_json()


def _entry_json(kind: object, number: object, *rest: Any) -> dict[str, object]:
    if kind == "error":
        error, at = rest
        return {"kind": kind, "number": number, "error": error, "at": at}
    reason, events, at, opened_at, begun_ms, took_ms = rest
    return {
        "kind": kind,
        "number": number,
        "reason": reason,
        "events": events,
        "at": at,
        "opened_at": opened_at,
        "begun_at_ms": [round(value, 2) for value in begun_ms],
        "took_ms": [None if math.isnan(value) else round(value, 2) for value in took_ms],
    }
