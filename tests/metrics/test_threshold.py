"""Thresholds in k6's spelling."""

import pytest

from loadtest.metrics.histogram import Histogram
from loadtest.metrics.threshold import Aggregate, Threshold, parse


@pytest.mark.parametrize(
    ("expression", "aggregate", "percent", "operator", "limit"),
    [
        ("p(95)<200", Aggregate.PERCENTILE, 95.0, "<", 200.0),
        ("p(100)<1", Aggregate.PERCENTILE, 100.0, "<", 1.0),
        ("p(99.9) <= 1.5e3", Aggregate.PERCENTILE, 99.9, "<=", 1500.0),
        ("  p( 0 ) >= -1 ", Aggregate.PERCENTILE, 0.0, ">=", -1.0),
        ("count==0", Aggregate.COUNT, None, "==", 0.0),
        ("value!=7", Aggregate.VALUE, None, "!=", 7.0),
        ("rate<.01", Aggregate.RATE, None, "<", 0.01),
        ("avg>1.", Aggregate.AVG, None, ">", 1.0),
        ("med<+2", Aggregate.MED, None, "<", 2.0),
        ("max<3", Aggregate.MAX, None, "<", 3.0),
    ],
)
def test_an_expression_is_read(
    expression: str, aggregate: Aggregate, percent: float | None, operator: str, limit: float
) -> None:
    assert parse(expression) == Threshold(expression, aggregate, percent, operator, limit)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", r"'' is not a threshold: .* such as 'p\(95\)<200' or 'count==0'"),
        ("p(95)", "is not a threshold"),
        ("p(95)<", "is not a threshold"),
        ("p(95)=200", r"an operator \(< <= > >= == !=\)"),
        ("p(95)<200ms", "is not a threshold"),
        ("p(95)<200 && avg<3", "is not a threshold"),
        ("p(95)<²", "is not a threshold"),
        ("min<3", "'min' cannot be looked at; there are count, value, rate, avg, med, max and p.N."),
        ("P(95)<3", "'P' cannot be looked at"),
        ("p<200", r"write p\(95\), with the percentile's number"),
        ("count(3)<200", "write count$"),
        ("p(101)<200", "'101' is not a percentile from 0 to 100"),
        ("p(-1)<200", "'-1' is not a percentile"),
        ("p()<200", "'' is not a percentile"),
        ("p(nan)<200", "'nan' is not a percentile"),
        ("p(٩)<200", "is not a percentile"),
    ],
)
def test_what_is_no_expression_is_refused_with_what_would_be_right(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "below", "at", "above"),
    [
        ("value<5", True, False, False),
        ("value<=5", True, True, False),
        ("value>5", False, False, True),
        ("value>=5", False, True, True),
        ("value==5", False, True, False),
        ("value!=5", True, False, True),
    ],
)
def test_a_value_holds_or_does_not(expression: str, below: bool, at: bool, above: bool) -> None:
    threshold = parse(expression)

    assert [threshold.holds(value) for value in (4.9, 5, 5.1)] == [below, at, above]


@pytest.mark.parametrize(
    ("expression", "value"),
    [("count<9", 4), ("avg<9", 0.025), ("med<9", 0.02), ("max<9", 0.04), ("p(75)<9", 0.03), ("p(0)<9", 0.01)],
)
def test_a_latency_is_measured_by_what_the_expression_looks_at(expression: str, value: float) -> None:
    latency = Histogram()
    for microseconds in (10, 20, 30, 40):
        latency.record(microseconds / 1e6)

    assert parse(expression).measure(latency) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [("count==0", 0), ("avg<9", None), ("med<9", None), ("max<9", None), ("p(9)<9", None)],
)
def test_without_samples_there_is_a_count_and_no_latency(expression: str, value: float | None) -> None:
    assert parse(expression).measure(Histogram()) == value


@pytest.mark.parametrize("expression", ["value<9", "rate<9"])
def test_a_latency_has_no_value_and_no_rate(expression: str) -> None:
    with pytest.raises(ValueError, match="a latency has no"):
        parse(expression).measure(Histogram())
