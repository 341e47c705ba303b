"""Thresholds whose verdict changed."""

from collections.abc import Mapping

import pytest

from loadtest.comparison.side import ReadRun, Side
from loadtest.comparison.thresholds import ChangedThreshold, compare_thresholds
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from tests.comparison.synthetic import made_run
from tests.report.building import dropped, visit

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "phases.page": ("p(95)<100",),
    "navigations.dropped": ("count<1",),
    "server.errors": ("count==0",),
}


def run(*records: NavigationRecord, thresholds: Mapping[str, tuple[str, ...]] = WRITTEN) -> ReadRun:
    return made_run(records, thresholds=thresholds)


FAST, SLOW = (visit(0, phases_ms={Phase.PAGE: ms}) for ms in (50.0, 150.0))


def told(before: list[ReadRun], after: list[ReadRun]) -> list[tuple[str, str | None, str | None, bool]]:
    found = compare_thresholds(Side("a", tuple(before)), Side("b", tuple(after)), 0)
    return [(one.metric, one.before, one.after, one.is_worse) for one in found]


def test_what_did_not_change_is_not_told() -> None:
    assert told([run(FAST)], [run(FAST)]) == []


def test_what_has_an_interval_of_its_own_is_told_and_not_judged_by_its_limit() -> None:
    assert told([run(FAST)], [run(SLOW, dropped(1))]) == [
        ("phases.page", "pass", "fail", False),
        ("navigations.dropped", "pass", "fail", False),
    ]


def test_a_count_that_has_none_makes_it_worse() -> None:
    before, after = run(FAST), run(FAST)
    rows = [
        dict(row, verdict=verdict)
        for row, verdict in zip(after.summary["thresholds"], ["pass", "pass", "fail"], strict=True)
    ]
    passed = [dict(row, verdict="pass") for row in before.summary["thresholds"]]
    sides = [
        ReadRun(one.run, {**one.summary, "thresholds": t}) for one, t in ((before, passed), (after, rows))
    ]

    assert told([sides[0]], [sides[1]]) == [("server.errors", "pass", "fail", True)]


def test_of_several_runs_the_worst_counts() -> None:
    assert told([run(FAST), run(SLOW)], [run(SLOW)]) == []
    assert told([run(FAST)], [run(FAST), run(SLOW)]) == [("phases.page", "pass", "fail", False)]


def test_one_that_is_written_on_one_side_only_is_told() -> None:
    assert told([run(FAST, thresholds={"phases.page": ("p(95)<100",)})], [run(FAST)]) == [
        ("navigations.dropped", None, "pass", False),
        ("server.errors", None, "no_data", False),
    ]


@pytest.mark.parametrize(
    ("metric", "is_worse"),
    [
        ("server.handlers./.join", False),
        ("server.handlers./.join.ack", False),
        ("server.handlers./.join.errors", True),
        ("server.residue.sids", True),
    ],
)
def test_a_handlers_latency_has_an_interval_and_its_errors_have_none(metric: str, is_worse: bool) -> None:
    assert ChangedThreshold(0, metric, "p(95)<200", "pass", "fail", 199.0, 201.0).is_worse is is_worse
