"""Server processes that ended while a run was on without dying: a reload, a scale-down, ``max_requests``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loadtest.report.finding import Finding
from loadtest.report.info import RunInfo
from loadtest.report.server import Boot, ServerSide

__all__ = ["Exit", "find_exits", "living", "unknown_boots"]


@dataclass(frozen=True, slots=True)
class Exit:
    """One such process; its fields are the keys of ``server.exits[]`` in ``summary.json``."""

    boot: str
    pid: int
    command: str
    at_s: float | None
    """When its last word was heard, seconds of the run."""
    is_empty: bool
    """Whether it held nothing of any visit then."""


def find_exits(
    server: ServerSide | None, boots: Iterable[Boot], info: RunInfo, findings: Sequence[Finding]
) -> tuple[Exit, ...]:
    """Return the processes of a run that said their last word, but for those that a finding tells of.

    What they counted is whole. What they held then is another matter: who was there still had not left.
    """
    told = frozenset[str]().union(*(finding.boots for finding in findings))
    heard_at = {boot.boot: boot.heard_at[-1] for boot in boots}
    t0 = info.t0_at.timestamp() if info.t0_at else None
    return tuple(
        Exit(
            process.boot,
            process.pid,
            process.command,
            None if t0 is None or process.boot not in heard_at else round(heard_at[process.boot] - t0, 3),
            process.is_empty,
        )
        for process in (server.processes if server else ())
        if process.is_last and process.boot not in told
    )


def unknown_boots(server: ServerSide, info: RunInfo) -> frozenset[str]:
    """Return the processes of which nobody knows what would have stayed after the quiet.

    They stopped reporting before its end. One that held nothing when it said its
    last word left nothing.
    """
    return frozenset(
        process.boot
        for process in server.processes
        if (process.is_last and not process.is_empty)
        or (process.boot in info.silent_boots and not process.is_last)
    )


def living(server: ServerSide, info: RunInfo) -> ServerSide:
    """Return the processes that are there, as far as anybody knows: what one had that ended is no more."""
    return ServerSide(
        tuple(one for one in server.processes if not one.is_last and one.boot not in info.dead_boots)
    )
