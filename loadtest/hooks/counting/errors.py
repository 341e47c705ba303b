"""Errors by what makes them the same: how often, the first traceback, and some of their navigations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ..swap import nothing
from .fingerprint import Fault

__all__ = ["ErrorTable", "Kind"]

MAX_ERRORS = 200
_MAX_EXAMPLES = 20


@dataclass(frozen=True)
class Kind:
    """What an error is counted under."""

    __slots__ = ("channel", "event", "fault", "namespace")

    fault: Fault
    channel: str
    """Where it came to light: handler, log, loop, thread, hub, task or page."""
    namespace: str | None
    event: str | None
    """The event whose handler failed, or has started what failed."""


class _Entry:
    __slots__ = ("count", "id", "navigations", "traceback")

    def __init__(self, number: int, traceback: str) -> None:
        self.id = number
        self.count = 0
        self.traceback = traceback
        self.navigations: list[int] = []

    def to_json(self, kind: Kind) -> dict[str, object]:
        fault = kind.fault
        return {
            "id": self.id,
            "what": f"{fault.type} in {fault.function}",
            "type": fault.type,
            "function": fault.function,
            "file": fault.file,
            "line": fault.line,
            "channel": kind.channel,
            "namespace": kind.namespace,
            "event": kind.event,
            "count": self.count,
            "traceback": self.traceback,
            "navigations": list(self.navigations),
        }


class ErrorTable:
    """Cumulative counts of at most 200 different errors; the rest is one number."""

    def __init__(self, lock: threading.RLock, on_news: Callable[[], None] = nothing) -> None:
        self.overflow = 0
        """Errors that are none of those 200."""
        self._lock = lock
        self._on_news = on_news
        """Called after an error that is a new one."""
        self._entries: dict[Kind, _Entry] = {}

    def count(self, kind: Kind, number: int | None, describe: Callable[[], str]) -> int | None:
        """Count one error, of a navigation if it is known; ``describe`` gives the text if it is a new one.

        Returns:
            Its id among the errors told, None if there was no room.
        """
        is_new = kind not in self._entries and len(self._entries) < MAX_ERRORS
        # the app's own __str__ runs in here: outside the lock
        text = describe() if is_new else ""
        with self._lock:
            entry = self._entries.get(kind)
            if entry is None:
                if len(self._entries) >= MAX_ERRORS:
                    self.overflow += 1
                    return None
                entry = self._entries[kind] = _Entry(len(self._entries), text)
            entry.count += 1
            examples = entry.navigations
            if number is not None and len(examples) < _MAX_EXAMPLES and number not in examples:
                examples.append(number)
            told = entry.id
        if is_new:
            self._on_news()
        return told

    def to_json(self) -> list[dict[str, object]]:
        """Return all that were told apart, oldest first."""
        # one short lock for each, so that no event waits until all of them are copied
        return [self._copy(kind, entry) for kind, entry in list(self._entries.items())]

    def _copy(self, kind: Kind, entry: _Entry) -> dict[str, object]:
        with self._lock:
            return entry.to_json(kind)
