"""What the master and its generators tell each other."""

import json
from dataclasses import replace

import pytest

from loadtest.swarm.messages import Begin, Report

BEGIN = Begin(
    run="00112233445566ff",
    profile_name="demo",
    profile_text="seed = 1\n",
    host="http://127.0.0.1:1",
    t0_at=1.5,
    time_s=None,
    index=1,
    generators=2,
    users=200,
)
REPORT = Report(
    run="00112233445566ff",
    index=0,
    lines="{}\n",
    due=10,
    late=3,
    dropped=2,
    ended=8,
    failed=1,
    last_error="connection refused",
    is_exhausted=True,
    silent=3,
    ping_s=3.0,
    cpu_s=0.25,
    loop_lag={"count": 0, "sum_us": 0, "max_us": 0, "counts": {}},
)


def test_a_begin_survives_the_wire() -> None:
    assert Begin.from_wire(json.loads(json.dumps(BEGIN.to_wire()))) == BEGIN


def test_a_report_survives_the_wire() -> None:
    assert Report.from_wire(json.loads(json.dumps(REPORT.to_wire()))) == REPORT


@pytest.mark.parametrize(
    ("report", "under_way", "is_done"),
    [
        (REPORT, 0, True),
        (replace(REPORT, ended=7), 1, False),
        (replace(REPORT, is_exhausted=False), 0, False),
    ],
)
def test_a_generator_is_done_when_its_share_has_come_due_and_every_visit_has_ended(
    report: Report, under_way: int, is_done: bool
) -> None:
    assert (report.under_way, report.is_done) == (under_way, is_done)
