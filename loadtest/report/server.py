"""What the hooks in the server told of one run: its processes, as their last snapshots tell it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadtest.metrics.histogram import Histogram

__all__ = [
    "JUDGED_RESIDUE",
    "Boot",
    "Channel",
    "Gone",
    "Handler",
    "Inventory",
    "Loop",
    "Process",
    "Raised",
    "ServerError",
    "ServerSide",
    "Stray",
    "is_empty",
]

JUDGED_RESIDUE = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
"""What must be 0 when everybody has gone (CONTRACT.md, "Verdicts"); told by navigation."""


class Channel(StrEnum):
    """The way on which an error came to the hooks."""

    HANDLER = "handler"
    """It left an event handler."""
    LOG = "log"
    """It was only logged."""
    LOOP = "loop"
    """asyncio's exception handler was told."""
    THREAD = "thread"
    HUB = "hub"
    """gevent's or eventlet's hub was told."""
    TASK = "task"
    """It left what ``start_background_task`` had started."""
    PAGE = "page"
    """It left the handler of a page."""
    REJECTION = "rejection"
    """Node: a promise was rejected, and nobody caught it."""
    EXCEPTION = "exception"
    """Node: nobody caught it."""


@dataclass(frozen=True, slots=True)
class Handler:
    """One process's figures of one event handler."""

    namespace: str
    event: str
    calls: int
    errors: int
    in_flight: int
    latency: Histogram
    """Time in the handler, free of queueing."""
    ack: Histogram
    """From an event's arrival until its acknowledgement went out; empty where none was asked for."""


@dataclass(frozen=True, slots=True)
class ServerError:
    """One error of one process, by its fingerprint."""

    id: int
    """By which ``Raised`` names it; its process's own."""
    what: str
    file: str | None
    line: int | None
    channel: Channel
    namespace: str | None
    event: str | None
    count: int
    """Exceptions; one visit may raise several."""
    navigations: frozenset[int]
    """The numbers of the visits that had it."""
    traceback: str | None


@dataclass(frozen=True, slots=True)
class Stray:
    """An error that no navigation can be told for; counted since its process began, for all runs."""

    error: ServerError
    before: int
    """How many of its ``count`` the process's first snapshot had; 0: it was not in there."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The end of one Engine.IO connection as the server saw it."""

    number: int
    reason: str | None
    events: tuple[str, ...]
    """The Socket.IO events that it had, in the order in which they started."""
    at: float | None = None
    """Wall time by the server's clock, seconds; so is ``opened_at``."""
    opened_at: float | None = None
    begun_at_ms: tuple[float | None, ...] = ()
    """When each of ``events`` began, after ``opened_at``; empty when an older hook did not tell."""
    took_ms: tuple[float | None, ...] = ()
    """How long each of them took; None: it had not ended."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One error that one visit had."""

    number: int
    error: int
    """The ``id`` of the ``ServerError``."""
    at: float | None
    """Wall time by the server's clock, seconds."""


@dataclass(frozen=True, slots=True)
class Loop:
    """How the event loop of a process fared."""

    lag: Histogram
    """How late it ran what was due."""
    longest_ms: float | None
    """Its longest stall."""
    longest_at: float | None
    """Wall time by the server's clock, seconds."""
    stack: str | None
    """What it did in that stall."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """How many tasks and threads a process had, by name; what did not fit is under ``(other)``."""

    tasks: Mapping[str, int]
    threads: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Process:
    """One hooked server process, as its last snapshot told it.

    What has a ``first_`` was told before, too: growth is measured from the first snapshot, or from the first
    that could tell. There is none (an empty mapping, or None) when that was the last as well.
    """

    boot: str
    pid: int
    command: str
    runtime: str | None
    """``python 3.11.7``, ``node 20.20.2``."""
    began_at: float | None
    """When counting began in it: wall time by its own clock, seconds."""
    clock_ahead_s: float
    """How far its clock is ahead of the collector's; 0 as well where no difference can be told."""
    clock_doubt_s: float
    """How much further it was behind at some time: its clock was set, or a snapshot came that late."""
    is_last: bool
    """Whether the last snapshot was the one at exit."""
    visits: int
    """Visits of this run that it saw; never 0 here."""
    handlers: tuple[Handler, ...]
    errors: tuple[ServerError, ...]
    errors_overflow: int
    """Exceptions beyond the fingerprints that the hooks keep."""
    raised: tuple[Raised, ...]
    strays: tuple[Stray, ...]
    strays_overflow: int
    strays_overflow_before: int
    """The same in the first snapshot."""
    loop: Loop | None
    """None: there is no event loop in it."""
    first_loop: Loop | None
    stalls: tuple[Loop, ...]
    """What its snapshots told, each longest stall once; the lag of these is as old as they are."""
    residue: Mapping[str, int | None]
    first_residue: Mapping[str, int | None]
    inventory: Inventory
    first_inventory: Inventory | None
    gauges: Mapping[str, float | None]
    """The gauges that the profile names; None: it cannot be read."""
    first_gauges: Mapping[str, float | None]
    left_behind: Mapping[str, frozenset[int]]
    """The numbers of the visits that left something behind, by the keys of ``JUDGED_RESIDUE``."""
    gone: tuple[Gone, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    """What could not be hooked: its counts are not whole."""
    journal_lost: int
    warm: "Process | None" = None
    """What it had told when the warm-up ended; None: there was none, or it told its first afterwards."""

    @property
    def is_empty(self) -> bool:
        """Whether it held nothing of any visit of this run."""
        return is_empty(self.residue)


@dataclass(frozen=True, slots=True)
class Boot:
    """One hooked process by when it was heard, whether a visit reached it or not."""

    boot: str
    command: str
    has_seen_run: bool
    heard_at: tuple[float, ...]
    """When its snapshots came, in order: wall time by the collector's clock, seconds."""
    pid: int = 0
    is_last: bool = False
    """Whether its last snapshot was the one at exit: its counts are whole."""
    is_empty: bool = False
    """Whether it held nothing of any visit then."""
    has_uncaught: bool = False
    """Whether it told of an error that ends a Node process."""
    last_error: ServerError | None = None
    """The one before its end that may have brought it about."""
    last_error_before_s: float | None = None
    """How long before its last word that came; None: nobody knows."""
    missing: tuple[str, ...] = ()
    """What could not be hooked in it: a server that is not hooked sees no visit."""


def is_empty(residue: Mapping[str, int | None]) -> bool:
    """Return whether nothing that is judged is there; what cannot be read may be."""
    return all(residue.get(kind) == 0 for kind in JUDGED_RESIDUE)


@dataclass(frozen=True, slots=True)
class ServerSide:
    """Every hooked process that saw the run."""

    processes: tuple[Process, ...]

    def running_calls(self, silent_boots: Collection[str]) -> int:
        """Return how many handler calls had not ended when the processes that are there told last."""
        there = (one for one in self.processes if not one.is_last and one.boot not in silent_boots)
        return sum(handler.in_flight for process in there for handler in process.handlers)
