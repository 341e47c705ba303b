"""What one run's visits did in this process: handlers, errors, and a journal of what happened."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence

from .fingerprint import Fault
from .latency import Latency
from .text import clip

__all__ = ["HandlerTally", "RunTally"]

MAX_HANDLERS = 256
MAX_ERRORS = 200
MAX_JOURNAL_ENTRIES = 100_000
_MAX_EXAMPLES = 20
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


class _ErrorTally:
    __slots__ = ("count", "event", "fault", "id", "namespace", "navigations", "traceback")

    def __init__(self, number: int, fault: Fault, handler: HandlerTally, traceback: str) -> None:
        self.id = number
        self.fault = fault
        self.namespace = handler.namespace
        self.event = handler.event
        self.count = 0
        self.traceback = traceback
        self.navigations: list[int] = []

    def to_json(self) -> dict[str, object]:
        fault = self.fault
        return {
            "id": self.id,
            "what": f"{fault.type} in {fault.function}",
            "type": fault.type,
            "function": fault.function,
            "file": fault.file,
            "line": fault.line,
            "namespace": self.namespace,
            "event": self.event,
            "count": self.count,
            "traceback": self.traceback,
            "navigations": list(self.navigations),
        }


class RunTally:
    """The cumulative counts of one run; everything in it is bounded, and what did not fit is counted."""

    def __init__(self, run: str, lock: threading.RLock, on_news: Callable[[], None] = lambda: None) -> None:
        self.run = run
        self.visits = 0
        """Engine.IO connections of this run."""
        self.sequence = itertools.count()
        self._lock = lock
        self._on_news = on_news
        self._handlers: dict[tuple[str, str], HandlerTally] = {}
        self._errors: dict[tuple[Fault, str, str], _ErrorTally] = {}
        self._errors_overflow = 0
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

    def count_error(
        self, handler: HandlerTally, fault: Fault, number: int, describe: Callable[[], str]
    ) -> None:
        """Count one error of a navigation; ``describe`` gives the traceback's text if this one is new."""
        key = (fault, handler.namespace, handler.event)
        is_new = key not in self._errors and len(self._errors) < MAX_ERRORS
        # the app's own __str__ runs in here: outside the lock
        text = describe() if is_new else ""
        with self._lock:
            handler.errors += 1
            entry = self._errors.get(key)
            if entry is None:
                if len(self._errors) >= MAX_ERRORS:
                    self._errors_overflow += 1
                    return
                entry = self._errors[key] = _ErrorTally(len(self._errors), fault, handler, text)
            entry.count += 1
            if len(entry.navigations) < _MAX_EXAMPLES and number not in entry.navigations:
                entry.navigations.append(number)
            self._note("error", number, entry.id)
        if is_new:
            self._on_news()

    def count_gone(self, number: int, reason: object, events: Sequence[str], at: float) -> None:
        """Note that an Engine.IO connection has ended, with the Socket.IO events that it had."""
        names = tuple(events)
        text = None if reason is None else clip(reason, _MAX_REASON_CHARACTERS)
        with self._lock:
            # most visits have the same few events in the same order: one tuple for all of them
            if len(self._event_lists) < MAX_HANDLERS:
                names = self._event_lists.setdefault(names, names)
            self._note("gone", number, text, names, at)

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
        errors = [self._copy(error) for error in list(self._errors.values())]
        with self._lock:
            entries = list(itertools.islice(self._journal, max_journal_entries))
            start, lost = self._journal_from, self._journal_lost
        return {
            "visits": self.visits,
            "handlers": handlers,
            "errors": errors,
            "errors_overflow": self._errors_overflow,
            "journal": {"from": start, "entries": [_entry_json(*entry) for entry in entries], "lost": lost},
        }

    def _copy(self, part: HandlerTally | _ErrorTally) -> dict[str, object]:
        with self._lock:
            return part.to_json()


def _entry_json(kind: object, number: object, *rest: object) -> dict[str, object]:
    if kind == "error":
        return {"kind": kind, "number": number, "error": rest[0]}
    reason, events, at = rest
    return {"kind": kind, "number": number, "reason": reason, "events": events, "at": at}
