"""Hands each navigation that comes due to a free user, or counts it as dropped."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gevent
from gevent.event import AsyncResult

__all__ = ["Dispatcher", "Due"]


@dataclass(frozen=True, slots=True)
class Due:
    """A navigation that has come due."""

    number: int
    due_s: float
    """Seconds after t0."""


class Dispatcher:
    """An open schedule over a pool of users: what is due starts now or never.

    Users wait in ``take``; the one that became free last is served first, so that its kept-alive
    connection is still warm.
    """

    def __init__(self, drop: Callable[[Due], None]) -> None:
        self.due = 0
        self.dropped = 0
        self.is_exhausted = False
        self._drop = drop
        self._free: list[AsyncResult[Due | None]] = []
        self._is_closed = False

    def take(self) -> Due | None:
        """Wait for a navigation; None when there will be no more."""
        if self._is_closed:
            return None
        waiter: AsyncResult[Due | None] = AsyncResult()
        self._free.append(waiter)
        try:
            return waiter.get()
        finally:
            if waiter in self._free:  # this user was killed while it waited
                self._free.remove(waiter)

    def run(self, arrivals: Iterator[tuple[int, float]], t0: float, time_s: float | None) -> None:
        """Go through the schedule; ``t0`` and ``time_s`` (its cap) in seconds of the monotonic clock."""
        for number, due_s in arrivals:
            if time_s is not None and due_s > time_s:
                break
            # behind time too: users that have become free must come to wait, or they would be missed
            gevent.sleep(max(t0 + due_s - time.monotonic(), 0.0))
            self._hand_out(Due(number, due_s))
        self.is_exhausted = True

    def _hand_out(self, due: Due) -> None:
        self.due += 1
        if self._free:
            self._free.pop().set(due)
        else:
            self.dropped += 1
            self._drop(due)

    def close(self) -> None:
        """Let every waiting user go."""
        self._is_closed = True
        free, self._free = self._free, []
        for waiter in free:
            waiter.set(None)
