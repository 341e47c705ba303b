"""Figures that are told beside the others and not judged: nothing says how much they vary by chance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loadtest.comparison.estimate import Group, Unit
from loadtest.comparison.observed import ObservedRun
from loadtest.comparison.result import Told
from loadtest.comparison.side import Side

__all__ = ["told_figures"]

_SERVER: Mapping[str, tuple[str, Unit]] = {
    "residue.sids": ("sids left", Unit.NUMBER),
    "residue.eio_sockets": ("eio_sockets left", Unit.NUMBER),
    "residue.rooms": ("rooms left", Unit.NUMBER),
    "residue.environs": ("environs left", Unit.NUMBER),
    "residue.pending_disconnects": ("pending_disconnects left", Unit.NUMBER),
    "residue.tasks": ("tasks, growth", Unit.NUMBER),
    "residue.threads": ("threads, growth", Unit.NUMBER),
    "residue.open_files": ("open files, growth", Unit.NUMBER),
    "residue.rss_bytes": ("memory, growth", Unit.BYTES),
    "errors": ("errors", Unit.NUMBER),
    "strays": ("errors of no visit", Unit.NUMBER),
    "processes": ("processes", Unit.NUMBER),
    "loop.lag_p99_ms": ("event loop, lag p99", Unit.MS),
    "loop.longest_stall_ms": ("event loop, longest stall", Unit.MS),
}
"""By their path in ``server`` of ``summary.json``; means over a side's runs."""


def told_figures(sides: Sequence[Side], observed: Sequence[Sequence[ObservedRun]]) -> Iterator[Told]:
    """Yield the figures that any side knows and that are not 0 everywhere."""
    late = [_share(runs, "late") for runs in observed]
    if any(late):
        yield Told(Group.VISITS, "late", Unit.SHARE, late[0], late[1:])
    for path, (label, unit) in _SERVER.items():
        values = [_mean([_at(one.summary["server"], path) for one in side.runs]) for side in sides]
        if any(values):
            yield Told(Group.SERVER, label, unit, values[0], values[1:])
    for name in dict.fromkeys(name for side in sides for one in side.runs for name in _gauges(one.summary)):
        values = [_mean([_gauges(one.summary).get(name) for one in side.runs]) for side in sides]
        yield Told(Group.SERVER, f"gauge {name}", Unit.NUMBER, values[0], values[1:])


def _share(runs: Sequence[ObservedRun], name: str) -> float | None:
    tallies = [tally for run in runs for tally in run.tallies[name]]
    of = sum(tally.of for tally in tallies)
    return sum(tally.count for tally in tallies) / of if of else None


def _gauges(summary: Mapping[str, Any]) -> Mapping[str, float | None]:
    server = summary["server"]
    return {name: gauge["value"] for name, gauge in server["gauges"].items()} if server else {}


def _at(data: Any, path: str) -> float | None:
    for key in path.split("."):
        if data is None:
            return None
        data = data.get(key)
    return None if data is None else float(data)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
