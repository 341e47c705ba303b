"""A run's figures over its time: a series, and its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from loadtest.navigation.phase import Phase

__all__ = ["Fresh", "NavigationRow", "PhaseRow", "Series", "ServerRow"]


@dataclass(frozen=True, slots=True)
class NavigationRow:
    """How many navigations were due, started and ended; there is one for every stretch of the run."""

    t_s: int
    """Where the row begins: whole seconds after t0; so is every ``t_s``."""
    due: int
    """By when they were due; so are ``late`` and ``dropped``."""
    started: int
    """By when they started."""
    late: int
    dropped: int
    ended: int
    """Visits, by when their socket was given up; so are ``failed`` and ``broken``."""
    failed: int
    """Those that ended otherwise than they meant to: refused, lost, timed out or failed."""
    broken: int
    """Those that saw an assertion broken, however they ended."""


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of the visits that began in a stretch of time; none where no visit passed through it."""

    t_s: int
    phase: Phase
    count: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    from_due_p99_ms: float | None
    """From when the visits were due to the phase's end."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """All hooked processes together; none before the first told of the run. None: nobody knows."""

    t_s: int
    calls_per_s: float
    """Of event handlers, over the row's whole width."""
    errors_per_s: float
    """Those that count (``report.known_errors``), strays too."""
    p50_ms: float | None
    """Of the time in event handlers; so is ``p99_ms``."""
    p99_ms: float | None
    in_flight: int | None
    """Handler calls under way at the row's end; what a process held is told as it was then."""
    processes: int
    """Those that told what they held."""
    residue: Mapping[str, int | None]
    """By the keys of ``JUDGED_RESIDUE``."""
    tasks: int | None
    threads: int | None
    rss_bytes: int | None
    loop_lag_p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one run, all in order of time and ``width_s`` seconds wide.

    They tell of the whole run, its warm-up too, which ``summary.json`` leaves out of its figures; without a
    warm-up they add up to those: ``due``, ``started``, ``late``, ``dropped`` and ``broken`` to the summary's,
    ``ended`` to its ``started``, ``failed`` to its refused, lost, timed_out and failed together, each phase's
    ``count`` to its own, calls and errors a second (times the width) to those of its handlers and its errors.
    Visits that a killed run had under way have no record, and are in no row but that of their calls.
    """

    width_s: int
    """1, or a power of two where there were too many rows."""
    duration_s: float
    """From t0 to the last that is known of the run, its quiet too; 0: nothing is."""
    navigations: tuple[NavigationRow, ...]
    """One for each stretch of ``duration_s``, without gaps."""
    phases: tuple[PhaseRow, ...]
    """By when visits began; several rows have the same time."""
    server: tuple[ServerRow, ...]
    """None without hooks, and none before they began to tell."""
    warm_up_s: float = 0.0
    """Until then navigations were due that the summary leaves out."""


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Fresh(Generic[Row]):
    """Rows that have changed since the last look."""

    width_s: int
    is_reset: bool
    """Whether the width has changed: what was told before is void."""
    rows: tuple[Row, ...]
