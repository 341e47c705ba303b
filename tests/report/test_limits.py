"""Thresholds judged on a run's figures."""

from typing import Any

import pytest

from loadtest.metrics.histogram import Histogram
from loadtest.report.limits import Figures, ThresholdResult, ThresholdVerdict, judge_thresholds
from tests.report.building import histogram

PASS, FAIL, NO_DATA = ThresholdVerdict.PASS, ThresholdVerdict.FAIL, ThresholdVerdict.NO_DATA


def figures(**changes: Any) -> Figures:
    known: dict[str, Any] = {
        "numbers": {
            "navigations.dropped": 3,
            "server.errors": 0,
            "server.residue.sids": 0,
            "server.residue.eio_sockets": 0,
            "server.residue.rooms": 0,
            "server.residue.environs": 0,
            "server.residue.pending_disconnects": 0,
            "generator.cpu": None,
        },
        "histograms": {"phases.connect": histogram(100), "phases.handshake": Histogram()},
        "due": 300,
        "lag_p99_ms": 1.0,
        "has_hooks": True,
        "is_quiet": True,
    }
    return Figures(**{**known, **changes})


def judged(metric: str, expression: str, **changes: Any) -> ThresholdResult:
    (result,) = judge_thresholds({metric: (expression,)}, figures(**changes))
    return result


@pytest.mark.parametrize(
    ("metric", "expression", "value", "verdict"),
    [
        ("phases.connect", "p(95)<200", 100.0, PASS),
        ("phases.connect", "p(95)<50", 100.0, FAIL),
        ("phases.connect", "count==1", 1, PASS),
        ("navigations.dropped", "count==0", 3, FAIL),
        ("navigations.dropped", "rate<0.02", 0.01, PASS),
        ("server.errors", "count==0", 0, PASS),
        ("server.residue.sids", "value!=0", 0, FAIL),
    ],
)
def test_a_threshold_holds_or_does_not(
    metric: str, expression: str, value: float, verdict: ThresholdVerdict
) -> None:
    assert judged(metric, expression) == ThresholdResult(metric, expression, value, verdict)


def test_every_expression_of_a_metric_is_judged() -> None:
    results = judge_thresholds({"phases.connect": ("p(95)<200", "max<50")}, figures())

    assert [result.verdict for result in results] == [PASS, FAIL]


@pytest.mark.parametrize(
    ("metric", "expression", "changes", "reason"),
    [
        ("phases.page", "p(95)<200", {}, "nothing was counted"),
        (
            "phases.handshake",
            "p(95)<200",
            {},
            "no handshake was answered; one that says neither ack = true nor answer is not timed",
        ),
        ("navigations.dropped", "rate<0.1", {"due": 0}, "nothing was counted"),
        ("generator.cpu", "value<0.9", {}, "the generator did not tell it"),
        (
            "server.errors",
            "count==0",
            {"numbers": {}, "has_hooks": False},
            "no hooks were seen in the server",
        ),
        ("server.residue.tasks", "value==0", {}, "the hooks did not tell it"),
        (
            "server.residue.sids",
            "value==0",
            {"numbers": {}, "is_quiet": False},
            "the run was over before the server had its quiet",
        ),
        (
            "server.residue.sids",
            "value==0",
            {"numbers": {}, "has_silent": True},
            "a server process stopped reporting before the quiet",
        ),
        ("server.residue.tasks", "value==0", {"has_silent": True}, "the hooks did not tell it"),
        ("server.processes", "value==1", {"is_quiet": False}, "the hooks did not tell it"),
        ("server.mood", "value==0", {}, "'server.mood' is not a metric that thresholds know"),
    ],
)
def test_a_threshold_without_data_says_why(
    metric: str, expression: str, changes: dict[str, Any], reason: str
) -> None:
    assert judged(metric, expression, **changes) == ThresholdResult(metric, expression, None, NO_DATA, reason)


def test_without_written_thresholds_the_server_must_be_clean() -> None:
    results = judge_thresholds({}, figures())

    assert [(result.metric, result.expression) for result in results] == [
        ("server.errors", "count==0"),
        ("server.residue.sids", "value==0"),
        ("server.residue.eio_sockets", "value==0"),
        ("server.residue.rooms", "value==0"),
        ("server.residue.environs", "value==0"),
        ("server.residue.pending_disconnects", "value==0"),
    ]
    assert {result.verdict for result in results} == {PASS}
    assert all(result.is_default for result in results)


def test_the_default_thresholds_do_not_count_without_hooks() -> None:
    assert judge_thresholds({}, figures(has_hooks=False)) == ()


def test_a_profile_that_writes_thresholds_has_no_others() -> None:
    (result,) = judge_thresholds({"phases.connect": ("p(95)<200",)}, figures())

    assert (result.metric, result.is_default) == ("phases.connect", False)


