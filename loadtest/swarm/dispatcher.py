"""Hands each navigation that comes due to a free user, or counts it as dropped."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gevent
from gevent.event import AsyncResult

__all__ = ["Dispatcher", "Due"]

_MOST_AHEAD_S = 5.0
"""A navigation that is due later is promised to nobody: the page that is asked for ahead would grow old."""


@dataclass(frozen=True, slots=True)
class Due:
    """A navigation that has come due, or will."""

    number: int
    due_s: float
    """Seconds after t0."""


class Dispatcher:
    """An open schedule over a pool of users: what is due starts now or never.

    Users wait in ``take``; the one that became free last is served first, so that its kept-alive
    connection is still warm. A user that goes on may have the next navigation promised (``promise``)
    before it is due: that one is then its own.
    """

    def __init__(self, drop: Callable[[Due], None]) -> None:
        self.due = 0
        self.dropped = 0
        self.is_exhausted = False
        self._drop = drop
        self._free: list[AsyncResult[Due | None]] = []
        self._is_closed = False
        self._coming: deque[Due] = deque()
        """Navigations that have been looked at and are not due yet, in order."""
        self._arrivals: Iterator[tuple[int, float]] = iter(())
        self._t0 = 0.0
        self._time_s: float | None = None
        self._promised: dict[int, AsyncResult[Due | None]] = {}

    def take(self, promised: int | None = None) -> Due | None:
        """Wait for a navigation, for the promised one if there is one; None when there will be no more."""
        if promised is not None and promised in self._promised:
            waiter = self._promised[promised]
            try:
                return waiter.get()
            finally:
                self._promised.pop(promised, None)
        if self._is_closed:
            return None
        waiter = AsyncResult()
        self._free.append(waiter)
        try:
            return waiter.get()
        except BaseException:  # this user is killed while it waits
            if waiter in self._free:
                self._free.remove(waiter)
            raise

    def promise(self) -> Due | None:
        """Promise the next navigation that nobody has; None when there is none, or only one far ahead."""
        if self._is_closed:
            return None
        due = next((due for due in self._coming if due.number not in self._promised), None) or self._look()
        if due is None or self._t0 + due.due_s - time.monotonic() > _MOST_AHEAD_S:
            return None
        self._promised[due.number] = AsyncResult()
        return due

    def _look(self) -> Due | None:
        """Look at one navigation more of the schedule."""
        for number, due_s in self._arrivals:
            if self._time_s is not None and due_s > self._time_s:
                self._arrivals = iter(())
                return None
            self._coming.append(Due(number, due_s))
            return self._coming[-1]
        return None

    def run(self, arrivals: Iterator[tuple[int, float]], t0: float, time_s: float | None) -> None:
        """Go through the schedule; ``t0`` and ``time_s`` (its cap) in seconds of the monotonic clock."""
        self._arrivals, self._t0, self._time_s = arrivals, t0, time_s
        while self._coming or self._look():
            due = self._coming[0]
            ahead_s = t0 + due.due_s - time.monotonic()
            if ahead_s > 0 or not self._free:
                # behind time too: users that have become free must come to wait, or they would be missed
                gevent.sleep(max(ahead_s, 0.0))
            self._coming.popleft()
            self._hand_out(due)
        self.is_exhausted = True

    def _hand_out(self, due: Due) -> None:
        self.due += 1
        promised = self._promised.get(due.number)
        if promised is not None:
            promised.set(due)  # its user has it now, or as soon as it has left where it is
        elif self._free:
            self._free.pop().set(due)
        else:
            self.dropped += 1
            self._drop(due)

    def close(self) -> None:
        """Let every waiting user go."""
        self._is_closed = True
        free, self._free = self._free, []
        for waiter in (*free, *self._promised.values()):
            if not waiter.ready():
                waiter.set(None)
