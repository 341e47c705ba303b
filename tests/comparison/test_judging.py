"""Figures judged together."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.comparison.estimate import Estimate, Figure, Group, Scale, Unit, Word
from loadtest.comparison.judging import judge_figures
from loadtest.comparison.laws import Bounds
from loadtest.comparison.settings import Smallest, read_smallest
from loadtest.errors import UsageError

TEN_PERCENT = math.log(1.1)


def estimate(ratio: float, error: float = 0.01, **changes: Any) -> Estimate:
    change = math.log(ratio)
    made: dict[str, Any] = {
        "figure": Figure(Group.PHASES, "phases.handshake p(50)", Unit.MS),
        "candidate": 0,
        "before": 30.0,
        "after": 30.0 * ratio,
        "scale": Scale.RATIO,
        "bounds": lambda z: Bounds(change - z * error, change + z * error),
        "worse_above": TEN_PERCENT,
        "better_below": -TEN_PERCENT,
    }
    return Estimate(**{**made, **changes})


@pytest.mark.parametrize(
    ("ratio", "error", "word"),
    [
        (1.2, 0.01, Word.WORSE),
        (1.2, 0.05, Word.UNCLEAR),
        (1.05, 0.001, Word.SAME),  # sure, and too small to count
        (1.0, 0.01, Word.SAME),
        (1.0, 0.2, Word.UNCLEAR),
        (0.8, 0.01, Word.BETTER),
    ],
)
def test_worse_is_what_lies_beyond_the_smallest_effect_with_its_whole_interval(
    ratio: float, error: float, word: Word
) -> None:
    (judged,) = judge_figures([estimate(ratio, error)])

    assert judged.word is word
    assert judged.change == pytest.approx(ratio)


def test_what_lag_may_have_added_is_no_difference() -> None:
    late = estimate(1.2, lag_up=math.log(1.15))
    late_before = estimate(0.8, lag_down=math.inf)

    assert [one.word for one in judge_figures([late, late_before])] == [Word.LAG, Word.LAG]
    assert judge_figures([late])[0].reason.startswith("the generator's own lag")


def test_among_many_figures_one_must_stand_out_more() -> None:
    alone = judge_figures([estimate(1.15, 0.015)])
    among = judge_figures([estimate(1.15, 0.015), *[estimate(1.0, 0.05)] * 60])

    assert alone[0].word is Word.WORSE
    assert among[0].word is Word.UNCLEAR
    assert among[0].level == pytest.approx(0.01 / 61)


def test_an_interval_without_an_end_has_none() -> None:
    (judged,) = judge_figures([estimate(1.2, 1e9)])

    assert (judged.low, judged.high) == (0.0, None)
    assert judged.word is Word.UNCLEAR


SWAPPED = {Word.WORSE: Word.BETTER, Word.BETTER: Word.WORSE}


@given(
    st.lists(st.tuples(st.floats(0.5, 2), st.floats(0.001, 0.2), st.floats(0, 0.3)), min_size=1, max_size=9)
)
def test_the_other_way_round_worse_is_better(those: list[tuple[float, float, float]]) -> None:
    forth = judge_figures([estimate(r, e, lag_up=lag) for r, e, lag in those])
    back = judge_figures([estimate(1 / r, e, lag_down=lag) for r, e, lag in those])

    assert [one.word for one in back] == [SWAPPED.get(one.word, one.word) for one in forth]


def test_of_a_short_latency_the_milliseconds_count_too() -> None:
    smallest = Smallest(0.1, 1.0)

    assert smallest.log_of(100.0, 120.0) == pytest.approx(math.log(1.1))
    assert smallest.log_of(2.0, 3.5) == smallest.log_of(3.5, 2.0) == pytest.approx(math.log(1.5))


@pytest.mark.parametrize(("text", "share"), [("10%", 0.1), ("0.2", 0.2), (" 5 %", 0.05)])
def test_the_smallest_effect_is_a_share(text: str, share: float) -> None:
    assert read_smallest(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "ten", "0%", "-5%", "nan", "inf", "2000%"])
def test_another_smallest_effect_is_a_mistake(text: str) -> None:
    with pytest.raises(UsageError, match=r"write 10%, or 0\.1"):
        read_smallest(text)
