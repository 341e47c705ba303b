"""What ``tune.json`` holds: what was searched for, every probe, and the knee."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtest.tuning.probe import Probed
from loadtest.tuning.tune import Tuner

__all__ = ["SCHEMA", "result_of"]

SCHEMA = 1


def result_of(tuner: Tuner, folder: Path, started_at: datetime) -> dict[str, Any]:
    """Return the content of ``tune.json``; null where there is no data."""
    prober, search = tuner.prober, tuner.search
    profile, bounds, knee = prober.profile, search.bounds, tuner.knee
    return {
        "schema": SCHEMA,
        "outcome": str(tuner.outcome),
        "exit_code": int(tuner.exit_code),
        "why": tuner.why,
        "advice": tuner.advice,
        "profile": profile.name,
        "seed": profile.seed,
        "host": prober.host,
        "workers": prober.workers,
        "started_at": started_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "vary": prober.knob.name,
        "current": prober.knob.current,
        "lower_is_worse": search.lower_is_worse,
        "bounds": {
            "from": bounds.lowest,
            "to": bounds.highest,
            "width": bounds.width,
            "confidence": bounds.confidence,
            "repeats": bounds.repeats,
        },
        "stage_s": prober.pace.stage_s,
        "warm_up_s": prober.pace.warm_up_s,
        "thresholds": {metric: list(texts) for metric, texts in profile.thresholds.items()},
        "knee": knee and {"low": knee.low, "value": knee.value, "high": knee.high},
        "probes": [_probe_json(probed, folder) for probed in tuner.probes],
        "profile_text": profile.text,
    }


def _probe_json(probed: Probed, folder: Path) -> Mapping[str, Any]:
    judgement = probed.judgement
    run = probed.folder
    return {
        "number": probed.number,
        "value": probed.value,
        "verdict": str(judgement.word),
        "reason": judgement.reason,
        "seed": probed.seed,
        "took_s": round(probed.took_s, 1),
        "doubtful": judgement.is_doubtful,
        "called_off": probed.was_called_off,
        "due": judgement.due,
        "started": judgement.started,
        "error_share": judgement.error_share,
        "p99_ms": dict(judgement.p99_ms),
        "cpu": judgement.cpu,
        "loop_lag_p99_ms": judgement.loop_lag_p99_ms,
        "grades": {name: asdict(grade) for name, grade in judgement.grades.items()},
        "thresholds": [dict(row) for row in judgement.thresholds],
        "run": run and str(run.relative_to(folder) if run.is_relative_to(folder) else run),
    }
