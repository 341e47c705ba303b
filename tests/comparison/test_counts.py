"""Shares on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.comparison.counts import Counted, Tally, difference


def share(count: int, of: int) -> Counted:
    return Counted(count, of, 1.0)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(56, 70, 0.6918, 0.8770), (9, 10, 0.5958, 0.9821), (0, 10, 0.0, 0.2775)],
)
def test_a_shares_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    found = share(count, of).bounds(1.959964)

    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


def test_the_differences_interval_is_newcombes() -> None:
    """Newcombe (1998), table II, example (a), method 10: 56/70 - 48/80 is 0.0524 to 0.3339."""
    found = difference(share(48, 80), share(56, 70), 1.959964)

    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_none_on_both_sides_is_no_difference_but_not_known_for_certain() -> None:
    found = difference(share(0, 400), share(0, 400), 3.0)

    assert found.low < 0 < found.high


def test_thirty_in_one_stretch_weigh_no_more_than_one() -> None:
    even = [Tally(1 + index % 2, 25) for index in range(20)]
    bunch = [Tally(30 * (index == 7) // 2, 25) for index in range(20)]
    spread, bunched = (Counted.of_stretches(one) for one in (even, bunch))

    assert spread.bunching == 1.0
    assert bunched.bunching == pytest.approx(15.3, abs=0.5)
    assert difference(share(0, 500), spread, 3.5).low > 0
    assert difference(share(0, 500), bunched, 3.5).low < 0


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.1, 5))
def test_the_other_way_round_it_is_as_much_less(before: int, after: int, z: float) -> None:
    forth = difference(share(before, 60), share(after, 60), z)
    back = difference(share(after, 60), share(before, 60), z)

    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))
