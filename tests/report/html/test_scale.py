"""Round numbers for axes."""

import pytest

from loadtest.report.html.scale import clock, ticks, time_ticks, top_of


@pytest.mark.parametrize(
    ("values", "top"),
    [
        ([], 1.0),
        ([0.0], 1.0),
        ([0.7], 0.8),
        ([1.0], 1.0),
        ([1.1], 1.5),
        ([33.0], 40.0),
        ([9_999.0], 10_000.0),
    ],
)
def test_the_top_is_round_and_above_all(values: list[float], top: float) -> None:
    assert top_of(values) == pytest.approx(top)


def test_a_chart_has_three_lines() -> None:
    assert ticks(30) == (0.0, 15.0, 30.0)


@pytest.mark.parametrize(
    ("duration_s", "times"),
    [
        (1, [0, 1]),
        (60, [0, 10, 20, 30, 40, 50, 60]),
        (70, [0, 15, 30, 45, 60]),
        (3600, [0, 600, 1200, 1800, 2400, 3000, 3600]),
        (7 * 86400, [0, 172800, 345600, 518400]),
    ],
)
def test_times_are_round_and_few(duration_s: float, times: list[float]) -> None:
    assert time_ticks(duration_s) == times


@pytest.mark.parametrize(
    ("at_s", "text"),
    [(0, "0 s"), (8.25, "8.2 s"), (119, "119 s"), (120, "2:00"), (3599, "59:59"), (3725, "1:02:05")],
)
def test_a_time_is_told_in_as_few_words_as_it_takes(at_s: float, text: str) -> None:
    assert clock(at_s) == text
