"""One time-out for a whole visit, moved from step to step by writing down a number."""

import math
import time
from typing import Any

import gevent

__all__ = ["Alarm", "Rang"]


class Rang(BaseException):
    """The alarm's time came while the visit waited; like ``gevent.Timeout``, no ordinary exception."""


class Alarm:
    """Raises ``Rang`` in its greenlet once the time that was set last has come.

    A ``gevent.Timeout`` for each step means a timer made, started and stopped five times a visit
    (SPEED.md: 0.15 ms with one for each read). Here a timer that fires too early, because the time has been
    moved meanwhile, is started again; a tab that keeps its alarm needs one timer for many visits.
    """

    __slots__ = ("_at", "_fires_at", "_greenlet", "_loop", "_timer")

    def __init__(self) -> None:
        self._loop = gevent.get_hub().loop
        self._greenlet = gevent.getcurrent()
        self._at = math.inf
        self._fires_at = math.inf
        self._timer: Any = None

    def set(self, at: float) -> None:
        """Move the time to ``at``, in seconds of the monotonic clock; infinity: never."""
        self._at = at
        if at < self._fires_at:
            self._start(at - time.monotonic())

    @property
    def is_mine(self) -> bool:
        """Whether it would ring in the greenlet that asks."""
        return self._greenlet is gevent.getcurrent()

    def rest(self) -> None:
        """Never ring until it is set again; the timer is kept, for the next visit needs one too."""
        self._at = math.inf

    def close(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
        self._fires_at = math.inf

    def _start(self, delay_s: float) -> None:
        fires_at = self._at
        self.close()
        self._fires_at = fires_at
        self._timer = self._loop.timer(max(delay_s, 0.0))
        self._timer.start(self._fire, update=True)

    def _fire(self) -> None:
        """Run in the hub: ring, or go on waiting."""
        left_s = self._at - time.monotonic()
        self._fires_at = math.inf
        if left_s <= 0:
            self._greenlet.throw(Rang())
        elif self._at < math.inf:
            self._start(left_s)
