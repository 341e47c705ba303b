"""The server so far: the newest snapshots of its processes added up; bounded, whatever they tell."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.exports.label import Names
from loadtest.metrics.histogram import Histogram
from loadtest.report.known_errors import known_error
from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["HandlerCounts", "Newest", "ServerCounts", "ServerTally"]

_HELD = ("tasks", "threads", "open_files", "rss_bytes")
_PYTHONS_OWN = frozenset({"environs", "pending_disconnects"})
"""Socket.IO for Node keeps none of these: there it is none, not unknown (``report.server_figures``)."""
_AT_ONCE = 16
"""Handlers whose histograms are added up before others have their turn: about a millisecond's work."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What the collector has of one process."""

    boot: str
    snapshot: Mapping[str, Any]
    is_there: bool
    """Whether it pushes; what one that has gone holds nobody knows."""


@dataclass(slots=True)
class HandlerCounts:
    """One event handler, or those that share its labels, in all processes."""

    calls: int = 0
    errors: int = 0
    in_flight: int = 0
    latency: Histogram = field(default_factory=Histogram)


@dataclass(slots=True)
class ServerCounts:
    """All processes that saw the run."""

    processes: int
    errors: int
    handlers: Mapping[tuple[str, str], HandlerCounts]
    """By namespace and event, as label values."""
    residue: Mapping[str, int | None]
    """What is judged; None: nobody knows."""
    held: Mapping[str, int | None]
    """Tasks, threads, open files and bytes of memory."""


@dataclass(slots=True)
class _Boot:
    strays_before: int
    """What its first snapshot told of strays that are older than the run."""
    known: dict[tuple[str, int], bool] = field(default_factory=dict)
    """Which of its errors and strays count for nothing."""


class ServerTally:
    """Remembers what a sum over snapshots needs: which came first, and under which labels.

    Args:
        began_at: the run's beginning, wall time in seconds: what a younger process tells is all of the run.
    """

    def __init__(self, began_at: float) -> None:
        self._began_at = began_at
        self._names = Names()
        self._boots: dict[str, _Boot] = {}

    def note(self, newest: Iterable[Newest]) -> None:
        """Look at the processes, about as often as they push: the first that is heard of each is kept."""
        for process in newest:
            if process.boot not in self._boots:
                began_at = process.snapshot.get("began_at")
                is_younger = began_at is not None and float(began_at) > self._began_at
                boot = self._boots[process.boot] = _Boot(0)
                boot.strays_before = 0 if is_younger else _strays(boot, process.snapshot)

    def count(self, newest: Collection[Newest], breathe: Callable[[], object]) -> ServerCounts | None:
        """Add everything up; None where no process has seen the run.

        Args:
            breathe: called now and then: others may want the processor.
        """
        self.note(newest)
        visited = [process for process in newest if int(process.snapshot["visits"]) > 0]
        if not visited:
            return None
        there = [process.snapshot for process in visited if process.is_there]
        return ServerCounts(
            processes=len(visited),
            errors=sum(self._errors(process) for process in visited),
            handlers=self._handlers(visited, breathe),
            residue={key: _sum(_judged(snapshot, key) for snapshot in there) for key in JUDGED_RESIDUE},
            held={key: _sum(snapshot["residue"].get(key) for snapshot in there) for key in _HELD},
        )

    def _handlers(
        self, visited: Iterable[Newest], breathe: Callable[[], object]
    ) -> Mapping[tuple[str, str], HandlerCounts]:
        counts: dict[tuple[str, str], HandlerCounts] = {}
        every = (handler for process in visited for handler in process.snapshot["handlers"])
        for number, handler in enumerate(every, start=1):
            labels = self._names.of(str(handler["namespace"]), str(handler["event"]))
            mine = counts.setdefault(labels, HandlerCounts())
            mine.calls += int(handler["calls"])
            mine.errors += int(handler["errors"])
            mine.in_flight += int(handler["in_flight"])
            mine.latency.merge(Histogram.from_json(handler["latency"]))
            if number % _AT_ONCE == 0:
                breathe()
        return counts

    def _errors(self, process: Newest) -> int:
        boot, snapshot = self._boots[process.boot], process.snapshot
        errors = _count(boot, "errors", snapshot) + int(snapshot["errors_overflow"])
        return errors + max(_strays(boot, snapshot) - boot.strays_before, 0)


def _strays(boot: _Boot, snapshot: Mapping[str, Any]) -> int:
    return _count(boot, "strays", snapshot) + int(snapshot.get("strays_overflow", 0))


def _count(boot: _Boot, part: str, snapshot: Mapping[str, Any]) -> int:
    """Add up the errors that count: not those that a framework is known for."""
    total = 0
    for error in snapshot.get(part, ()):
        key = part, int(error["id"])
        if key not in boot.known:
            boot.known[key] = known_error(str(error["traceback"])) is not None
        total += 0 if boot.known[key] else int(error["count"])
    return total


def _judged(snapshot: Mapping[str, Any], key: str) -> int | None:
    count = snapshot["residue"].get(key)
    is_of_node = str(snapshot.get("runtime", "")).startswith("node ")
    return 0 if count is None and is_of_node and key in _PYTHONS_OWN else count


def _sum(values: Iterable[int | None]) -> int | None:
    """Add up; one unknown makes the sum unknown, and so does having none."""
    known = [None if value is None else int(value) for value in values]
    return None if not known or None in known else sum(value or 0 for value in known)
