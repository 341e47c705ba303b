"""The server's event loops, what grew in it by name, and the user's gauges, all processes together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from loadtest.metrics.histogram import Histogram
from loadtest.report.remainder import loop_before
from loadtest.report.server import Loop, Process, ServerSide

__all__ = [
    "NO_LOOP",
    "GaugeFigures",
    "LoopFigures",
    "grown_names",
    "merge_gauges",
    "merge_loops",
    "vital_numbers",
]

_MOST_NAMES = 30


@dataclass(frozen=True, slots=True)
class LoopFigures:
    """The event loops of all processes; its fields are the keys of ``server.loop``."""

    lag_p99_ms: float | None
    longest_stall_ms: float | None
    """The longest that began after the warm-up; None: none was told."""
    stack: str | None
    """What the loop did in it; None: nothing could look."""
    at_s: float | None
    """When it began: seconds after t0."""


NO_LOOP = LoopFigures(None, None, None, None)
"""Nothing is known."""


@dataclass(frozen=True, slots=True)
class GaugeFigures:
    """One gauge, added up over the processes; its fields are the keys of ``server.gauges``."""

    value: float | None
    """What it was at last; None: a process could not read it."""
    growth: float | None
    """By how much it is more than in the run's first snapshot."""


def merge_loops(server: ServerSide, t0_at: datetime | None, warm_up_s: float = 0.0) -> LoopFigures:
    """Add up what the loops told since the warm-up; nothing is known where there is no loop.

    A process tells of its longest stall: after one in the warm-up, shorter ones are not known.
    """
    loops = [(process, process.loop) for process in server.processes if process.loop is not None]
    lag = Histogram()
    for process, loop in loops:
        before = loop_before(process)
        lag.merge(loop.lag.since(before.lag) if before else loop.lag)
    longest, ms, at_s = None, None, None
    for process, loop in loops:
        for stall in (loop, *process.stalls):
            began_s = _after_s(stall, process, t0_at)
            # beside the snapshot's own there is a line with the stack: that one comes later
            if stall.longest_ms is not None and began_s >= warm_up_s and stall.longest_ms >= (ms or 0.0):
                longest, ms, at_s = stall, stall.longest_ms, began_s
    return LoopFigures(
        lag_p99_ms=lag.percentile_ms(99),
        longest_stall_ms=ms,
        stack=None if longest is None else longest.stack,
        at_s=None if at_s is None else round(at_s, 3),
    )


def vital_numbers(
    loop: LoopFigures, living: ServerSide, t0_at: datetime | None, gauges: Iterable[str]
) -> Mapping[str, float | None]:
    """Return what thresholds may name of these figures, by metric; gauges are read in living processes."""
    named = merge_gauges(living, t0_at, gauges).items()
    return {
        "server.loop.lag_p99_ms": loop.lag_p99_ms,
        "server.loop.longest_stall_ms": loop.longest_stall_ms,
        **{f"server.gauges.{name}": figures.growth for name, figures in named},
        **{f"server.gauges.{name}.value": figures.value for name, figures in named},
    }


def _after_s(stall: Loop, process: Process, t0_at: datetime | None) -> float:
    if stall.longest_at is None or t0_at is None:
        return -1.0
    return stall.longest_at - process.clock_ahead_s - t0_at.timestamp()


def grown_names(server: ServerSide, part: str) -> Mapping[str, int]:
    """Return by how much the tasks or threads of each name became more (or less), most grown first.

    Args:
        part: ``tasks`` or ``threads``.
    """
    grown: dict[str, int] = {}
    for process in server.processes:
        if process.first_inventory is not None:
            first, last = getattr(process.first_inventory, part), getattr(process.inventory, part)
            for name in {*first, *last}:
                grown[name] = grown.get(name, 0) + last.get(name, 0) - first.get(name, 0)
    rows = sorted(((name, more) for name, more in grown.items() if more), key=lambda row: (-row[1], row[0]))
    return dict(rows[:_MOST_NAMES])


def merge_gauges(
    server: ServerSide, t0_at: datetime | None, names: Iterable[str]
) -> Mapping[str, GaugeFigures]:
    """Add each gauge up over the processes; one that a process could not read is not known."""
    there = server.processes
    return {
        name: GaugeFigures(
            value=_sum(process.gauges.get(name) for process in there) if there else None,
            growth=_sum(_growth(process, name, t0_at) for process in there) if there else None,
        )
        for name in names
    }


def _growth(process: Process, name: str, t0_at: datetime | None) -> float | None:
    """Return the growth since the first snapshot; from 0 on in a process that began while the run was on."""
    first, last = process.first_gauges.get(name), process.gauges.get(name)
    if process.began_at is not None and t0_at is not None:
        is_new = process.began_at - process.clock_ahead_s > t0_at.timestamp()
        first = 0.0 if is_new else first
    return None if first is None or last is None else last - first


def _sum(values: Iterable[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return int(total) if total.is_integer() else total
