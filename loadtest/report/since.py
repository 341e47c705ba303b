"""Since when a run had a finding, and until when: the first thing that a change is looked for by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from loadtest.navigation.record import NavigationRecord
from loadtest.report.exits import unknown_boots
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.info import RunInfo
from loadtest.report.known_errors import known_error
from loadtest.report.server import Process, ServerError, ServerSide

__all__ = ["dated"]


def dated(
    findings: Iterable[Finding],
    records: Sequence[NavigationRecord],
    server: ServerSide | None,
    info: RunInfo,
) -> list[Finding]:
    """Return the findings with the times at which they were seen first and last.

    An error is dated by when it was raised (by the visit's end where no process noted that), what clients
    saw and what stayed on the server by the ends of the visits, a death by when it showed.
    """
    ends_s = {record.number: record.left_s for record in records if record.left_s is not None}
    return [_dated(finding, _times_s(finding, records, server, info, ends_s)) for finding in findings]


def _dated(finding: Finding, times_s: Iterable[float]) -> Finding:
    known = [max(round(at_s, 3), 0.0) for at_s in times_s]
    return replace(finding, first_s=min(known), last_s=max(known)) if known else finding


def _times_s(
    finding: Finding,
    records: Sequence[NavigationRecord],
    server: ServerSide | None,
    info: RunInfo,
    ends_s: dict[int, float],
) -> Iterator[float]:
    match finding.kind:
        case FindingKind.LIVENESS:
            yield from (moment.at_s for moment in finding.moments)
        case FindingKind.CLIENT:
            yield from _broken_s(finding, records)
        case FindingKind.SERVER_ERROR:
            for process in server.processes if server else ():
                yield from _raised_s(finding, process, info, ends_s)
        case FindingKind.RESIDUE:
            yield from (ends_s[number] for number in _left(finding, server, info) if number in ends_s)
        case _:
            assert_never(finding.kind)


def _broken_s(finding: Finding, records: Sequence[NavigationRecord]) -> Iterator[float]:
    for record in records:
        broken = any(
            wrong in finding.variants and finding.what.startswith(f'"{name}": ')
            for name, wrong in record.assertions.items()
            if wrong is not None
        )
        if broken and record.left_s is not None:
            yield record.left_s


def _raised_s(finding: Finding, process: Process, info: RunInfo, ends_s: dict[int, float]) -> Iterator[float]:
    for error in process.errors:
        if not _is_of(error, finding):
            continue
        times = {one.number: one.at for one in process.raised if one.error == error.id}
        if info.t0_at is not None:
            t0 = info.t0_at.timestamp() + process.clock_ahead_s
            yield from (one.at - t0 for one in process.raised if one.error == error.id and one.at is not None)
        yield from (
            ends_s[number] for number in error.navigations if times.get(number) is None and number in ends_s
        )


def _is_of(error: ServerError, finding: Finding) -> bool:
    if (error.what, error.file, error.line) != (finding.what, finding.file, finding.line):
        return False
    return error.traceback == finding.traceback or known_error(error.traceback) is None


def _left(finding: Finding, server: ServerSide | None, info: RunInfo) -> frozenset[int]:
    """Return the visits that left something behind and that no error is told for."""
    if server is None:
        return frozenset()
    silent = unknown_boots(server, info)
    left = frozenset[int]().union(
        *(
            process.left_behind[key]
            for process in server.processes
            if process.boot not in silent
            for key in finding.left_behind
        )
    )
    return left.difference(
        *(
            error.navigations
            for process in server.processes
            for error in process.errors
            if known_error(error.traceback) is None
        )
    )
