"""What the hooks in the server told of one run: its processes, read from ``server.jsonl``."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from loadtest.metrics.histogram import Histogram

__all__ = ["JUDGED_RESIDUE", "Boot", "Gone", "Handler", "Process", "ServerError", "ServerLines", "ServerSide"]

JUDGED_RESIDUE = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
"""What must be 0 when everybody has gone (CONTRACT.md, "Verdicts"); told by navigation."""


@dataclass(frozen=True, slots=True)
class Handler:
    """One process's figures of one event handler."""

    namespace: str
    event: str
    calls: int
    errors: int
    in_flight: int
    latency: Histogram


@dataclass(frozen=True, slots=True)
class ServerError:
    """One error of one process, by its fingerprint."""

    what: str
    file: str | None
    line: int | None
    namespace: str | None
    event: str | None
    count: int
    """Exceptions; one visit may raise several."""
    navigations: frozenset[int]
    """The numbers of the visits that had it."""
    traceback: str | None


@dataclass(frozen=True, slots=True)
class Gone:
    """The end of one Engine.IO connection as the server saw it."""

    number: int
    reason: str | None
    events: tuple[str, ...]
    """The Socket.IO events that it had, in the order in which they started."""


@dataclass(frozen=True, slots=True)
class Process:
    """One hooked server process, as its last snapshot told it."""

    boot: str
    pid: int
    command: str
    visits: int
    """Visits of this run that it saw; never 0 here."""
    handlers: tuple[Handler, ...]
    errors: tuple[ServerError, ...]
    errors_overflow: int
    """Exceptions beyond the fingerprints that the hooks keep."""
    residue: Mapping[str, int | None]
    first_residue: Mapping[str, int | None]
    """The same of its first snapshot, from which growth is measured; empty if that is the last too."""
    left_behind: Mapping[str, frozenset[int]]
    """The numbers of the visits that left something behind, by the keys of ``JUDGED_RESIDUE``."""
    gone: tuple[Gone, ...]
    problems: tuple[str, ...]
    journal_lost: int


@dataclass(frozen=True, slots=True)
class Boot:
    """One hooked process by when it was heard, whether a visit reached it or not."""

    boot: str
    command: str
    has_seen_run: bool
    heard_at: tuple[float, ...]
    """When its snapshots came, in order: wall time by the collector's clock, seconds."""


@dataclass(frozen=True, slots=True)
class ServerSide:
    """Every hooked process that saw the run."""

    processes: tuple[Process, ...]

    @property
    def errors_count(self) -> int:
        """All exceptions that the server raised in this run's visits."""
        return sum(
            process.errors_overflow + sum(error.count for error in process.errors)
            for process in self.processes
        )

    def running_calls(self, silent_boots: Collection[str]) -> int:
        """Return how many handler calls had not ended in the last snapshots of the processes not silent."""
        heard = (process for process in self.processes if process.boot not in silent_boots)
        return sum(handler.in_flight for process in heard for handler in process.handlers)


@dataclass(slots=True)
class _Lines:
    first: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    tracebacks: dict[int, str] = field(default_factory=dict)
    had_error: dict[int, set[int]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    lost: int = 0
    heard_at: list[float] = field(default_factory=list)


class ServerLines:
    """Collects the lines of a ``server.jsonl`` in their order, and makes a ``ServerSide`` of them."""

    __slots__ = ("_boots",)

    def __init__(self) -> None:
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
                boot.first = boot.first or line
                if boot.last is None or line["sequence"] >= boot.last["sequence"]:
                    boot.last = line
            case "error":
                boot.tracebacks[int(line["id"])] = str(line["traceback"])
            case "journal":
                boot.lost = max(boot.lost, int(line.get("lost", 0)))
                for entry in line["entries"]:
                    _take_entry(boot, entry)
            case kind:
                raise ValueError(f"{kind!r} is not a kind of line")

    def server_side(self) -> ServerSide | None:
        """Return what the processes told that saw this run, or None if none did."""
        processes = [
            _decode(boot, boot.last)
            for boot in self._boots.values()
            if boot.last is not None and boot.last["visits"] > 0
        ]
        return ServerSide(tuple(processes)) if processes else None

    def boots(self) -> tuple[Boot, ...]:
        """Return all processes that were heard, those that no visit reached too."""
        return tuple(
            Boot(name, boot.last["command"], boot.last["visits"] > 0, tuple(boot.heard_at))
            for name, boot in self._boots.items()
            if boot.last is not None
        )


def _take_entry(boot: _Lines, entry: Mapping[str, Any]) -> None:
    match entry["kind"]:
        case "error":
            boot.had_error.setdefault(int(entry["error"]), set()).add(int(entry["number"]))
        case "gone":
            events = tuple(str(event) for event in entry["events"])
            boot.gone.append(Gone(int(entry["number"]), entry["reason"], events))
        case kind:
            raise ValueError(f"{kind!r} is not a kind of journal entry")


def _decode(boot: _Lines, snapshot: Mapping[str, Any]) -> Process:
    return Process(
        boot=snapshot["boot"],
        pid=snapshot["pid"],
        command=snapshot["command"],
        visits=int(snapshot["visits"]),
        handlers=tuple(_to_handler(data) for data in snapshot["handlers"]),
        errors=tuple(_to_error(data, boot) for data in snapshot["errors"]),
        errors_overflow=int(snapshot["errors_overflow"]),
        residue=_to_residue(snapshot["residue"]),
        first_residue=_to_residue(boot.first["residue"] if boot.first and boot.first is not snapshot else {}),
        left_behind=MappingProxyType(
            {key: frozenset(_numbers(snapshot["left_behind"].get(key, ()))) for key in JUDGED_RESIDUE}
        ),
        gone=tuple(boot.gone),
        problems=tuple(str(problem) for problem in snapshot["hooks"]["problems"]),
        journal_lost=boot.lost,
    )


def _to_handler(data: Mapping[str, Any]) -> Handler:
    return Handler(
        namespace=data["namespace"],
        event=data["event"],
        calls=int(data["calls"]),
        errors=int(data["errors"]),
        in_flight=int(data["in_flight"]),
        latency=Histogram.from_json(data["latency"]),
    )


def _to_error(data: Mapping[str, Any], boot: _Lines) -> ServerError:
    number = int(data["id"])
    return ServerError(
        what=data["what"],
        file=data["file"],
        line=data["line"],
        namespace=data["namespace"],
        event=data["event"],
        count=int(data["count"]),
        # The snapshot's list is bounded, the journal is not: neither may be missing a visit of the other.
        navigations=frozenset(_numbers(data["navigations"])) | boot.had_error.get(number, set()),
        traceback=boot.tracebacks.get(number),
    )


def _to_residue(data: Mapping[str, Any]) -> Mapping[str, int | None]:
    return MappingProxyType({key: None if value is None else int(value) for key, value in data.items()})


def _numbers(data: Iterable[Any]) -> Iterable[int]:
    return (int(number) for number in data)
