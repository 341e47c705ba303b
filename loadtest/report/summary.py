"""Every figure of a run as ``summary.json`` holds it: a pure function of the run's files."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import (
    AssertionCounts,
    NavigationCounts,
    PhaseTimes,
    count_assertions,
    count_departures,
    count_errors,
    count_navigations,
    count_points,
    time_phases,
)
from loadtest.report.course import is_closed
from loadtest.report.exits import find_exits
from loadtest.report.finding import Finding
from loadtest.report.heat import heat_of
from loadtest.report.info import SCHEMA, RunInfo
from loadtest.report.join import find
from loadtest.report.limits import LAG_LIMIT_MS, judge_thresholds
from loadtest.report.missing import Missing, find_missing
from loadtest.report.named_figures import Measured, name_figures, navigation_numbers
from loadtest.report.placing import visits_of
from loadtest.report.replaying import replay_command
from loadtest.report.run import Run
from loadtest.report.server_errors import merge_errors
from loadtest.report.server_summary import ServerFigures
from loadtest.report.stages import StageFigures, added_phases, counted, load_s_of, stage_rows, stages_of
from loadtest.report.verdict import Evidence, judge
from loadtest.transport.fault import REFUSED

__all__ = ["summarize"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The figures that both the summary and its thresholds are made of; the warm-up is left out."""

    records: Sequence[NavigationRecord]
    left_out: int
    """Visits of the warm-up."""
    navigations: NavigationCounts
    phases: Mapping[Phase, PhaseTimes]
    stages: Sequence[StageFigures]
    """The warm-up's too."""
    lag_p99_ms: float | None
    findings: Sequence[Finding]
    """Of all visits."""
    server: ServerFigures | None
    missing: Sequence[Missing]
    is_blank: bool
    """Whether nothing but warm-up ran."""


def summarize(run: Run) -> dict[str, Any]:
    """Return the content of ``summary.json``: plain JSON, null where there is no data."""
    info = run.info
    parts = _measure(run)
    assertions = count_assertions(parts.records, info.assertions)
    thresholds = judge_thresholds(info.thresholds, name_figures(_measured(run, parts, assertions)))
    verdict = judge(
        Evidence(
            info=info,
            navigations=parts.navigations,
            left_out=parts.left_out,
            findings=parts.findings,
            thresholds=thresholds,
            has_hooks=run.server is not None,
            running_calls=run.server.running_calls(info.silent_boots) if run.server else 0,
            skipped_lines=run.skipped_lines,
            journal_lost=sum(one.journal_lost for one in run.server.processes) if run.server else 0,
            assertions=assertions,
            missing=parts.missing,
            exits=parts.server.exits if parts.server else (),
            nobody_listened=sum(record.error == REFUSED for record in parts.records),
            is_on=run.is_on,
        )
    )
    had_errors = parts.server.errors.by_visit if parts.server else None
    summary = {
        "schema": SCHEMA,
        "verdict": verdict.word,
        "exit_code": int(verdict.exit_code),
        "reasons": verdict.reasons,
        "id": info.id,
        "profile": info.profile,
        "seed": info.seed,
        "host": info.host,
        "ended": info.ended,
        "aborted": info.aborted and info.aborted.to_json(),
        "replay_of": info.replay_of and asdict(info.replay_of),
        "skipped_lines": run.skipped_lines,
        "users": info.users,
        "closed": is_closed(info.profile_text),
        "navigations": navigation_numbers(info, parts.navigations, is_blank=parts.is_blank),
        "stages": stage_rows(parts.stages, had_errors, load_s_of(info)),
        "turns": [turn.to_json() for turn in info.turns],
        "points": count_points(parts.records),
        "departures": [asdict(row) for row in count_departures(parts.records)],
        "heat": [asdict(cell) for cell in heat_of(parts.records, had_errors)],
        "phases": {phase: times.to_json() for phase, times in parts.phases.items()},
        "client_errors": [asdict(group) for group in count_errors(parts.records)],
        "assertions": [asdict(row) for row in assertions],
        "missing": [asdict(one) for one in parts.missing],
        "server": parts.server and parts.server.to_json(visits_of(parts.records)),
        "generator": _generator_json(info, parts.lag_p99_ms),
        "quiet": info.quiet and asdict(info.quiet),
        "findings": [
            _finding_json(finding, replay_command(run, number, finding))
            for number, finding in enumerate(parts.findings, start=1)
        ],
        "thresholds": [asdict(result) for result in thresholds],
    }
    # What is handed on in memory is what a reader of the file gets: no enum, no tuple.
    plain: dict[str, Any] = json.loads(json.dumps(summary))
    return plain


def _measure(run: Run) -> _Parts:
    info = run.info
    lag = info.generator and info.generator.loop_lag
    records = counted(run.records, info)
    findings = find(run.records, run.server, info, run.boots)
    is_blank = bool(info.warm_up_s) and not records
    navigations = count_navigations(records)
    stages = stages_of(run.records, info)
    measured = [one for one in stages if not one.stage.is_warm_up]
    return _Parts(
        records=records,
        left_out=count_navigations(run.records).started - navigations.started,
        navigations=navigations,
        phases=added_phases(measured) if stages else time_phases(records),
        stages=stages,
        lag_p99_ms=lag.percentile_ms(99) if lag else None,
        findings=findings,
        server=_server_figures(run, findings, records, is_blank=is_blank),
        missing=find_missing(run.boots),
        is_blank=is_blank,
    )


def _server_figures(
    run: Run, findings: Sequence[Finding], records: Sequence[NavigationRecord], *, is_blank: bool
) -> ServerFigures | None:
    if run.server is None:
        return None
    warm = {record.number for record in run.records}.difference(record.number for record in records)
    return ServerFigures(
        run.server,
        run.info,
        merge_errors(run.server, run.info, warm),
        find_exits(run.server, run.boots, run.info, findings),
        is_blank,
    )


def _measured(run: Run, parts: _Parts, assertions: Sequence[AssertionCounts]) -> Measured:
    return Measured(
        info=run.info,
        navigations=parts.navigations,
        phases=parts.phases,
        assertions=assertions,
        server=parts.server,
        lag_p99_ms=parts.lag_p99_ms,
        has_missing=bool(parts.missing),
        is_blank=parts.is_blank,
    )


def _generator_json(info: RunInfo, lag_p99_ms: float | None) -> dict[str, Any] | None:
    if info.generator is None:
        return None
    return {
        "processes": info.generator.processes,
        "cpu": info.generator.cpu,
        "loop_lag_p99_ms": lag_p99_ms,
        "saturated": None if lag_p99_ms is None else lag_p99_ms > LAG_LIMIT_MS,
    }


def _finding_json(finding: Finding, replay: str | None) -> dict[str, Any]:
    data = asdict(dataclasses.replace(finding, replay=replay, showed=frozenset()))  # copied one by one else
    del data["showed"]
    for aspect in ("by_manner", "by_transport", "by_move"):
        tallies = getattr(finding, aspect)
        data[aspect] = {key: {"count": tally.hit, "of": tally.of} for key, tally in tallies.items()}
    return data
