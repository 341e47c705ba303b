"""How many visits of a replay showed the finding again: a pure function of both runs' files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from loadtest.errors import ExitCode, UnjudgedError
from loadtest.navigation.departure import BY_CLOCK
from loadtest.navigation.record import NavigationRecord
from loadtest.replay.sameness import moved_lines, same_findings
from loadtest.replay.trial import Seen
from loadtest.report.finding import Finding, FindingKind, LedBy
from loadtest.report.info import Ended
from loadtest.report.join import find
from loadtest.report.run import Run
from loadtest.report.summary import summarize
from loadtest.report.wording import amount

__all__ = ["Count", "Wanted", "count_again"]

_AT_SERVER = frozenset({FindingKind.SERVER_ERROR, FindingKind.RESIDUE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    finding: Finding
    records: Sequence[NavigationRecord]
    """Of the visits that showed it."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was seen."""

    seen: Seen
    fell_short: int
    """Visits that did not get as far as they were planned to, or left by the clock where it was not seen."""
    lines: tuple[int, ...]
    """Where an error is raised now, if that is on another line."""
    others: int
    """Findings that are none of this."""


def count_again(run: Run, wanted: Wanted) -> Count:
    """Return how many of the visits that were sent again showed the finding.

    Raises:
        UnjudgedError: nobody can say whether it is still there.
    """
    if run.info.ended is Ended.INTERRUPTED:
        raise UnjudgedError("it was interrupted", ExitCode.INTERRUPTED)
    findings = find(run.records, run.server, run.info, run.boots)
    same = same_findings(wanted.finding, findings)
    records = {record.number: record for record in run.records}
    then = {record.number: record for record in wanted.records}
    sent = [records[number] for number in then if number in records]
    showed = frozenset[int]().union(*(finding.showed for finding in same))
    reached = [one for one in sent if _has_arrived(one, then[one.number], wanted.finding)]
    if wanted.finding.kind is FindingKind.LIVENESS:
        seen = Seen(sum(len(finding.moments) for finding in same), len(wanted.finding.moments))
    else:
        hit = showed & then.keys()
        able = hit | {record.number for record in reached}
        # one that no visit can be told for is seen all the same
        seen = Seen(len(hit) or min(len(same), 1), max(len(able), 1))
    if not seen.is_again:
        _make_sure(run, wanted, sent, reached)
    return Count(
        seen=seen,
        fell_short=len(then) - len({record.number for record in reached} | (showed & then.keys())),
        lines=tuple(moved_lines(wanted.finding, same)),
        others=len(findings) - len(same),
    )


def _has_arrived(now: NavigationRecord, then: NavigationRecord, finding: Finding) -> bool:
    """Return whether a visit got as far as it was planned to, and so might have shown the finding."""
    if _is_astray(now, finding):
        return False
    return now.is_as_planned or (now.actual is not None and now.outcome is then.outcome)


def _is_astray(now: NavigationRecord, finding: Finding) -> bool:
    """Return whether the clock struck where no visit had shown the finding."""
    if now.planned_at != BY_CLOCK or finding.kind is FindingKind.LIVENESS or finding.led_by is not LedBy.OWN:
        return False
    return now.actual is None or now.actual.at not in finding.at


def _make_sure(
    run: Run, wanted: Wanted, sent: Sequence[NavigationRecord], reached: Collection[NavigationRecord]
) -> None:
    """Make sure that not having seen it means something."""
    kind, of = wanted.finding.kind, len(wanted.records)
    if len(reached) * 2 < of:
        errors = [record.error for record in sent if record.error]
        if not errors and any(_is_astray(one, wanted.finding) for one in sent):
            raise UnjudgedError(
                f"of {amount(of, 'visit')}, {len(reached):,} left where it was seen: "
                "the clock struck elsewhere this time; send them again"
            )
        first = f"; the first: {errors[0]}" if errors else ""
        raise UnjudgedError(
            f"of {amount(of, 'visit')}, {len(reached):,} got as far as planned{first}; "
            "is it the same app that listens there?"
        )
    if kind in _AT_SERVER and run.server is None:
        raise UnjudgedError(
            "the finding is the server's, and no process with hooks saw these visits; "
            "start the app with the hooks in: loadtest instrument -- python app.py"
        )
    if kind is FindingKind.RESIDUE and run.info.quiet is None:
        raise UnjudgedError("the server did not have its quiet, so nobody knows what stayed on it")
    summary = summarize(run)
    if summary["exit_code"] == ExitCode.INCONCLUSIVE:
        raise UnjudgedError("; ".join(summary["reasons"]) or "the run is inconclusive")
