"""Which visits of a run belong to one of its findings: a pure function of the run's files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadtest.errors import UsageError
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding import ANY, Finding, FindingKind, LedBy
from loadtest.report.join import find
from loadtest.report.run import Run
from loadtest.report.wording import amount, clipped, shown

__all__ = ["MOST_VISITS", "Selection", "finding_of", "select"]

MOST_VISITS = 200
"""Of those that showed it, so many are sent again unless all are asked for."""
_LONGEST = 200
_MOST_BEFORE = 20
"""Visits of a tab before one of these that are sent again with it; a tab's history is no longer."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The visits that are to be sent again."""

    finding: Finding
    records: tuple[NavigationRecord, ...]
    """In the order in which they began, those before them in their tabs among them."""
    targets: frozenset[int]
    """The numbers of those that showed the finding (of liveness: that left right before it)."""
    showed: int
    """How many there were of these, with a record."""

    @property
    def is_part(self) -> bool:
        """Whether some are left out."""
        return len(self.targets) < self.showed


def finding_of(run: Run, number: int) -> Finding:
    """Return a finding of a run by its place in the report, from 1 on.

    Raises:
        UsageError: there is no such finding, or none of its visits can be sent again.
    """
    findings = find(run.records, run.server, run.info, run.boots)
    if not 1 <= number <= len(findings):
        there = amount(len(findings), "finding") if findings else "no finding"
        raise UsageError(f"--finding {number}: {run.path} has {there}; loadtest report {run.path} shows them")
    finding = findings[number - 1]
    if not any(record.number in finding.showed and record.actual for record in run.records):
        what = shown(clipped(finding.what, _LONGEST))
        raise UsageError(
            f"--finding {number}: {what}: {_why_not(finding)}, so there is nothing to send again"
        )
    return finding


def _why_not(finding: Finding) -> str:
    if finding.kind is FindingKind.LIVENESS:
        return "nobody had left right before it"
    if finding.unplaced:
        return "the visits that showed it have no record"
    return "no visit can be told for it"


def select(run: Run, finding: Finding, most: int | None = MOST_VISITS) -> Selection:
    """Return the visits of a finding: those that showed it, and what their tabs have to have done before.

    Args:
        most: take at most so many of those that showed it, evenly; None: all.
    """
    records = {record.number: record for record in run.records if record.actual is not None}
    showed = [record for record in records.values() if record.number in finding.showed]
    showed.sort(key=_started_s)
    targets = showed if most is None else _evenly(showed, most)
    chosen = {record.number: record for record in targets}
    is_led = finding.led_by is LedBy.PREVIOUS or finding.moves != ANY
    for record in targets:
        for before in _before(record, records, is_needed=is_led):
            chosen.setdefault(before.number, before)
    return Selection(
        finding=finding,
        records=tuple(sorted(chosen.values(), key=_started_s)),
        targets=frozenset(record.number for record in targets),
        showed=len(showed),
    )


def _evenly(records: Sequence[NavigationRecord], most: int) -> Sequence[NavigationRecord]:
    if len(records) <= most:
        return records
    return [records[place * len(records) // most] for place in range(most)]


def _before(
    record: NavigationRecord, records: Mapping[int, NavigationRecord], *, is_needed: bool
) -> Iterator[NavigationRecord]:
    """Yield the visits before one in its tab that it could not be the same without: the nearest first.

    Who goes back needs two pages before it, who reloads or reconnects one; and so do those that lead there.
    """
    pages = _pages_before(record, 0)
    for _ in range(_MOST_BEFORE):
        before = None if record.previous is None else records.get(record.previous)
        if not (pages or is_needed) or before is None:
            return
        yield before
        is_needed = False
        pages = _pages_before(before, pages)
        record = before


def _pages_before(record: NavigationRecord, after: int) -> int:
    """Return how many pages a tab's history has to have before a visit.

    Args:
        after: how many it has to have after it.
    """
    is_shown = Phase.PAGE in record.phases_ms
    match record.move:
        case Move.BACK:
            return max(after + is_shown, 2)
        case Move.RELOAD | Move.RECONNECT:
            return max(after, 1)
        case _:
            return max(after - is_shown, 0)


def _started_s(record: NavigationRecord) -> float:
    return record.due_s if record.started_s is None else record.started_s
