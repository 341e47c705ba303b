"""A probe judged: whether the thresholds hold, by how much, and whether it was the server that was tested."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from loadtest.metrics.catalogue import check
from loadtest.metrics.histogram import Histogram, bucket_top_us
from loadtest.metrics.threshold import Aggregate, Threshold, parse
from loadtest.navigation.phase import Phase
from loadtest.report.client_figures import NavigationCounts, PhaseTimes, count_navigations, time_phases
from loadtest.report.run import Run
from loadtest.report.stages import counted
from loadtest.report.summary import summarize
from loadtest.tuning.reading import Grade

__all__ = ["FAILURES", "FAILURES_ALLOWED", "Judgement", "Word", "judge_probe"]

FAILURES = "failed visits"
"""The name of the threshold that holds for every probe."""
FAILURES_ALLOWED = 0.01
"""The share of the visits that may fail: a visit that fails has no latency, and would hide in one's."""
_MOST_CPU = 0.9
"""Of a core, for the busiest process that sends load."""
_MOST_UNSENT = 0.02
"""The share of due navigations that may be dropped: more, and the rate was not the one that is judged."""
_MOST_LATE = 0.2


class Word(StrEnum):
    """What a probe says."""

    PASS = "pass"
    FAIL = "fail"
    UNCLEAR = "unclear"
    """Nothing about the server."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one probe says, and why."""

    word: Word
    reason: str
    """In a few words: ``phases.handshake p(95) 143 ms > 100``."""
    grades: Mapping[str, Grade] = field(default_factory=dict)
    advice: str = ""
    """What to do about a generator that is the limit."""
    p99_ms: Mapping[str, float] = field(default_factory=dict)
    """By phase."""
    error_share: float | None = None
    """Of the visits that began."""
    due: int = 0
    started: int = 0
    cpu: float | None = None
    loop_lag_p99_ms: float | None = None
    thresholds: Sequence[Mapping[str, Any]] = ()
    is_doubtful: bool = False
    """A fail that this machine's own lag may have made."""


def judge_probe(run: Run, *, enough: str = "") -> Judgement:
    """Judge a probe's run by what was due after its warm-up.

    Args:
        enough: why it was called off, if it was: then it has failed.
    """
    records = counted(run.records, run.info)
    counts, phases = count_navigations(records), time_phases(records)
    summary = summarize(run)
    figures = Judgement(
        word=Word.FAIL,
        reason=enough,
        grades=dict(_grades(run.info.thresholds, counts, phases)),
        p99_ms={
            str(phase): value
            for phase, times in phases.items()
            if (value := times.own.percentile_ms(99)) is not None
        },
        error_share=counts.failures / counts.started if counts.started else None,
        due=counts.due,
        started=counts.started,
        cpu=(summary["generator"] or {}).get("cpu"),
        loop_lag_p99_ms=(summary["generator"] or {}).get("loop_lag_p99_ms"),
        thresholds=tuple(summary["thresholds"]),
    )
    if enough:
        return figures
    findings = summary["findings"]
    failed = next((row for row in summary["thresholds"] if row["verdict"] == "fail"), None)
    if findings:
        return replace(figures, reason=f"finding: {findings[0]['what']}")
    if failed:
        return replace(figures, reason=_broken(failed))
    if run.info.aborted:
        return replace(figures, reason=str(run.info.aborted))
    if figures.error_share is not None and figures.error_share > FAILURES_ALLOWED:
        return replace(figures, reason=_failures(counts, summary))
    return _unfailed(figures, counts, summary, run)


def _unfailed(
    figures: Judgement, counts: NavigationCounts, summary: Mapping[str, Any], run: Run
) -> Judgement:
    """Judge a probe in which nothing was wrong: that is a pass only if the load was really sent."""
    unclear = replace(figures, word=Word.UNCLEAR)
    cpu = figures.cpu or 0.0
    if counts.due and counts.dropped > _MOST_UNSENT * counts.due:
        need = _users_needed(run, counts)
        return replace(
            unclear,
            reason=f"{counts.dropped:,} of {counts.due:,} due navigations dropped: no user was free",
            advice=f"give more users: --set users.max={need}",
        )
    if cpu > _MOST_CPU or counts.late > _MOST_LATE * counts.due:
        return replace(
            unclear,
            reason=f"the generator is the limit: {cpu:.0%} of a core, loop lag p99 "
            f"{figures.loop_lag_p99_ms or 0:.1f} ms, {counts.late:,} of {counts.due:,} late",
            advice=f"send from more processes: --workers {run.info.workers + 1}",
        )
    no_data = next((row for row in summary["thresholds"] if row["verdict"] == "no_data"), None)
    if no_data is not None and no_data["value"] is not None:
        # lag only adds: taken as a fail, it makes the knee too low, never too high; left out, too high
        return replace(figures, reason=_broken(no_data), is_doubtful=True)
    if no_data is not None:
        name = f"{no_data['metric']} {no_data['expression']}"
        return replace(unclear, reason=f"{name} has no data: {no_data['reason']}")
    if summary["verdict"] == "inconclusive":
        return replace(unclear, reason=str(summary["reasons"][0]))
    return replace(figures, word=Word.PASS, reason=_nearest(summary))


