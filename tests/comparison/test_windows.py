"""Windows, and percentiles of windows taken several times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.comparison.windows import Cut, columns_of, cut_for
from tests.report.building import histogram


def test_a_window_holds_eight_visits_and_there_are_at_most_120() -> None:
    assert cut_for(0.0, 20.0, 400).windows == 50
    assert cut_for(0.0, 20.0, 100_000).windows == 120
    assert cut_for(0.0, 20.0, 3).windows == 1
    assert cut_for(10.0, 30.0, 100_000, least_width_s=1.0).windows == 20


def test_what_is_before_the_first_window_is_in_none_and_what_is_late_in_the_last() -> None:
    cut = Cut(10.0, 20.0, 5)

    assert [cut.place(at_s) for at_s in (9.9, 10.0, 12.1, 20.0, 99.0)] == [None, 0, 1, 4, 4]


def test_a_percentile_is_read_between_the_ends_of_its_bucket() -> None:
    columns = columns_of({0: histogram(*[10.0] * 50, *[20.0] * 50)}, 1)

    assert columns.quantile_ms(0.25, [1]) == pytest.approx(10.0, rel=1 / 32)
    assert columns.quantile_ms(0.75, [1]) == pytest.approx(20.0, rel=1 / 32)
    assert columns.quantile_ms(0.30, [1]) != columns.quantile_ms(0.25, [1])


def test_windows_count_as_often_as_they_are_drawn() -> None:
    columns = columns_of({0: histogram(*[10.0] * 10), 2: histogram(*[30.0] * 10)}, 3)

    assert columns.quantile_ms(0.5, [1, 0, 0]) == pytest.approx(10.0, rel=1 / 32)
    assert columns.quantile_ms(0.5, [0, 5, 1]) == pytest.approx(30.0, rel=1 / 32)
    assert columns.quantile_ms(0.5, [0, 3, 0]) is None


@given(
    st.lists(st.lists(st.floats(0.01, 5000), max_size=20), min_size=1, max_size=8),
    st.data(),
    st.sampled_from([0.5, 0.95, 0.99]),
)
def test_wherever_it_is_looked_for_from_it_is_what_the_merged_histogram_tells(
    windows: list[list[float]], data: st.DataObject, share: float
) -> None:
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(windows), max_size=len(windows)))
    columns = columns_of({i: histogram(*values) for i, values in enumerate(windows)}, len(windows))
    merged = histogram(*[v for values, times in zip(windows, weights, strict=True) for v in values * times])

    found = columns.quantile_ms(share, weights)

    told = merged.percentile_ms(share * 100)
    assert (found is None) == (told is None)
    if found is not None and told is not None:
        assert found == pytest.approx(told, rel=1 / 31, abs=0.002)
        near = data.draw(st.integers(0, len(columns.counts) - 1))
        assert columns.quantile_ms(share, weights, near) == found


def test_a_window_pushes_a_percentile_up_where_it_holds_more_above_it() -> None:
    columns = columns_of({0: histogram(*[10.0] * 10), 1: histogram(*[30.0] * 9), 2: histogram(10.0, 30.0)}, 3)

    low, high, even = columns.pushes(0.5)

    assert low < even < high
    assert low + high + even == pytest.approx(0.0, abs=0.05)
