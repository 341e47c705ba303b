"""What the hooks told, all server processes together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from loadtest.metrics.histogram import Histogram
from loadtest.report.remainder import handlers_after
from loadtest.report.server import JUDGED_RESIDUE, Process, ServerSide

__all__ = [
    "GROWN_RESIDUE",
    "HandlerFigures",
    "ProcessResidue",
    "Residue",
    "merge_handlers",
    "merge_residue",
    "residue_by_process",
]

GROWN_RESIDUE = ("tasks", "threads", "rss_bytes", "open_files")
"""Told as the difference between a process's last snapshot and the first that knew."""


_PYTHONS_OWN = frozenset({"environs", "pending_disconnects"})
"""What python-socketio keeps of visitors and Socket.IO for Node does not: there it is none, not unknown."""


@dataclass(slots=True)
class HandlerFigures:
    """One event handler, in all processes."""

    namespace: str
    event: str
    calls: int = 0
    errors: int = 0
    in_flight: int = 0
    latency: Histogram = field(default_factory=Histogram)
    ack: Histogram = field(default_factory=Histogram)


@dataclass(frozen=True, slots=True)
class Residue:
    """What was left on the server after the quiet; None where nobody knows."""

    sids: int | None
    eio_sockets: int | None
    rooms: int | None
    environs: int | None
    pending_disconnects: int | None
    tasks: int | None
    """By how many there are more; so are those that follow."""
    threads: int | None
    rss_bytes: int | None
    open_files: int | None


@dataclass(frozen=True, slots=True)
class ProcessResidue:
    """The same of one process, as far as it is judged; in ``server.residue_by_process``."""

    boot: str
    pid: int
    command: str
    is_known: bool
    """Whether it reported after the quiet, or held nothing when it said its last word."""
    left: Mapping[str, int | None]


def merge_handlers(server: ServerSide) -> tuple[HandlerFigures, ...]:
    """Add up each handler's figures over the processes, in the order of namespace and event.

    What was counted in the warm-up is left out.
    """
    merged: dict[tuple[str, str], HandlerFigures] = {}
    for process in server.processes:
        for handler in handlers_after(process):
            key = (handler.namespace, handler.event)
            figures = merged.setdefault(key, HandlerFigures(*key))
            figures.calls += handler.calls
            figures.errors += handler.errors
            figures.in_flight += handler.in_flight
            figures.latency.merge(handler.latency)
            figures.ack.merge(handler.ack)
    return tuple(merged[key] for key in sorted(merged))


def merge_residue(
    server: ServerSide,
    *,
    is_quiet: bool,
    silent_boots: Collection[str] = (),
    living: ServerSide | None = None,
) -> Residue:
    """Add up what stayed on the server.

    Args:
        server: what the hooks told.
        is_quiet: whether the server had its quiet; without it what is still there is no residue.
        silent_boots: processes that stopped reporting before the quiet; what stayed in them nobody knows.
        living: those of the processes that have not ended (all by default): what grew, grew in them.
    """
    is_known = is_quiet and not silent_boots
    grew = (living or server).processes
    judged = {
        key: _sum(_kept(process, key) for process in server.processes) if is_known else None
        for key in JUDGED_RESIDUE
    }
    grown = {key: _sum(_growth(process, key) for process in grew) if grew else None for key in GROWN_RESIDUE}
    return Residue(**judged, **grown)


def residue_by_process(
    server: ServerSide, silent_boots: Collection[str], *, is_quiet: bool
) -> tuple[ProcessResidue, ...]:
    """Return what stayed in each process: one that died takes away what is known of itself alone."""
    return tuple(
        ProcessResidue(
            process.boot,
            process.pid,
            process.command,
            is_known,
            {key: _kept(process, key) if is_known else None for key in JUDGED_RESIDUE},
        )
        for process in server.processes
        for is_known in [is_quiet and process.boot not in silent_boots]
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """Add up; one unknown makes the sum unknown."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _kept(process: Process, key: str) -> int | None:
    count = process.residue.get(key)
    is_of_node = (process.runtime or "").startswith("node ")
    return 0 if count is None and is_of_node and key in _PYTHONS_OWN else count


def _growth(process: Process, key: str) -> int | None:
    first, last = process.first_residue.get(key), process.residue.get(key)
    return None if first is None or last is None else last - first