def _broken(row: Mapping[str, Any]) -> str:
    return f"{row['metric']} {_looked_at(row['expression'])} {row['value']:,.4g}, must be {_limit(row)}"


def _looked_at(expression: str) -> str:
    return expression.rstrip("0123456789.eE+- ").rstrip("<>=! ")


def _limit(row: Mapping[str, Any]) -> str:
    return str(row["expression"])[len(_looked_at(row["expression"])) :].strip()


def _nearest(summary: Mapping[str, Any]) -> str:
    """Tell the threshold that came nearest to its limit, of those that have one above 0."""
    rows = []
    for row in summary["thresholds"]:
        limit = parse(row["expression"]).limit
        if row["value"] is not None and limit > 0:
            rows.append((row["value"] / limit, row))
    if not rows:
        return "holds"
    row = max(rows, key=lambda pair: pair[0])[1]
    return f"{row['metric']} {_looked_at(row['expression'])} {row['value']:,.4g}"


def _failures(counts: NavigationCounts, summary: Mapping[str, Any]) -> str:
    errors = summary["client_errors"]
    most = f" ({errors[0]['outcome']}: {errors[0]['error']})" if errors else ""
    return f"{counts.failures:,} of {counts.started:,} visits failed{most}"


def _users_needed(run: Run, counts: NavigationCounts) -> int:
    """Return a pool that would have been enough, by Little's law with a half more."""
    records = counted(run.records, run.info)
    spans = [sum(one.phases_ms.values()) / 1000 for one in records if one.started_s is not None]
    mean_s = sum(spans) / len(spans) if spans else 1.0
    due_s = [one.due_s for one in records]
    rate_per_s = counts.due / max(max(due_s) - min(due_s), 1.0)
    return max(round(rate_per_s * mean_s * 1.5), run.info.users + run.info.users // 2 + 1)


def _grades(
    written: Mapping[str, tuple[str, ...]], counts: NavigationCounts, phases: Mapping[Phase, PhaseTimes]
) -> Iterator[tuple[str, Grade]]:
    """Yield those thresholds that can be told in counts."""
    yield FAILURES, Grade(counts.failures, counts.started, FAILURES_ALLOWED)
    for metric, expressions in written.items():
        for expression in expressions:
            try:
                threshold = check(metric, expression)
            except ValueError:
                continue  # a gauge's: no count
            if (grade := _grade(metric, threshold, counts, phases)) is not None:
                yield f"{metric} {expression}", grade


def _grade(
    metric: str, threshold: Threshold, counts: NavigationCounts, phases: Mapping[Phase, PhaseTimes]
) -> Grade | None:
    if threshold.operator not in ("<", "<="):
        return None
    family, _, path = metric.partition(".")
    name, *rest = path.split(".")
    if family == "phases" and not rest:
        percent = 50.0 if threshold.aggregate is Aggregate.MED else threshold.percent
        return _above(phases[Phase(name)].own, threshold, percent)
    if family == "phases":
        return _above(phases[Phase(name)].from_due, threshold, 99.0)
    if family == "navigations" and threshold.aggregate is Aggregate.RATE and 0 < threshold.limit < 1:
        return Grade(float(getattr(counts, name, 0)), counts.due, threshold.limit)
    return None


def _above(times: Histogram, threshold: Threshold, percent: float | None) -> Grade | None:
    """Count what is above a percentile's limit, by the same buckets as the percentile itself is told."""
    if percent is None or not 0 < percent < 100:
        return None
    exceeded = sum(
        count
        for bucket, count in times.counts.items()
        if not threshold.holds(min(bucket_top_us(bucket), times.max_us) / 1000)
    )
    return Grade(exceeded, times.count, round(1 - percent / 100, 9))
