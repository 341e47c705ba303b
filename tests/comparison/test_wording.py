"""Words and numbers of a comparison."""

from typing import Any

import pytest

from loadtest.comparison.estimate import Figure, Group, Judged, Scale, Unit, Word
from loadtest.comparison.wording import change, interval, named, value


def judged(**changes: Any) -> Judged:
    made: dict[str, Any] = {
        "figure": Figure(Group.HANDLERS, "x", Unit.MS, "join", "p50"),
        "candidate": 0,
        "before": 1.0,
        "after": 2.0,
        "word": Word.WORSE,
    }
    return Judged(**{**made, **changes})


@pytest.mark.parametrize(
    ("ratio", "told"), [(1.2, "+20 %"), (1.024, "+2.4 %"), (0.5, "-50 %"), (1.0, "+0.0 %"), (25.0, "x25")]
)
def test_a_ratio_is_told_as_more_or_less_in_percent(ratio: float, told: str) -> None:
    assert change(judged(change=ratio)) == told


def test_a_difference_of_shares_is_told_in_points() -> None:
    one = judged(change=0.0123, low=0.002, high=0.0301, scale=Scale.DIFFERENCE)

    assert (change(one), interval(one)) == ("+1.23 points", "+0.20 to +3.01 points")


def test_an_interval_has_its_unit_once() -> None:
    assert interval(judged(change=1.2, low=1.15, high=1.26)) == "+15 to +26 %"
    assert interval(judged(change=1.2, low=0.15, high=126.0)) == "-85 to x126"
    assert interval(judged(change=1.2, low=0.15)) == "not known"
    assert interval(judged()) == change(judged()) == "-"


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        (None, Unit.MS, "-"),
        (1234.56, Unit.MS, "1,234.6"),
        (0.034, Unit.MS, "0.03"),
        (0.0123, Unit.SHARE, "1.23%"),
        (3_100_000, Unit.BYTES, "3.1 MB"),
        (12, Unit.NUMBER, "12"),
    ],
)
def test_values_are_told_in_their_units(number: float | None, unit: Unit, told: str) -> None:
    assert value(number, unit) == told


@pytest.mark.parametrize(
    ("group", "label", "told"),
    [
        (Group.HANDLERS, "join", "handler join p50"),
        (Group.PHASES, "page", "page p50"),
        (Group.FROM_DUE, "page", "page from due p50"),
        (Group.VISITS, "timed_out", "visits timed out"),
        (Group.SERVER, "memory at the end", "memory at the end p50"),
    ],
)
def test_a_figure_has_a_name_in_a_sentence(group: Group, label: str, told: str) -> None:
    assert named(Figure(group, "x", Unit.MS, label, "p50")) == told
