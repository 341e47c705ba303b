"""Every figure of a run as ``summary.json`` holds it: a pure function of the run's files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.navigation.phase import Phase
from loadtest.report.client_figures import (
    NavigationCounts,
    PhaseTimes,
    count_assertions,
    count_departures,
    count_errors,
    count_navigations,
    count_points,
    time_phases,
)
from loadtest.report.exits import Exit, find_exits, living, unknown_boots
from loadtest.report.finding import Finding
from loadtest.report.info import SCHEMA, RunInfo
from loadtest.report.join import find
from loadtest.report.limits import LAG_LIMIT_MS, Figures, judge_thresholds
from loadtest.report.missing import Missing, find_missing
from loadtest.report.placing import Visit, point_place, visits_of
from loadtest.report.run import Run
from loadtest.report.server import ServerSide
from loadtest.report.server_errors import Error, ServerErrors, merge_errors
from loadtest.report.server_figures import HandlerFigures, merge_handlers, merge_residue
from loadtest.report.verdict import Evidence, judge
from loadtest.report.vital_figures import grown_names, merge_gauges, merge_loops, vital_numbers

__all__ = ["summarize"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The figures that both the summary and its thresholds are made of."""

    navigations: NavigationCounts
    phases: Mapping[Phase, PhaseTimes]
    lag_p99_ms: float | None
    errors: ServerErrors
    missing: Sequence[Missing]


def summarize(run: Run) -> dict[str, Any]:
    """Return the content of ``summary.json``: plain JSON, null where there is no data."""
    info = run.info
    parts = _measure(run)
    findings = find(run.records, run.server, info, run.boots)
    exits = find_exits(run.server, run.boots, info, findings)
    assertions = count_assertions(run.records, info.assertions)
    thresholds = judge_thresholds(info.thresholds, _figures(run, parts))
    verdict = judge(
        Evidence(
            info=info,
            navigations=parts.navigations,
            findings=findings,
            thresholds=thresholds,
            has_hooks=run.server is not None,
            running_calls=run.server.running_calls(info.silent_boots) if run.server else 0,
            skipped_lines=run.skipped_lines,
            journal_lost=_journal_lost(run.server),
            assertions=assertions,
            missing=parts.missing,
            exits=exits,
        )
    )
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
        "skipped_lines": run.skipped_lines,
        "navigations": asdict(parts.navigations)
        | {"under_way": info.under_way, "lost_numbers": info.lost_numbers},
        "points": count_points(run.records),
        "departures": [asdict(row) for row in count_departures(run.records)],
        "phases": {phase: _phase_json(times) for phase, times in parts.phases.items()},
        "client_errors": [asdict(group) for group in count_errors(run.records)],
        "assertions": [asdict(row) for row in assertions],
        "missing": [asdict(one) for one in parts.missing],
        "server": _server_json(run, parts.errors, exits),
        "generator": _generator_json(info, parts.lag_p99_ms),
        "quiet": info.quiet and asdict(info.quiet),
        "findings": [_finding_json(finding) for finding in findings],
        "thresholds": [asdict(result) for result in thresholds],
    }
    # What is handed on in memory is what a reader of the file gets: no enum, no tuple.
    plain: dict[str, Any] = json.loads(json.dumps(summary))
    return plain


def _measure(run: Run) -> _Parts:
    lag = run.info.generator and run.info.generator.loop_lag
    return _Parts(
        navigations=count_navigations(run.records),
        phases=time_phases(run.records),
        lag_p99_ms=lag.percentile_ms(99) if lag else None,
        errors=merge_errors(run.server, run.info) if run.server else ServerErrors(),
        missing=find_missing(run.boots),
    )


