"""What is looked at of each run: its windows and stretches, cut alike in all runs of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.comparison.counts import Tally
from loadtest.comparison.lag import Busy, busy_of
from loadtest.comparison.served import HandlerKey, handler_columns
from loadtest.comparison.side import ReadRun, Side
from loadtest.comparison.visits import PhaseKey, phase_columns, tally_visits, within
from loadtest.comparison.windows import Columns, Cut, cut_for
from loadtest.report.exits import living
from loadtest.report.info import RunInfo
from loadtest.report.run import Run
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.server_errors import merge_errors

__all__ = ["ERRORS", "RESIDUE", "ObservedRun", "observe"]

ERRORS = "server_errors"
"""The tally of visits that had an error in the server."""
RESIDUE = "residue"
"""The tally of visits that left something behind there."""

_SNAPSHOT_S = 1.0
"""Hooks push so often: a narrower window would hold nothing of the server's."""


@dataclass(frozen=True, slots=True)
class ObservedRun:
    """One run as it is compared."""

    info: RunInfo
    phases: Mapping[PhaseKey, Columns]
    handlers: Mapping[HandlerKey, Columns]
    tallies: Mapping[str, Sequence[Tally]]
    busy: Busy
    rss_bytes: int | None
    """What the server's living processes held at the end; None: nobody knows."""


def observe(sides: Sequence[Side]) -> tuple[tuple[ObservedRun, ...], ...]:
    """Cut all runs alike; those that were cut short end the others, too."""
    runs = [one for side in sides for one in side.runs]
    from_s = max(one.run.info.warm_up_s for one in runs)
    short = [one.heard_until_s for one in runs if not one.is_whole]
    until_s = min([*short, max(_last_due_s(one.run) for one in runs)])
    until_s = max(until_s, from_s + 1e-3)
    visits = min(sum(from_s <= record.due_s <= until_s for record in one.run.records) for one in runs)
    cuts = cut_for(from_s, until_s, visits), cut_for(from_s, until_s, visits, _SNAPSHOT_S)
    return tuple(tuple(_observe(one, *cuts, bool(short)) for one in side.runs) for side in sides)


def _observe(one: ReadRun, cut: Cut, server_cut: Cut, is_cut_short: bool) -> ObservedRun:
    run = one.run
    records = within(run.records, cut)
    return ObservedRun(
        info=run.info,
        phases=phase_columns(records, cut),
        handlers=handler_columns(run, server_cut, is_cut_short=is_cut_short),
        tallies=tally_visits(records, cut, _numbers(one)),
        busy=busy_of(run),
        rss_bytes=_rss_bytes(run),
    )


def _numbers(one: ReadRun) -> Mapping[str, frozenset[int]]:
    """Return the visits that the server has something to tell of; nothing where it is not known."""
    run, server = one.run, one.run.server
    if server is None:
        return {}
    numbers = {ERRORS: frozenset(merge_errors(server, run.info, frozenset()).by_visit)}
    residue = one.summary["server"]["residue"]
    if all(residue[key] is not None for key in JUDGED_RESIDUE):
        left = (process.left_behind[key] for process in server.processes for key in JUDGED_RESIDUE)
        numbers[RESIDUE] = frozenset[int]().union(*left)
    return numbers


def _rss_bytes(run: Run) -> int | None:
    there = living(run.server, run.info).processes if run.server else ()
    held = [process.residue.get("rss_bytes") for process in there]
    known = [value for value in held if value is not None]
    return sum(known) if known and len(known) == len(held) else None


def _last_due_s(run: Run) -> float:
    return max((record.due_s for record in run.records), default=0.0)
