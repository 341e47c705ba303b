"""What thresholds may name, and what each of it has to look at."""

import pytest

from loadtest.metrics.catalogue import check, find_aggregates, known_metrics
from loadtest.metrics.threshold import LATENCY, Aggregate, parse


@pytest.mark.parametrize(
    ("metric", "expression"),
    [
        ("phases.handshake", "p(95)<200"),
        ("phases.page.from_due_p99_ms", "value<200"),
        ("navigations.dropped", "rate<0.01"),
        ("server.errors", "count==0"),
        ("server.residue.sids", "value==0"),
        ("generator.cpu", "value<0.9"),
    ],
)
def test_a_metric_has_its_own_expressions(metric: str, expression: str) -> None:
    assert check(metric, expression) == parse(expression)


@pytest.mark.parametrize(
    ("metric", "expression", "message"),
    [
        ("phases.handshook", "p(95)<200", "'phases.handshook' is not a metric that thresholds know"),
        ("phases.handshake", "value<200", "phases.handshake has count, avg, med, max and p.N."),
        ("server.errors", "value==0", "'value==0': server.errors has count$"),
        ("navigations.failed", "max<3", "navigations.failed has count and rate$"),
        ("server.residue.sids", "value=0", "is not a threshold"),
    ],
)
def test_what_does_not_go_together_is_refused(metric: str, expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(metric, expression)


def test_the_known_metrics_are_paths_of_the_summary() -> None:
    assert known_metrics()["server.residue.pending_disconnects"] == frozenset({Aggregate.VALUE})
    assert "navigations.due" in known_metrics()


def test_gauges_are_metrics_of_the_profile_that_names_them() -> None:
    gauges = known_metrics(["clients"]).keys() - known_metrics().keys()

    assert gauges == {"server.gauges.clients", "server.gauges.clients.value"}
    assert check("server.gauges.clients", "value<5", ["clients"]) == parse("value<5")
    with pytest.raises(ValueError, match=r"'server\.gauges\.clients' is not a metric"):
        check("server.gauges.clients", "value<5")


def test_assertions_are_metrics_of_the_profile_that_names_them() -> None:
    named = known_metrics(assertions=["a.b c"]).keys() - known_metrics().keys()

    assert named == {"assertions.a.b c.held", "assertions.a.b c.broken", "assertions.a.b c.not_judged"}
    assert check("assertions.a.b c.broken", "rate<0.01", (), ["a.b c"]) == parse("rate<0.01")
    with pytest.raises(ValueError, match=r"has count$"):
        check("assertions.a.b c.not_judged", "rate<0.01", (), ["a.b c"])


@pytest.mark.parametrize(
    ("metric", "aggregates"),
    [
        ("server.handlers./.disconnect", LATENCY),
        ("server.handlers./board.a.b", LATENCY),
        ("server.handlers./.join.ack", LATENCY),
        ("server.handlers./.join.errors", frozenset({Aggregate.COUNT})),
        ("server.handlers.join", None),
        ("server.handlers./", None),
        ("server.handlers./.", None),
    ],
)
def test_a_handler_is_known_before_it_is_seen(metric: str, aggregates: frozenset[Aggregate] | None) -> None:
    assert find_aggregates(metric) == aggregates
