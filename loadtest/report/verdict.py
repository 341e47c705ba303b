"""The verdict over a run, and the sentences that say why (CONTRACT.md, "Verdicts")."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never

from loadtest.errors import ExitCode
from loadtest.report.client_figures import AssertionCounts, NavigationCounts
from loadtest.report.exits import Exit
from loadtest.report.finding import Finding
from loadtest.report.info import Ended, RunInfo, RunVerdict
from loadtest.report.limits import ThresholdResult, ThresholdVerdict
from loadtest.report.missing import Missing
from loadtest.report.wording import amount, listed

__all__ = ["FINDING_REASON", "Evidence", "Verdict", "judge"]

_NAMED = 3
"""So many thresholds without data are named, the others counted."""
FINDING_REASON = "finding"
"""How a reason begins that is a finding; no other begins so."""

_VERDICTS: Mapping[ExitCode, RunVerdict] = MappingProxyType(
    {
        ExitCode.INTERRUPTED: RunVerdict.INTERRUPTED,
        ExitCode.FAIL: RunVerdict.FAIL,
        ExitCode.INCONCLUSIVE: RunVerdict.INCONCLUSIVE,
        ExitCode.PASS: RunVerdict.PASS,
    }
)
_INTERRUPTED = "the run was interrupted: it is complete up to then"
_KILLED = "interrupted (killed): what was written until then is told; run it again to the end"
_STILL_ON = "the run is still going: this is how it stands"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict rests on."""

    info: RunInfo
    navigations: NavigationCounts
    """Without the warm-up, as all but the findings."""
    findings: Sequence[Finding]
    thresholds: Sequence[ThresholdResult]
    has_hooks: bool
    running_calls: int
    """Handler calls that had not ended when the server last reported."""
    skipped_lines: int
    journal_lost: int = 0
    """What the hooks had noted of visits and had no room for."""
    assertions: Sequence[AssertionCounts] = ()
    missing: Sequence[Missing] = ()
    exits: Sequence[Exit] = ()
    left_out: int = 0
    """Visits of the warm-up."""
    nobody_listened: int = 0
    """Visits whose connection was refused: nobody listens there."""
    is_on: bool = False
    """Whether the run is still written."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, its exit code, and the reasons, the weightiest first; a pass has none."""

    word: RunVerdict
    exit_code: ExitCode
    reasons: tuple[str, ...]


def judge(evidence: Evidence) -> Verdict:
    """Judge a run: interrupted before fail before inconclusive before pass."""
    reasons = list(_reasons(evidence))
    order = list(ExitCode)
    reasons.sort(key=lambda reason: order.index(reason[0]))  # stable: within a code as they were found
    exit_code = reasons[0][0] if reasons else ExitCode.PASS
    return Verdict(_VERDICTS[exit_code], exit_code, tuple(text for _, text in reasons))


def _reasons(evidence: Evidence) -> Iterator[tuple[ExitCode, str]]:
    yield from _end_reasons(evidence)
    for number, finding in enumerate(evidence.findings, start=1):
        yield ExitCode.FAIL, f"{FINDING_REASON} {number}: {finding.what}"
    # beside a finding a default threshold says again, and less clearly, what the finding says
    thresholds = [row for row in evidence.thresholds if not (row.is_default and evidence.findings)]
    for result in thresholds:
        name = f"{result.metric} {result.expression}"
        if result.verdict is ThresholdVerdict.FAIL:
            yield ExitCode.FAIL, f"the threshold {name} does not hold: it is {result.told}"
    yield from _blind_reasons(thresholds)
    yield from _gap_reasons(evidence)


def _blind_reasons(thresholds: Sequence[ThresholdResult]) -> Iterator[tuple[ExitCode, str]]:
    """Yield why thresholds had no data: once for each reason, however many share it."""
    blind = [result for result in thresholds if result.verdict is ThresholdVerdict.NO_DATA]
    for reason in dict.fromkeys(result.reason for result in blind):
        same = [result for result in blind if result.reason == reason]
        yield ExitCode.INCONCLUSIVE, f"{_named(same)} no data: {reason}"


def _named(thresholds: Sequence[ThresholdResult]) -> str:
    """Return which thresholds have something; of several, the profile's own by their names."""
    names = [f"{result.metric} {result.expression}" for result in thresholds]
    if len(names) == 1:
        return f"the threshold {names[0]} has"
    own = [name for name, result in zip(names, thresholds, strict=True) if not result.is_default][:_NAMED]
    if not own:
        return f"{len(names)} thresholds have"
    more = [amount(len(names) - len(own), "more", "more")] if len(names) > len(own) else []
    return f"the thresholds {listed([*own, *more])} have"


