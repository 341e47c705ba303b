"""What a series needs of one snapshot of a hooked process."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.server_lines import clock_ahead_s

__all__ = ["Pulse", "Standing", "read_pulse"]

_PYTHONS_OWN = frozenset({"environs", "pending_disconnects"})
"""Socket.IO for Node keeps none of these: there it is none, not unknown (``report.server_figures``)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a process held when it was asked; None where it could not tell."""

    in_flight: int
    residue: Mapping[str, int | None]
    """By the keys of ``JUDGED_RESIDUE``."""
    tasks: int | None
    threads: int | None
    rss_bytes: int | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """One snapshot: what its process had counted by then, and what it held."""

    boot: str
    sequence: int
    heard_at: float
    """Wall time by the collector's clock, seconds; so is the run's t0."""
    began_at: float | None
    """Wall time by the server's own clock, seconds."""
    ahead_s: float
    """How far that clock seems to be ahead of the collector's."""
    visits: int
    is_last: bool
    calls: int
    errors: int
    """Those that count (``report.known_errors``), and that visits had."""
    strays: int
    """Those that no visit can be told for; of all runs."""
    latency: Histogram
    lag: Histogram
    standing: Standing


def read_pulse(
    line: Mapping[str, Any], known_errors: Collection[int], known_strays: Collection[int]
) -> Pulse:
    """Read a line of the kind ``snapshot``.

    Args:
        known_errors: ids of this process's errors that count for nothing.
        known_strays: the same of its strays.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is none that the collector writes.
    """
    handlers, loop = line["handlers"], line.get("loop")
    heard_at = float(line["heard_at"])
    return Pulse(
        boot=str(line["boot"]),
        sequence=int(line["sequence"]),
        heard_at=heard_at,
        began_at=None if line.get("began_at") is None else float(line["began_at"]),
        ahead_s=clock_ahead_s([float(line["taken_at"]) - heard_at]),
        visits=int(line["visits"]),
        is_last=bool(line.get("is_last", False)),
        calls=sum(int(handler["calls"]) for handler in handlers),
        errors=_count(line["errors"], known_errors) + int(line["errors_overflow"]),
        strays=_count(line.get("strays", ()), known_strays) + int(line.get("strays_overflow", 0)),
        latency=_merged(handler["latency"] for handler in handlers),
        lag=_merged([] if loop is None else [loop["lag"]]),
        standing=_standing(line, handlers),
    )


def _count(errors: Iterable[Mapping[str, Any]], known: Collection[int]) -> int:
    return sum(int(error["count"]) for error in errors if int(error["id"]) not in known)


def _merged(parts: Iterable[Mapping[str, Any]]) -> Histogram:
    merged = Histogram()
    for part in parts:
        merged.merge(Histogram.from_json(part))
    return merged


def _standing(line: Mapping[str, Any], handlers: Iterable[Mapping[str, Any]]) -> Standing:
    held = line["residue"]
    is_of_node = str(line.get("runtime", "")).startswith("node ")
    unknown = {key: 0 if is_of_node and key in _PYTHONS_OWN else None for key in JUDGED_RESIDUE}
    return Standing(
        in_flight=sum(int(handler["in_flight"]) for handler in handlers),
        residue={key: unknown[key] if held.get(key) is None else int(held[key]) for key in JUDGED_RESIDUE},
        tasks=_integer(held.get("tasks")),
        threads=_integer(held.get("threads")),
        rss_bytes=_integer(held.get("rss_bytes")),
    )


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
