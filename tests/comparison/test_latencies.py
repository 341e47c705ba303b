"""A percentile on both sides, and how sure the difference is."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.comparison.latencies import Variation, compare_percentile, least_count, with_runs
from loadtest.comparison.windows import Columns, columns_of
from loadtest.metrics.histogram import Histogram
from tests.report.building import histogram

WINDOWS = 40


def run(median_ms: float, seed: int, count: int = 10, spread: float = 0.2, memory: float = 0.0) -> Columns:
    rng = random.Random(seed)
    windows: dict[int, Histogram] = {}
    level = 0.0
    for window in range(WINDOWS):
        level = memory * level + math.sqrt(1 - memory**2) * rng.gauss(0, spread)
        values = [median_ms * math.exp(level * (memory > 0) + rng.gauss(0, spread)) for _ in range(count)]
        windows[window] = histogram(*values)
    return columns_of(windows, WINDOWS)


def test_a_known_ratio_is_found_with_the_standard_error_that_theory_says() -> None:
    found = compare_percentile([run(30, 1)], [run(36, 2)], 0.5)

    assert found is not None
    assert math.exp(found.change) == pytest.approx(1.2, rel=0.04)
    # of a median of 400 normal logarithms, twice, and 1 % from run to run, twice
    theory = math.sqrt(2 * (1.2533 * 0.2 / math.sqrt(400)) ** 2 + 2 * 0.01**2)
    assert found.variation.error == pytest.approx(theory, rel=0.3)


def test_what_hangs_together_is_known_less_well() -> None:
    loose = compare_percentile([run(30, 1)], [run(30, 2)], 0.5)
    bound = compare_percentile([run(30, 1, memory=0.9)], [run(30, 2, memory=0.9)], 0.5)

    assert loose is not None
    assert bound is not None
    assert bound.variation.error > 1.5 * loose.variation.error
    assert bound.variation.df < loose.variation.df


def test_more_runs_make_it_surer() -> None:
    one = compare_percentile([run(30, 1)], [run(30, 2)], 0.5)
    four = compare_percentile([run(30, s) for s in range(4)], [run(30, s) for s in range(4, 8)], 0.5)

    assert one is not None
    assert four is not None
    assert four.variation.error < 0.7 * one.variation.error


def test_runs_that_differ_among_themselves_make_it_less_sure_than_one_alone() -> None:
    medians = (20, 30, 45)
    varied = compare_percentile(
        [run(ms, s) for s, ms in enumerate(medians)], [run(ms, s + 9) for s, ms in enumerate(medians)], 0.5
    )
    steady = compare_percentile([run(30, s) for s in range(3)], [run(30, s + 9) for s in range(3)], 0.5)

    assert varied is not None
    assert steady is not None
    assert varied.variation.error > 4 * steady.variation.error


@pytest.mark.parametrize(("share", "least"), [(0.5, 20), (0.95, 200), (0.99, 1000)])
def test_a_percentile_needs_ten_durations_beyond_it(share: float, least: int) -> None:
    assert least_count(share) == least
    short = columns_of({0: histogram(*[1.0] * (least - 1))}, WINDOWS)
    enough = columns_of({0: histogram(*[1.0] * least)}, WINDOWS)

    assert compare_percentile([enough], [short], share) is None
    assert compare_percentile([enough], [enough], share) is not None


def test_without_runs_that_tell_it_what_varies_between_them_is_assumed() -> None:
    within = Variation(0.03, 20.0)

    found = with_runs(within, [1.0], [1.1], 0.02)

    assert found.error == pytest.approx(math.sqrt(0.03**2 + 2 * 0.02**2))
    assert found.df > 20.0


@settings(max_examples=15, deadline=None)
@given(st.floats(5, 50), st.floats(5, 50), st.sampled_from([0.5, 0.95]))
def test_the_other_way_round_it_is_as_much_and_as_sure(a_ms: float, b_ms: float, share: float) -> None:
    a, b = [run(a_ms, 1)], [run(b_ms, 2)]

    forth, back = compare_percentile(a, b, share), compare_percentile(b, a, share)

    assert forth is not None
    assert back is not None
    assert back.change == pytest.approx(-forth.change)
    assert back.bounds(3.0).low == pytest.approx(-forth.bounds(3.0).high)
