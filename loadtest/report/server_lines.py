"""The reader of ``server.jsonl``: its lines become what each hooked process told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from loadtest.report.last_error import last_error
from loadtest.report.server import (
    JUDGED_RESIDUE,
    Boot,
    Channel,
    Gone,
    Loop,
    Process,
    Raised,
    ServerSide,
    Stray,
    is_empty,
)
from loadtest.report.server_parts import (
    Snapshot,
    finite,
    integers,
    runtime,
    texts,
    to_error,
    to_gauges,
    to_gone,
    to_handler,
    to_inventory,
    to_loop,
    to_loop_or_none,
    to_residue,
)

__all__ = ["ServerLines", "clock_ahead_s"]

_UNCAUGHT = frozenset({Channel.REJECTION, Channel.EXCEPTION})
_LONGEST_WAY_S = 0.1
"""A snapshot may take so long to come, on this machine too: a clock is not behind for that."""
_LEAST_AHEAD_S = 0.005
"""Nothing is heard before it was taken; but times are rounded."""


@dataclass(slots=True)
class _Lines:
    first: Snapshot | None = None
    first_known: dict[tuple[str, str], tuple[Snapshot, Any]] = field(default_factory=dict)
    """The first value of each gauge and of each kind of residue, and the snapshot that told it: gauges are
    named in the answer to the first, and an event loop may be found only when a visit reaches it."""
    last: Snapshot | None = None
    previous: Snapshot | None = None
    """The one before the last."""
    warm: Snapshot | None = None
    """The last that was heard before the warm-up's end."""
    tracebacks: dict[int, str] = field(default_factory=dict)
    stray_tracebacks: dict[int, str] = field(default_factory=dict)
    raised: list[Raised] = field(default_factory=list)
    had_error: dict[int, set[int]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    stalls: list[Loop] = field(default_factory=list)
    lost: int = 0
    heard_at: list[float] = field(default_factory=list)
    clocks_s: list[float] = field(default_factory=list)
    """How far the server's clock was ahead when each snapshot came, less the time that it took to come."""

    def before(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the snapshot that growth is measured from."""
        return None if self.first is snapshot else self.first

    def know(self, snapshot: Snapshot) -> None:
        """Keep what a snapshot is the first to tell."""
        self.first = self.first or snapshot
        for part in ("residue", "gauges"):
            for key, value in snapshot.get(part, {}).items():
                if value is not None:
                    self.first_known.setdefault((part, key), (snapshot, value))

    def first_of(self, part: str, snapshot: Snapshot) -> Mapping[str, Any]:
        """Return the first values that were known before a snapshot."""
        return {
            key: value
            for (name, key), (told, value) in self.first_known.items()
            if name == part and told is not snapshot
        }


class ServerLines:
    """Collects the lines of a ``server.jsonl`` in their order, and makes a ``ServerSide`` of them.

    Args:
        warm_up_ends_at: until when what the processes told is kept apart: wall time by the collector's
            clock, seconds; None: there is nothing to be left out. It may be set later, before it has come.
    """

    __slots__ = ("_boots", "warm_up_ends_at")

    def __init__(self, warm_up_ends_at: float | None = None) -> None:
        self.warm_up_ends_at = warm_up_ends_at
        self._boots: dict[str, _Lines] = {}

    def add(self, line: Mapping[str, Any]) -> None:
        """Take in one line.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: it is none that the collector writes.
        """
        boot = self._boots.setdefault(str(line["boot"]), _Lines())
        match line["kind"]:
            case "snapshot":
                _decode(boot, line)  # a snapshot that cannot be read must not replace one that can
                boot.heard_at.append(float(line["heard_at"]))
                boot.clocks_s.append(float(line["taken_at"]) - float(line["heard_at"]))
                boot.know(line)
                if boot.last is None or line["sequence"] >= boot.last["sequence"]:
                    boot.previous, boot.last = boot.last, line
                if self.warm_up_ends_at is not None and boot.heard_at[-1] <= self.warm_up_ends_at:
                    boot.warm = boot.last
            case "error":
                boot.tracebacks[int(line["id"])] = str(line["traceback"])
            case "stray":
                boot.stray_tracebacks[int(line["id"])] = str(line["traceback"])
            case "stall":
                boot.stalls.append(to_loop(line["loop"]))
            case "journal":
                boot.lost = max(boot.lost, int(line.get("lost", 0)))
                for entry in line["entries"]:
                    _take_entry(boot, entry)
            case kind:
                raise ValueError(f"{kind!r} is not a kind of line")

    def server_side(self) -> ServerSide | None:
        """Return what the processes told that saw this run, or None if none did."""
        processes = [
            replace(_decode(boot, boot.last), warm=None if boot.warm is None else _decode(boot, boot.warm))
            for boot in self._boots.values()
            if boot.last is not None and boot.last["visits"] > 0
        ]
        return ServerSide(tuple(processes)) if processes else None

    def boots(self) -> tuple[Boot, ...]:
        """Return all processes that were heard, those that no visit reached too."""
        return tuple(
            _to_boot(name, boot, boot.last) for name, boot in self._boots.items() if boot.last is not None
        )


def _to_boot(name: str, boot: _Lines, last: Snapshot) -> Boot:
    latest = last_error(last, boot.previous, boot.raised)
    return Boot(
        boot=name,
        command=last["command"],
        has_seen_run=last["visits"] > 0,
        heard_at=tuple(boot.heard_at),
        pid=last["pid"],
        is_last=bool(last.get("is_last", False)),
        is_empty=is_empty(to_residue(last["residue"])),
        has_uncaught=any(
            error.get("channel") in _UNCAUGHT for error in (*last["errors"], *last.get("strays", ()))
        ),
        last_error=latest.error if latest else None,
        last_error_before_s=latest.before_s if latest else None,
        missing=texts(last["hooks"].get("missing", ())),
    )


def _take_entry(boot: _Lines, entry: Mapping[str, Any]) -> None:
    match entry["kind"]:
        case "error":
            raised = Raised(int(entry["number"]), int(entry["error"]), finite(entry.get("at")))
            boot.raised.append(raised)
            boot.had_error.setdefault(raised.error, set()).add(raised.number)
        case "gone":
            boot.gone.append(to_gone(entry))
        case kind:
            raise ValueError(f"{kind!r} is not a kind of journal entry")


def _decode(boot: _Lines, snapshot: Snapshot) -> Process:
    first = boot.before(snapshot)
    return Process(
        boot=snapshot["boot"],
        pid=snapshot["pid"],
        command=snapshot["command"],
        runtime=runtime(snapshot),
        began_at=finite(snapshot.get("began_at")),
        clock_ahead_s=clock_ahead_s(boot.clocks_s),
        clock_doubt_s=max(boot.clocks_s, default=0.0) - min(boot.clocks_s, default=0.0),
        is_last=bool(snapshot.get("is_last", False)),
        visits=int(snapshot["visits"]),
        handlers=tuple(to_handler(data) for data in snapshot["handlers"]),
        # the snapshot's list is bounded, the journal is not: neither may be missing a visit of the other
        errors=tuple(to_error(data, boot.tracebacks, boot.had_error) for data in snapshot["errors"]),
        errors_overflow=int(snapshot["errors_overflow"]),
        raised=tuple(boot.raised),
        strays=_to_strays(boot, snapshot),
        strays_overflow=int(snapshot.get("strays_overflow", 0)),
        strays_overflow_before=int((boot.first or snapshot).get("strays_overflow", 0)),
        loop=to_loop_or_none(snapshot),
        first_loop=to_loop_or_none(first or {}),
        stalls=tuple(boot.stalls),
        residue=to_residue(snapshot["residue"]),
        first_residue=to_residue(boot.first_of("residue", snapshot)),
        inventory=to_inventory(snapshot.get("inventory", {})),
        first_inventory=to_inventory(first["inventory"]) if first and "inventory" in first else None,
        gauges=to_gauges(snapshot.get("gauges", {})),
        first_gauges=to_gauges(boot.first_of("gauges", snapshot)),
        left_behind=MappingProxyType(
            {key: frozenset(integers(snapshot["left_behind"].get(key, ()))) for key in JUDGED_RESIDUE}
        ),
        gone=tuple(boot.gone),
        problems=texts(snapshot["hooks"]["problems"]),
        missing=texts(snapshot["hooks"].get("missing", ())),
        journal_lost=boot.lost,
    )


def clock_ahead_s(clocks_s: Iterable[float]) -> float:
    """Return how far a server's clock is ahead, by the snapshot that came the fastest.

    Args:
        clocks_s: for each snapshot, when it was taken by that clock less when it was heard by ours.
    """
    ahead_s = max(clocks_s, default=0.0)
    return ahead_s if ahead_s > _LEAST_AHEAD_S or ahead_s < -_LONGEST_WAY_S else 0.0


def _to_strays(boot: _Lines, snapshot: Snapshot) -> tuple[Stray, ...]:
    first = boot.first or snapshot
    before = {int(data["id"]): int(data["count"]) for data in first.get("strays", ())}
    errors = (to_error(data, boot.stray_tracebacks, {}) for data in snapshot.get("strays", ()))
    return tuple(Stray(error, before.get(error.id, 0)) for error in errors)
