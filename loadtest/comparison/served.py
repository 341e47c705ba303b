"""The server's handlers over a run's time: what was new in each snapshot, by the window that it came in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.comparison.windows import Columns, Cut, columns_of
from loadtest.metrics.histogram import Histogram
from loadtest.report.folder import SERVER_FILE
from loadtest.report.remainder import handler_since
from loadtest.report.run import Run
from loadtest.report.server import Handler
from loadtest.report.server_parts import to_handler

__all__ = ["HandlerKey", "handler_columns"]

_ByWindow = dict[int, Histogram]


@dataclass(frozen=True, slots=True, order=True)
class HandlerKey:
    """A handler's times: in itself, or until its acknowledgement went out."""

    namespace: str
    event: str
    is_ack: bool = False


@dataclass(slots=True)
class _Boot:
    sequence: int = -1
    handlers: Mapping[tuple[str, str], Handler] = field(default_factory=dict)


def handler_columns(run: Run, cut: Cut, *, is_cut_short: bool = False) -> Mapping[HandlerKey, Columns]:
    """Return the durations of every handler in windows.

    Args:
        is_cut_short: what came after the last window is left out; else it belongs to the last.
    """
    t0_at = run.info.t0_at
    if run.server is None or t0_at is None:
        return {}
    seen = {process.boot for process in run.server.processes}
    found: dict[HandlerKey, _ByWindow] = {}
    boots: dict[str, _Boot] = {}
    for snapshot in _snapshots(run):
        if snapshot["boot"] not in seen:
            continue
        boot = boots.setdefault(snapshot["boot"], _Boot())
        if snapshot["sequence"] < boot.sequence:
            continue  # overtaken: cumulative, so nothing is lost
        at_s = float(snapshot["heard_at"]) - t0_at.timestamp()
        window = None if is_cut_short and at_s > cut.until_s else cut.place(at_s)
        handlers = {(one.namespace, one.event): one for one in map(to_handler, snapshot["handlers"])}
        if window is not None:
            for key, handler in handlers.items():
                _add(found, window, handler_since(handler, boot.handlers.get(key)))
        boot.sequence, boot.handlers = snapshot["sequence"], handlers
    return {key: columns_of(by_window, cut.windows) for key, by_window in sorted(found.items())}


def _add(found: dict[HandlerKey, _ByWindow], window: int, handler: Handler) -> None:
    for times, is_ack in ((handler.latency, False), (handler.ack, True)):
        if times.count:
            key = HandlerKey(handler.namespace, handler.event, is_ack)
            found.setdefault(key, {}).setdefault(window, Histogram()).merge(times)


def _snapshots(run: Run) -> Iterator[Mapping[str, Any]]:
    """Yield what can be read; the reader of the run has told of the rest."""
    with (run.path / SERVER_FILE).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                data = json.loads(line)
            except ValueError:
                continue
            if isinstance(data, dict) and data.get("kind") == "snapshot" and _is_whole(data):
                yield data


def _is_whole(data: Mapping[str, Any]) -> bool:
    try:
        for handler in data["handlers"]:
            to_handler(handler)
        return isinstance(data["sequence"], int) and isinstance(data["boot"], str) and "heard_at" in data
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
