"""The parts of a line of ``server.jsonl``, each decoded into what the report reads."""

from collections.abc import Iterable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.report.server import Channel, Gone, Handler, Inventory, Loop, ServerError

__all__ = [
    "Snapshot",
    "finite",
    "integers",
    "runtime",
    "texts",
    "to_error",
    "to_gauges",
    "to_gone",
    "to_handler",
    "to_inventory",
    "to_loop",
    "to_loop_or_none",
    "to_residue",
]

Snapshot = Mapping[str, Any]
_NO_HISTOGRAM: Mapping[str, Any] = {"sum_us": 0, "max_us": 0, "counts": {}}


def runtime(snapshot: Snapshot) -> str | None:
    """Return what runs the process, or None where the hooks did not tell."""
    if "runtime" in snapshot:
        return str(snapshot["runtime"])
    # what hooks said before there were some for other languages
    return f"python {snapshot['python']}" if "python" in snapshot else None


def to_gone(entry: Mapping[str, Any]) -> Gone:
    """Decode a journal's entry of a connection that ended."""
    gone = Gone(
        number=int(entry["number"]),
        reason=entry["reason"],
        events=texts(entry["events"]),
        at=finite(entry.get("at")),
        opened_at=finite(entry.get("opened_at")),
        begun_at_ms=tuple(finite(value) for value in entry.get("begun_at_ms", ())),
        took_ms=tuple(finite(value) for value in entry.get("took_ms", ())),
    )
    for times in (gone.begun_at_ms, gone.took_ms):
        if times and len(times) != len(gone.events):
            raise ValueError(f"{len(times)} times for {len(gone.events)} events")
    return gone


def to_handler(data: Mapping[str, Any]) -> Handler:
    """Decode an entry of ``handlers``."""
    return Handler(
        namespace=data["namespace"],
        event=data["event"],
        calls=int(data["calls"]),
        errors=int(data["errors"]),
        in_flight=int(data["in_flight"]),
        latency=Histogram.from_json(data["latency"]),
        ack=Histogram.from_json(data.get("ack", _NO_HISTOGRAM)),
    )


def to_error(
    data: Mapping[str, Any], tracebacks: Mapping[int, str], had_error: Mapping[int, Iterable[int]]
) -> ServerError:
    """Decode an entry of ``errors``, with what other lines tell of it."""
    number = int(data["id"])
    return ServerError(
        id=number,
        what=data["what"],
        file=data["file"],
        line=data["line"],
        channel=Channel(data.get("channel", Channel.HANDLER)),
        namespace=data["namespace"],
        event=data["event"],
        count=int(data["count"]),
        navigations=frozenset(integers(data["navigations"])).union(had_error.get(number, ())),
        traceback=tracebacks.get(number),
    )


def to_loop_or_none(snapshot: Snapshot) -> Loop | None:
    """Decode a snapshot's ``loop``; None where the process has none."""
    return None if snapshot.get("loop") is None else to_loop(snapshot["loop"])


def to_loop(data: Mapping[str, Any]) -> Loop:
    """Decode a ``loop``."""
    stack = data.get("stack")  # of a snapshot's line: told by a line of its own
    return Loop(
        lag=Histogram.from_json(data["lag"]),
        longest_ms=finite(data["longest_ms"]),
        longest_at=finite(data["longest_at"]),
        stack=None if stack is None else str(stack),
    )


def to_residue(data: Mapping[str, Any]) -> Mapping[str, int | None]:
    """Decode a ``residue``."""
    return MappingProxyType({key: None if value is None else int(value) for key, value in data.items()})


def to_inventory(data: Mapping[str, Any]) -> Inventory:
    """Decode an ``inventory``."""
    tasks, threads = (
        MappingProxyType({str(name): int(count) for name, count in data.get(key, {}).items()})
        for key in ("tasks", "threads")
    )
    return Inventory(tasks, threads)


def to_gauges(data: Mapping[str, Any]) -> Mapping[str, float | None]:
    """Decode ``gauges``."""
    return MappingProxyType({str(name): finite(value) for name, value in data.items()})


def finite(value: Any) -> float | None:
    """Return a number that JSON can hold, or None for none."""
    if value is None:
        return None
    if not isfinite(told := float(value)):
        raise ValueError(f"{value!r} is not a number")
    return told


def integers(data: Iterable[Any]) -> Iterable[int]:
    """Yield whole numbers."""
    return (int(number) for number in data)


def texts(data: Iterable[Any]) -> tuple[str, ...]:
    """Return texts."""
    return tuple(str(text) for text in data)
