"""The tables of a report, made from ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS
from loadtest.report.wording import amount, clipped

__all__ = ["Sheet", "departures", "handlers", "ms", "phases"]

_DEPARTURE_ROWS = 12
"""More rows than this are put together by point: the report is to fit on one screen."""
_HANDLER_ROWS = 8
_LONGEST_NAME = 40
_OTHER_POINTS: Mapping[str, str] = {STAY: "to the end", BY_CLOCK: "by the clock"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    title: str
    columns: Sequence[str]
    words: int
    """The first so many columns hold words, the others numbers."""
    rows: Sequence[Sequence[str]]
    note: str = ""
    """What the table leaves out, or tells by numbers; each of its lines begins anew."""


def departures(summary: Mapping[str, Any], *, has_names: bool) -> Sheet:
    """Return how visits were to leave and how they did; ``has_names`` asks for the points' names too."""
    rows: Sequence[Mapping[str, Any]] = summary["departures"]
    has_transports = len({row["transport"] for row in rows}) > 1
    if has_transports:
        rows = [{**row, "manner": f"{row['manner']}, {row['transport']}"} for row in rows]
    if len(rows) > _DEPARTURE_ROWS:
        rows = _by_point(rows, "way" if has_transports else "manner")
    names = [[_point_name(row["at"])] if has_names else [] for row in rows]
    cells = [
        [row["at"], *name, row["manner"], *(f"{row[key]:,}" for key in ("planned", "actual", "other"))]
        for row, name in zip(rows, names, strict=True)
    ]
    head = ["at", "point", "manner"] if has_names else ["at", "manner"]
    return Sheet(
        "Departures (left so: at this point, in this manner)",
        [*head, "planned", "left so", "otherwise"],
        len(head),
        cells,
    )


def _point_name(at: str) -> str:
    return POINTS[at].name if at in POINTS else _OTHER_POINTS.get(at, "")


def _by_point(rows: Sequence[Mapping[str, Any]], noun: str) -> list[dict[str, Any]]:
    points: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        points.setdefault(row["at"], []).append(row)
    return [
        {
            "at": at,
            "manner": amount(len(group), noun) if len(group) > 1 else group[0]["manner"],
            **{key: sum(row[key] for row in group) for key in ("planned", "actual", "other")},
        }
        for at, group in points.items()
    ]


def phases(summary: Mapping[str, Any]) -> Sheet:
    """Return how long each phase took.

    How long a visit was active is left out, and so is what would include it, leaving measured from the
    due time: that is the profile's choice and tells nothing of the server.
    """
    keys = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
    return Sheet(
        "Phases of a visit (ms)",
        ["phase", "visits", "p50", "p95", "p99", "max", "p99 from due"],
        1,
        [
            [
                phase,
                f"{figures['count']:,}",
                *(ms(figures[key]) for key in keys),
                ms(None if phase == Phase.LEAVING else figures["from_due_p99_ms"]),
            ]
            for phase, figures in summary["phases"].items()
            if figures["count"] and phase != Phase.ACTIVE
        ],
    )


def handlers(server: Mapping[str, Any]) -> Sheet:
    """Return the server's event handlers, those with the most errors and calls first.

    How long an acknowledgement took is told where anybody asked for one.
    """
    rows = sorted(server["handlers"], key=lambda row: (-row["errors"], -row["calls"]))
    more = len(rows) - _HANDLER_ROWS
    rows = rows[:_HANDLER_ROWS]
    has_acks = any(row["ack"]["count"] for row in rows)
    return Sheet(
        f"Server handlers (ms), {amount(server['processes'], 'process', 'processes')}",
        ["event", "calls", "errors", "p50", "p99", *(["ack p50", "ack p99"] if has_acks else [])],
        1,
        [_handler_cells(row, has_acks=has_acks) for row in rows],
        f"and {amount(more, 'more handler')}: see summary.json" if more > 0 else "",
    )


def _handler_cells(row: Mapping[str, Any], *, has_acks: bool) -> list[str]:
    acks = [ms(row["ack"]["p50_ms"]), ms(row["ack"]["p99_ms"])] if has_acks else []
    counts = [f"{row['calls']:,}", f"{row['errors']:,}"]
    return [_handler_name(row), *counts, ms(row["p50_ms"]), ms(row["p99_ms"]), *acks]


def _handler_name(row: Mapping[str, Any]) -> str:
    name = row["event"] if row["namespace"] == "/" else f"{row['namespace']} {row['event']}"
    return clipped(name, _LONGEST_NAME)


def ms(value: float | None) -> str:
    """Return milliseconds for a table's cell."""
    return "-" if value is None else f"{value:,.1f}"