def _figures(run: Run, parts: _Parts) -> Figures:
    """Name every figure that a threshold may name; a test compares with ``known_metrics``."""
    info, server = run.info, run.server
    counts = asdict(parts.navigations) | {"under_way": info.under_way, "lost_numbers": info.lost_numbers}
    residue = _residue(server, info) if server else {}
    return Figures(
        numbers={
            **{f"navigations.{name}": count for name, count in counts.items()},
            **{f"server.residue.{name}": value for name, value in residue.items()},
            **(vital_numbers(server, living(server, info), info.t0_at, info.gauges) if server else {}),
            **{
                f"phases.{phase}.from_due_p99_ms": times.from_due.percentile_ms(99)
                for phase, times in parts.phases.items()
            },
            "server.processes": len(server.processes) if server else None,
            "server.errors": parts.errors.count if server else None,
            "generator.cpu": info.generator.cpu if info.generator else None,
            "generator.loop_lag_p99_ms": parts.lag_p99_ms,
        },
        histograms={f"phases.{phase}": times.own for phase, times in parts.phases.items()},
        due=parts.navigations.due,
        lag_p99_ms=parts.lag_p99_ms,
        gauges=info.gauges,
        has_hooks=server is not None,
        is_quiet=info.quiet is not None,
        has_silent=bool(server and unknown_boots(server, info)),
        has_missing=bool(parts.missing),
    )


def _residue(server: ServerSide, info: RunInfo) -> dict[str, int | None]:
    is_quiet = info.quiet is not None
    unknown = unknown_boots(server, info)
    return asdict(merge_residue(server, is_quiet=is_quiet, silent_boots=unknown, living=living(server, info)))


def _phase_json(times: PhaseTimes) -> dict[str, Any]:
    own = times.own
    return {
        "count": own.count,
        "p50_ms": own.percentile_ms(50),
        "p95_ms": own.percentile_ms(95),
        "p99_ms": own.percentile_ms(99),
        "max_ms": own.max_ms,
        "from_due_p99_ms": times.from_due.percentile_ms(99),
    }


def _server_json(run: Run, errors: ServerErrors, exits: Sequence[Exit]) -> dict[str, Any] | None:
    server = run.server
    if server is None:
        return None
    visits = visits_of(run.records) if errors.known else {}
    there = living(server, run.info)
    gauges = merge_gauges(there, run.info.t0_at, run.info.gauges)
    return {
        "processes": len(server.processes),
        "alive": not run.info.silent_boots,
        "visits": sum(process.visits for process in server.processes),
        "handlers": [_handler_json(figures) for figures in merge_handlers(server)],
        "errors": errors.count,
        "strays": sum(error.strays for error in errors.errors),
        "known_errors": [_known_json(error, visits) for error in errors.known],
        "loop": asdict(merge_loops(server, run.info.t0_at)),
        "residue": _residue(server, run.info),
        "inventory": {part: grown_names(there, part) for part in ("tasks", "threads")},
        "gauges": {name: asdict(gauge) for name, gauge in gauges.items()},
        "problems": sorted({problem for process in server.processes for problem in process.problems}),
        "journal_lost": _journal_lost(server),
        "exits": [asdict(one) for one in exits],
    }


def _known_json(error: Error, visits: Mapping[int, Visit]) -> dict[str, Any]:
    assert error.known is not None, "one that is not known is a finding"
    at = {visits[number].at for number in error.navigations if number in visits}
    return {
        "package": error.known.package,
        "what": error.known.what,
        "why": error.known.why,
        "source": error.known.source,
        "count": error.exceptions,
        "at": sorted(at, key=point_place),
    }


def _handler_json(figures: HandlerFigures) -> dict[str, Any]:
    return {
        "namespace": figures.namespace,
        "event": figures.event,
        "calls": figures.calls,
        "errors": figures.errors,
        "in_flight": figures.in_flight,
        **_times_json(figures.latency),
        "ack": {"count": figures.ack.count, **_times_json(figures.ack)},
    }


def _times_json(times: Histogram) -> dict[str, Any]:
    return {
        "p50_ms": times.percentile_ms(50),
        "p99_ms": times.percentile_ms(99),
        "max_ms": times.max_ms,
    }


def _generator_json(info: RunInfo, lag_p99_ms: float | None) -> dict[str, Any] | None:
    if info.generator is None:
        return None
    return {
        "processes": info.generator.processes,
        "cpu": info.generator.cpu,
        "loop_lag_p99_ms": lag_p99_ms,
        "saturated": None if lag_p99_ms is None else lag_p99_ms > LAG_LIMIT_MS,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    data = asdict(finding)
    for aspect in ("by_manner", "by_transport", "by_move"):
        tallies = getattr(finding, aspect)
        data[aspect] = {key: {"count": tally.hit, "of": tally.of} for key, tally in tallies.items()}
    return data


def _journal_lost(server: ServerSide | None) -> int:
    return sum(process.journal_lost for process in server.processes) if server else 0