@pytest.mark.parametrize(
    ("expression", "lag_p99_ms", "verdict"),
    [
        ("p(95)<60", 5.0, FAIL),  # a generator that is calm enough
        ("p(95)<50", None, FAIL),
        ("p(95)<50", 5.1, NO_DATA),  # 100 - 51 is under 50
        ("p(95)<40", 5.5, FAIL),  # 100 - 55 is still not
        ("p(95)<200", 50.0, PASS),  # lag only ever adds
        ("p(95)<=0", 50.0, NO_DATA),
        ("p(95)<0", 50.0, FAIL),  # no lag takes a latency below nothing
        ("count==0", 50.0, FAIL),  # a count is no latency
        ("p(95)>200", 50.0, FAIL),
    ],
)
def test_a_failed_latency_counts_if_it_fails_without_ten_times_the_lag_too(
    expression: str, lag_p99_ms: float | None, verdict: ThresholdVerdict
) -> None:
    assert judged("phases.connect", expression, lag_p99_ms=lag_p99_ms).verdict is verdict


def test_lag_excuses_latencies_from_the_due_time_too() -> None:
    numbers = {"phases.connect.from_due_p99_ms": 100.0}

    result = judged("phases.connect.from_due_p99_ms", "value<60", numbers=numbers, lag_p99_ms=7.25)

    assert (result.value, result.verdict) == (100.0, NO_DATA)
    assert result.reason == (
        "it does not hold, but the generator itself lagged (p99 7.2 ms) and may have added that much: "
        "use --workers, a quieter machine, or a lower rate"
    )


def test_lag_excuses_no_count_and_no_residue() -> None:
    assert judged("navigations.dropped", "count==0", lag_p99_ms=99.0).verdict is FAIL


LEAST = "the hooks could not be put in everywhere: there may have been more than they counted"


@pytest.mark.parametrize(
    ("expression", "value", "verdict"),
    [
        ("count==0", 0, NO_DATA),
        ("count==0", 3, FAIL),
        ("count<5", 3, NO_DATA),
        ("count<5", 5, FAIL),
        ("count<=5", 5, NO_DATA),
        ("count==5", 3, NO_DATA),
        ("count>2", 3, PASS),
        ("count>2", 2, NO_DATA),
        ("count!=0", 3, PASS),
    ],
)
def test_of_a_count_that_is_not_whole_only_what_more_would_not_change_is_judged(
    expression: str, value: int, verdict: ThresholdVerdict
) -> None:
    result = judged("server.errors", expression, numbers={"server.errors": value}, has_missing=True)

    reason = LEAST if verdict is NO_DATA else None
    assert (result.value, result.verdict, result.reason) == (value, verdict, reason)


def test_what_the_hooks_missed_is_no_matter_to_what_they_do_not_count() -> None:
    assert judged("navigations.dropped", "count==3", has_missing=True).verdict is PASS
    assert judged("server.residue.sids", "value==0", has_missing=True).verdict is NO_DATA


def test_a_handler_that_was_never_called_has_no_data_and_its_like_is_named() -> None:
    called = {"server.handlers./.join": histogram(4), "server.handlers./.join.ack": histogram(5)}

    assert judged("server.handlers./.join", "p(99)<50", histograms=called).verdict is PASS
    assert judged("server.handlers./.joins", "p(99)<50", histograms=called).reason == (
        "it was never called; did you mean server.handlers./.join?"
    )
    assert judged("server.handlers./board.draw", "p(99)<50", histograms=called).reason == (
        "it was never called"
    )


def test_a_rate_of_an_assertion_is_a_share_of_those_in_which_it_was_judged() -> None:
    known = {"numbers": {"assertions.a.broken": 3}, "assertions": ("a",)}

    assert (
        judged("assertions.a.broken", "rate<0.5", **known, wholes={"assertions.a.broken": 12}).value == 0.25
    )
    assert judged("assertions.a.broken", "rate<0.5", **known, wholes={"assertions.a.broken": 0}).verdict is (
        NO_DATA
    )


def test_without_a_quiet_nobody_knows_how_long_it_took() -> None:
    assert judged("quiet.waited_s", "value<5", numbers={"quiet.waited_s": 3}).verdict is PASS
    assert judged("quiet.waited_s", "value<5", is_quiet=False) == ThresholdResult(
        "quiet.waited_s", "value<5", None, NO_DATA, "the run was over before the server had its quiet"
    )


def test_a_count_of_hooks_that_are_not_everywhere_is_the_least_there_was() -> None:
    numbers = {"server.exits": 0, "server.handlers./.join.errors": 2}

    for metric, verdict in (("server.exits", NO_DATA), ("server.handlers./.join.errors", FAIL)):
        assert judged(metric, "count==0", numbers=numbers, has_missing=True).verdict is verdict
