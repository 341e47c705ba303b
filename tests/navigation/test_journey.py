"""What a tab does from navigation to navigation."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.journey import Journey, Move

weights = st.dictionaries(st.sampled_from(Move), st.floats(0.1, 10), min_size=1)


@pytest.mark.parametrize(
    ("move", "needs_history"),
    [
        (Move.NAVIGATE, False),
        (Move.RELOAD, True),
        (Move.BACK, True),
        (Move.RECONNECT, True),
        (Move.DUPLICATE, False),
        (Move.PREFETCH, False),
        (Move.ABANDON, False),
    ],
)
def test_some_moves_need_a_tab_that_has_been_somewhere(move: Move, needs_history: bool) -> None:
    assert move.needs_history is needs_history


def test_without_weights_every_tab_navigates_and_asks_for_nothing_ahead() -> None:
    journey = Journey({})

    assert not journey.goes_on
    assert {journey.draw(7, number) for number in range(100)} == {Move.NAVIGATE}


def test_weights_are_relative() -> None:
    journey = Journey({Move.NAVIGATE: 6, Move.BACK: 0, Move.RELOAD: 2})

    drawn = Counter(journey.draw(7, number) for number in range(4000))

    assert journey.goes_on
    assert drawn.keys() == {Move.NAVIGATE, Move.RELOAD}
    assert 2890 < drawn[Move.NAVIGATE] < 3110  # 3,000; a standard deviation is 27


def test_every_other_prefetched_page_is_seen() -> None:
    journey = Journey({Move.PREFETCH: 1})

    seen = sum(journey.is_used(7, number) for number in range(4000))

    assert 1870 < seen < 2130  # 2,000; a standard deviation is 32


@given(weights, st.integers(0, 2**64), st.lists(st.integers(0, 2**40), max_size=20))
def test_a_draw_depends_on_seed_and_number_and_not_on_what_was_drawn_before(
    weights: dict[Move, float], seed: int, numbers: list[int]
) -> None:
    one, other = Journey(weights), Journey(weights)

    assert [one.draw(seed, n) for n in numbers] == [other.draw(seed, n) for n in reversed(numbers)][::-1]
    assert {one.draw(seed, n) for n in numbers} <= weights.keys()


@given(st.integers(0, 2**64), st.integers(0, 2**40))
def test_whether_a_page_is_seen_has_nothing_to_do_with_the_move(seed: int, number: int) -> None:
    assert Journey({}).is_used(seed, number) is Journey({Move.BACK: 1}).is_used(seed, number)
