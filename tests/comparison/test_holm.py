"""The level that each of many figures is judged at."""

import pytest

from loadtest.comparison.holm import levels


def test_each_that_is_told_apart_leaves_more_to_the_others() -> None:
    assert levels([0.5, 0.0001, 0.004], 0.01) == pytest.approx([0.01, 0.01 / 3, 0.005])


def test_after_one_that_is_not_told_apart_none_is() -> None:
    found = levels([0.004, 0.006, 0.0099], 0.01)

    assert found == pytest.approx([0.01 / 3] * 3)
    assert not any(evidence <= level for evidence, level in zip([0.004, 0.006, 0.0099], found, strict=True))


def test_one_figure_alone_has_all_of_it_and_none_has_nothing() -> None:
    assert levels([0.3], 0.01) == [0.01]
    assert levels([], 0.01) == []
