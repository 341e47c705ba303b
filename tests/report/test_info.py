"""The content of run.json."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from loadtest.errors import ExitCode
from loadtest.report.info import (
    Ended,
    GeneratorInfo,
    QuietInfo,
    ReplayOf,
    RunInfo,
    RunVerdict,
    StageInfo,
    TurnInfo,
)
from tests.report.building import T0_AT, histogram, info


def as_read_back(run: RunInfo) -> RunInfo:
    return RunInfo.from_json(json.loads(json.dumps(run.to_json())))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"generator": None, "quiet": None},
        {"generator": GeneratorInfo(2, None, None), "ended": Ended.INTERRUPTED, "under_way": 4},
        {"thresholds": {"server.errors": ("count==0", "count<9")}, "silent_boots": ("a", "b")},
        {"t0_at": datetime(2026, 1, 1, 12, 0, 0, 125000, UTC), "quiet": QuietInfo(1.5, 9.0)},
        {"verdict": RunVerdict.FAIL, "exit_code": ExitCode.FAIL, "lost_numbers": 3, "require_hooks": True},
        {"stages": (StageInfo(0, 0.0, 12.5, True, "a"), StageInfo(1, 12.5, 30.0, False, "b"))},
        {"replay_of": ReplayOf("00c0ffee00c0ffee", 2)},
        {"turns": (TurnInfo(4.5, "x2", None), TurnInfo(9.0, 50.0, (3.0, 0.5)), TurnInfo(9.5, None, (1.0,)))},
    ],
)
def test_a_run_survives_its_file(changes: dict[str, Any]) -> None:
    run = info(**changes)

    assert as_read_back(run).to_json() == run.to_json()


def test_the_generators_lag_survives_too() -> None:
    lag = histogram(1.0, 7.5)

    read = as_read_back(info(generator=GeneratorInfo(1, 0.5, lag))).generator

    assert read is not None
    assert read.loop_lag is not None
    assert read.loop_lag.percentile_ms(99) == 7.5


def test_a_run_that_was_killed_has_failed_until_it_says_otherwise() -> None:
    data = RunInfo(
        id="00c0ffee00c0ffee",
        profile="churn",
        profile_source="churn.toml",
        profile_text="",
        description="",
        seed=0,
        host="",
        versions={},
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_s=1.0,
        workers=1,
        users=1,
    ).to_json()

    assert (data["ended"], data["verdict"], data["exit_code"]) == ("running", "inconclusive", 98)
    assert (data["quiet"], data["generator"], data["t0_at"]) == (None, None, None)


def test_a_run_of_an_older_release_had_no_gauges_and_knew_of_no_refusals() -> None:
    data = info(gauges=("clients",), refused=("KeyError: 'visits'",)).to_json()
    read = RunInfo.from_json(data)
    assert (read.gauges, read.refused) == (("clients",), ("KeyError: 'visits'",))

    del data["gauges"], data["refused"]
    old = RunInfo.from_json(data)
    assert (old.gauges, old.refused) == ((), ())


def test_a_run_of_an_older_release_had_no_stages_and_no_turns() -> None:
    data = info().to_json()
    del data["stages"], data["turns"]

    read = RunInfo.from_json(data)

    assert (read.stages, read.turns, read.warm_up_s, read.warm_up_ends_at) == ((), (), 0.0, None)


def test_the_warm_up_lasts_to_the_end_of_its_last_stage() -> None:
    stages = (
        StageInfo(0, 0.0, 5.0, True, ""),
        StageInfo(1, 5.0, 7.0, True, ""),
        StageInfo(2, 12.0, 30.0, False, ""),
    )
    run = info(stages=stages)

    assert (run.warm_up_s, run.warm_up_ends_at) == (12.0, T0_AT.timestamp() + 12.0)
    assert info(stages=stages, t0_at=None).warm_up_ends_at is None
    assert info(stages=stages[2:]).warm_up_s == 0.0


def test_times_are_written_in_utc() -> None:
    there = datetime(2026, 1, 1, 2, 0, tzinfo=timezone(timedelta(hours=2)))

    assert info(started_at=there).to_json()["started_at"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("change", [{"ended": "vanished"}, {"versions": None}, {"started_at": "soon"}])
def test_what_no_run_writes_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        RunInfo.from_json(info().to_json() | change)
