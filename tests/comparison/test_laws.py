"""Student's quantiles, and the level at which an interval is beyond a limit."""

import math

import pytest

from loadtest.comparison.laws import Bounds, deviations, evidence, student


@pytest.mark.parametrize(
    ("level", "df", "quantile"),
    [(0.05, 3, 3.182), (0.05, 10, 2.228), (0.01, 5, 4.032), (0.001, 10, 4.587), (0.001, 30, 3.646)],
)
def test_students_quantiles_are_those_of_the_tables_within_two_percent(
    level: float, df: float, quantile: float
) -> None:
    assert student(deviations(level), df) == pytest.approx(quantile, rel=0.02)


def test_with_endless_degrees_of_freedom_it_is_the_normal_law() -> None:
    assert student(deviations(0.05), math.inf) == pytest.approx(1.95996, rel=1e-4)


def test_one_degree_of_freedom_and_a_tiny_level_is_no_error() -> None:
    assert student(38.0, 1.0) > 1e100


def test_the_evidence_is_the_level_at_which_the_interval_touches_the_limit() -> None:
    def bounds(z: float) -> Bounds:
        return Bounds(3.0 - z, 3.0 + z)

    assert evidence(bounds, 1.04004) == pytest.approx(0.05, rel=1e-3)
    assert evidence(bounds, 3.0) == 1.0
    assert evidence(lambda _: Bounds(1.0, 1.0), 0.0) < 1e-100
