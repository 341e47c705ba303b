"""Whether a threshold has failed for good while visits are coming."""

from collections.abc import Mapping
from typing import Any

import pytest

from loadtest.metrics.abort import Abort
from loadtest.report.limits import Figures
from loadtest.report.watch.early import LEAST, failed_value
from tests.report.building import histogram


def figures(numbers: Mapping[str, float | None] | None = None, **changes: Any) -> Figures:
    known: dict[str, Any] = {
        "numbers": numbers or {},
        "histograms": {},
        "due": 100,
        "lag_p99_ms": 1.0,
        "has_hooks": True,
        "is_quiet": False,
    }
    return Figures(**{**known, **changes})


def judged(metric: str, expression: str, under_way: int = 0, **changes: Any) -> float | None:
    return failed_value(Abort(metric, expression), figures(**changes), under_way)


@pytest.mark.parametrize(
    ("expression", "count", "value"),
    [
        ("count==0", 0, None),
        ("count==0", 1, 1),
        ("count<5", 4, None),
        ("count<5", 5, 5),
        ("count==7", 3, None),  # it may come to that
        ("count==7", 8, 8),
    ],
)
def test_a_count_is_judged_at_once_as_far_as_more_of_it_changes_nothing(
    expression: str, count: int, value: float | None
) -> None:
    assert judged("server.errors", expression, numbers={"server.errors": count}) == value


def test_what_nobody_knows_yet_ends_nothing() -> None:
    assert judged("server.errors", "count==0") is None
    assert judged("phases.page", "p(95)<5", histograms={"phases.page": histogram()}) is None


@pytest.mark.parametrize(("slow", "value"), [(LEAST - 1, None), (LEAST, 300)])
def test_a_latency_needs_ten_visits_that_are_slower(slow: int, value: float | None) -> None:
    times = histogram(*[1.0] * 50, *[300.0] * slow)

    for metric in ("phases.page", "server.handlers./.join"):
        assert judged(metric, "p(95)<200", histograms={metric: times}) == value
    due = "phases.page.from_due_p99_ms"
    assert judged(due, "value<200", numbers={due: 300}, behind={due: times}) == value


def test_a_maximum_only_grows_and_needs_one() -> None:
    assert judged("phases.page", "max<200", histograms={"phases.page": histogram(1.0, 300.0)}) == 300
    assert (
        judged("server.loop.longest_stall_ms", "value<9", numbers={"server.loop.longest_stall_ms": 10}) == 10
    )


@pytest.mark.parametrize(
    ("lag_p99_ms", "value"),
    [(4.0, 300), (9.0, 300), (11.0, None)],  # 300 - 10 * 11 would hold
)
def test_what_the_generators_own_lag_may_have_done_ends_nothing(
    lag_p99_ms: float, value: float | None
) -> None:
    times = {"phases.page": histogram(*[300.0] * 20)}

    assert judged("phases.page", "p(95)<200", histograms=times, lag_p99_ms=lag_p99_ms) == value


@pytest.mark.parametrize(
    ("failed", "under_way", "value"),
    [
        (9, 0, None),  # fewer than ten
        (10, 0, 0.1),
        (10, 99, 0.1),  # 10 of 199 are more than 5 % even if no other fails
        (10, 101, None),  # 10 of 201 are not
    ],
)
def test_a_rate_is_asked_what_those_under_way_may_make_of_it(
    failed: int, under_way: int, value: float | None
) -> None:
    numbers = {"navigations.failed": failed}

    assert judged("navigations.failed", "rate<0.05", under_way, numbers=numbers) == value


def test_a_rate_that_must_be_high_waits_for_those_under_way_too() -> None:
    numbers = {"navigations.completed": 80}

    assert judged("navigations.completed", "rate>0.9", 150, numbers=numbers) is None
    assert judged("navigations.completed", "rate>0.9", 50, numbers=numbers) == 0.8


def test_of_an_assertion_it_is_the_share_of_those_in_which_it_was_judged() -> None:
    metric = "assertions.a.broken"
    known: dict[str, Any] = {"numbers": {metric: 10}, "assertions": ("a",)}

    assert judged(metric, "rate<0.2", **known, wholes={metric: 40}) == 0.25
    assert judged(metric, "rate<0.2", 20, **known, wholes={metric: 40}) is None


def test_a_value_that_goes_up_and_down_is_judged_as_it_is() -> None:
    metric = "server.gauges.clients.value"

    assert judged(metric, "value<5", numbers={metric: 7}, gauges=("clients",)) == 7
    assert judged(metric, "value<5", numbers={metric: 4}, gauges=("clients",)) is None
