"""The event loops of this process: how late they run what is due, and what they did in the longest stall."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..counting.latency import Latency
from .heart import Heart, find_loop
from .originals import original
from .stack import stack_of

__all__ = ["Loops"]

_BEAT_EVERY_S = 0.5
_BUSY_BEAT_EVERY_S = 0.1
"""While visits come: the loop is awake then, and a beat more costs next to nothing. (An idle loop takes 0.04%
of a core for its two beats a second, and would take 0.11 % for ten.) A stall is told too short by at most
one interval."""
_BUSY_FOR_S = 1.0
"""Since the last visit."""
_OVERDUE_S = 0.05
"""A loop this late is looked at while it still is: what does it do?"""
_LEAST_PAUSE_S = 0.05
_WANTED_S = 10.0
"""Hearts stop when nobody has asked for so long: no run listens."""


@dataclass(frozen=True)
class _Stall:
    __slots__ = ("at", "late_s", "stack")

    late_s: float
    at: float
    stack: str | None


class Loops:
    """Watches each loop that visits have reached, for as long as somebody asks.

    Args:
        confess: keeps an exception of ours as a problem.
    """

    def __init__(self, confess: Callable[[], None]) -> None:
        self._confess = confess
        self._hearts: dict[int, Heart] = {}
        self._lag = Latency()
        self._longest: _Stall | None = None
        # a signal handler of the app may interrupt a beat, and then push for the last time
        self._lock = threading.RLock()
        self._is_stopped = False
        self._watching = original("_thread", "allocate_lock")()
        """Held while there is a watchdog; nobody ever waits for it."""
        self._wanted_until_s = 0.0
        self._met_s = 0.0

    def meet(self) -> None:
        """Begin to watch the loop that runs in this thread; where none runs, nothing happens."""
        found = find_loop()
        if found is None:
            return
        loop, make = found
        self._met_s = time.monotonic()
        heart = self._hearts.get(id(loop))
        if heart is None or heart.loop() is not loop:
            self._wanted_until_s = self._met_s + _WANTED_S
            heart = self._hearts[id(loop)] = make(loop)
            heart.schedule(self._every_s(), self._beat)
            self._wake_watchdog()

    def known(self) -> list[Any]:
        """Return the loops that are watched."""
        loops = [heart.loop() for heart in list(self._hearts.values())]
        return [loop for loop in loops if loop is not None]

    def begin_run(self) -> None:
        """Forget the longest stall: a run that begins to listen wants to hear of its own."""
        with self._lock:
            self._longest = None

    def read(self) -> dict[str, object] | None:
        """Return what is known, a stall that is not over yet among it; None: no loop has been met."""
        now_s = time.monotonic()
        self._wanted_until_s = now_s + _WANTED_S
        with self._lock:
            if not self._lag.count and not self._hearts:
                return None
            lag, longest = self._lag.to_json(), self._longest
        for heart in list(self._hearts.values()):
            late_s = now_s - heart.due_s
            if late_s > max(_OVERDUE_S, longest.late_s if longest else 0.0) and not heart.was_stopped:
                longest = _Stall(late_s, time.time() - late_s, heart.stack)
        return {
            "lag": lag,
            "longest_ms": None if longest is None else round(longest.late_s * 1000, 3),
            "longest_at": None if longest is None else longest.at,
            "stack": None if longest is None else longest.stack,
        }

    def stop(self) -> None:
        """Let hearts and watchdog end, each at its next turn."""
        # a plain flag: after a fork, another thread may hold the lock of an Event for ever
        self._is_stopped = True

    def _every_s(self) -> float:
        is_busy = time.monotonic() - self._met_s < _BUSY_FOR_S
        return _BUSY_BEAT_EVERY_S if is_busy else _BEAT_EVERY_S

    def _beat(self, heart: Heart) -> None:
        try:
            now_s = time.monotonic()
            stack, heart.stack = heart.stack, None
            was_stopped, heart.was_stopped = heart.was_stopped, False
            if not was_stopped:
                self._note(now_s - heart.due_s, stack)
            is_wanted = not self._is_stopped and now_s <= self._wanted_until_s
            if not is_wanted or not heart.schedule(self._every_s(), self._beat):
                self._drop(heart)
        except Exception:
            self._confess()

    def _note(self, late_s: float, stack: str | None) -> None:
        with self._lock:
            self._lag.record(late_s)
            if self._longest is None or late_s > self._longest.late_s:
                self._longest = _Stall(max(late_s, 0.0), time.time() - late_s, stack)

    def _drop(self, heart: Heart) -> None:
        for key, other in list(self._hearts.items()):
            if other is heart:
                self._hearts.pop(key, None)

    def _wake_watchdog(self) -> None:
        if self._watching.acquire(False):
            # a bare thread: the app does not find it in threading.enumerate(), and gevent does not patch it
            original("_thread", "start_new_thread")(self._watch, ())

    def _watch(self) -> None:
        sleep = original("time", "sleep")
        while not self._is_stopped:
            pause_s = _BEAT_EVERY_S
            try:
                pause_s = self._pause_s()
            except Exception:
                self._confess()
            sleep(pause_s)
            try:
                for heart in list(self._hearts.values()):
                    self._look(heart)
            except Exception:
                self._confess()
            if not self._hearts:
                self._watching.release()
                # a loop may have been met in between, which has started no other watchdog
                if not self._hearts or not self._watching.acquire(False):
                    return

    def _pause_s(self) -> float:
        """Return how long it takes until the first beat is overdue, if it does not come."""
        dues_s = [heart.due_s for heart in list(self._hearts.values())]
        pause_s = min(dues_s, default=0.0) + _OVERDUE_S - time.monotonic()
        return min(max(pause_s, _LEAST_PAUSE_S), _BEAT_EVERY_S + _OVERDUE_S)

    def _look(self, heart: Heart) -> None:
        if not heart.is_there():
            self._drop(heart)
        elif time.monotonic() - heart.due_s >= _OVERDUE_S:
            if not heart.is_running():
                heart.was_stopped = True
            elif heart.stack is None:
                heart.stack = stack_of(heart.thread)
