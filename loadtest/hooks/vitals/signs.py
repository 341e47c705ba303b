"""The vital signs of this process, as snapshots tell them: its loops, what lives in it, the user's gauges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .gauges import Gauge, Gauges, is_launched
from .inventory import Census, Inventory
from .loop import Loops

__all__ = ["Signs", "VitalSigns"]

_LEAST_AGE_S = 0.9
"""Pushes may come faster than once a second; what lives in a process is not counted again for each."""
_MAX_RUNS = 16


@dataclass(frozen=True)
class Signs:
    """Parts of a snapshot."""

    __slots__ = ("others", "problems", "residue")

    residue: dict[str, object]
    """What goes into ``residue``."""
    others: dict[str, object]
    problems: list[str]
    """Why gauges cannot be read now."""


class VitalSigns:
    """What is read at a push. Only ``meet_loop`` is called from the app's threads."""

    def __init__(self, confess: Callable[[], None]) -> None:
        self._confess = confess
        self._loops = Loops(confess)
        self._census = Census(confess)
        self._inventory: Inventory | None = None
        self._taken_s = 0.0
        self._gauges = Gauges(is_allowed=is_launched())
        self._gauges_of: dict[str, tuple[Gauge, ...]] = {}
        """What each run that listens wants to know."""

    def meet_loop(self) -> None:
        """Begin to watch the event loop that runs in this thread."""
        try:
            self._loops.meet()
        except Exception:
            self._confess()

    def stop(self) -> None:
        """Watch no more."""
        self._loops.stop()

    def name_gauges(self, run: str, gauges: tuple[Gauge, ...]) -> bool:
        """Take note of what a run wants to know; return whether that is news."""
        self._begin(run)
        is_news = self._gauges_of[run] != gauges
        self._gauges_of[run] = gauges
        return is_news

    def forget_run(self, run: str) -> None:
        """Drop the gauges of a run that has ended."""
        self._gauges_of.pop(run, None)

    def snapshot(self, run: str | None, *, is_last: bool = False) -> Signs:
        """Return what a run is told.

        Args:
            is_last: the process is about to end, maybe in a signal handler: nothing is waited for.
        """
        self._begin(run)
        inventory = self._recent_inventory(is_last=is_last)
        values, problems = self._gauges.read(self._gauges_of.get(run or "", ()))
        return Signs(
            residue=inventory.totals(),
            others={"loop": self._loops.read(), "inventory": inventory.to_json(), "gauges": values},
            problems=problems,
        )

    def _begin(self, run: str | None) -> None:
        if run is None or run in self._gauges_of:
            return
        while len(self._gauges_of) >= _MAX_RUNS:
            del self._gauges_of[next(iter(self._gauges_of))]
        self._gauges_of[run] = ()
        self._loops.begin_run()

    def _recent_inventory(self, *, is_last: bool) -> Inventory:
        age_s = time.monotonic() - self._taken_s
        if self._inventory is None or (age_s >= _LEAST_AGE_S and not is_last):
            self._inventory = self._census.take(self._loops.known())
            self._taken_s = time.monotonic()
        return self._inventory