def _end_reasons(evidence: Evidence) -> Iterator[tuple[ExitCode, str]]:
    info = evidence.info
    under_way = f"; {amount(info.under_way, 'visit')} had not ended" if info.under_way else ""
    match info.ended:
        case Ended.INTERRUPTED:
            yield ExitCode.INTERRUPTED, _INTERRUPTED + under_way
        case Ended.RUNNING if info.broken_off:
            yield ExitCode.INCONCLUSIVE, f"the run was broken off: {info.broken_off}{under_way}"
        case Ended.RUNNING:
            yield ExitCode.INCONCLUSIVE, (_STILL_ON if evidence.is_on else _KILLED) + under_way
        case Ended.FINISHED | Ended.ABORTED:
            pass
        case _:
            assert_never(info.ended)
    if info.aborted:
        yield ExitCode.FAIL, str(info.aborted)


def _gap_reasons(evidence: Evidence) -> Iterator[tuple[ExitCode, str]]:
    """Yield what is missing for a pass."""
    info = evidence.info
    gaps = [_why_nothing_ran(evidence)]
    if info.require_hooks and not evidence.has_hooks:
        gaps.append(
            "hooks are required (--require-hooks) and none were seen in the server: "
            "start the app with 'loadtest instrument -- COMMAND'"
        )
    gaps += [str(missing) for missing in evidence.missing]
    if info.refused:
        processes = amount(len(info.refused), "server process", "server processes")
        gaps.append(
            f"what {processes} told last could not be read, so the server's counts are not whole: "
            f"{info.refused[0]}"
        )
    silent = set(info.silent_boots).difference(*(finding.boots for finding in evidence.findings))
    silent -= {ended.boot for ended in evidence.exits}
    if silent:
        processes = amount(len(silent), "server process", "server processes")
        gaps.append(f"{processes} stopped reporting before the run's end: look whether it died")
    gaps += [
        f"server process {ended.pid} ({ended.command}) exited while the run was on, and still held something "
        "of its visits: nobody knows what would have stayed"
        for ended in evidence.exits
        if not ended.is_empty
    ]
    if _is_cut_by_quiet(evidence):
        calls = amount(evidence.running_calls, "handler call was", "handler calls were")
        gaps.append(f"{calls} still running when the quiet ended: give the app more time with quiet_s")
    gaps += [
        f'"{row.name}" could be judged in no visit: let some stay long enough'
        for row in evidence.assertions
        if not row.held + row.broken and evidence.navigations.as_planned
    ]
    if info.lost_numbers:
        lost = amount(info.lost_numbers, "navigation")
        gaps.append(f"a worker died, and nobody knows what became of its {lost}: run it again")
    if evidence.journal_lost:
        entries = amount(evidence.journal_lost, "entry", "entries")
        gaps.append(f"the hooks lost {entries} of their journal: findings may count too few visits")
    if evidence.skipped_lines and info.ended.is_in_order:
        gaps.append(f"{amount(evidence.skipped_lines, 'line')} of the run's files cannot be read")
    return ((ExitCode.INCONCLUSIVE, gap) for gap in gaps if gap)


def _is_cut_by_quiet(evidence: Evidence) -> bool:
    """Return whether handlers may yet have failed or left something behind; a finding outweighs that."""
    info = evidence.info
    is_complete = info.ended.is_in_order and info.quiet is not None
    return is_complete and evidence.running_calls > 0 and not evidence.findings


def _why_nothing_ran(evidence: Evidence) -> str:
    """Return why there is nothing to judge, or an empty text."""
    navigations = evidence.navigations
    if not navigations.due and evidence.left_out:
        return f"nothing but warm-up ran: {amount(evidence.left_out, 'visit')}, left out of the figures"
    if not navigations.due:
        return "no navigation was due: give the profile's stages a rate and a duration"
    if not navigations.started:
        return f"{amount(navigations.dropped, 'due navigation')}, all dropped: no user was free"
    if evidence.nobody_listened == navigations.started:
        return f"nobody listens at {evidence.info.host}: connection refused"
    if not navigations.as_planned:
        visits = amount(navigations.started, "visit")
        return f"of {visits} none ended as planned: is this the right app at {evidence.info.host}?"
    return ""
