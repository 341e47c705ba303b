"""Records added up, as the summary adds them up."""

from pathlib import Path

import pytest

from loadtest.exports.visits import VisitTally
from loadtest.report.run import read_run
from loadtest.report.summary import summarize

GOLD = Path(__file__).parents[1] / "gold" / "results" / "20260102T030405Z-demo"


def gold_tally() -> VisitTally:
    tally = VisitTally()
    lines = (GOLD / "navigations.jsonl").read_text().splitlines()
    for first in range(0, len(lines), 25):
        tally.add(lines[first : first + 25])
    return tally


def test_a_runs_records_are_what_its_summary_says() -> None:
    tally, summary = gold_tally(), summarize(read_run(GOLD))
    counts = summary["navigations"]

    assert {str(outcome): tally.outcomes[outcome] for outcome in tally.outcomes} == {
        outcome: counts[outcome] for outcome in tally.outcomes
    }
    assert tally.broken == counts["broken"]
    assert dict(tally.points) == {point: count for point, count in summary["points"].items() if count}
    assert {phase: value.count for phase, value in tally.durations()} == {
        phase: times["count"] for phase, times in summary["phases"].items()
    }
    assert sum(value.count for _, value in tally.from_due()) > 0


def test_before_any_record_each_outcome_is_none() -> None:
    assert set(VisitTally().outcomes.values()) == {0}
    assert len(VisitTally().outcomes) == 7


def test_what_is_no_record_is_told() -> None:
    with pytest.raises(KeyError):
        VisitTally().add(["{}"])
