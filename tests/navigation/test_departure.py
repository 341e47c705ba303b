"""The table of departures, and how a profile's mix is drawn from."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.departure import BY_CLOCK, STAY, Choice, Departure, Mix
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.point import POINTS, Manner, Point, find_point

ONE_SECOND = Distribution(Law.CONSTANT, 1.0)


def test_points_stand_in_the_order_of_a_connections_life() -> None:
    assert " ".join(POINTS) == "P00 P01 P02 P03 P12 P13 P14 P15 P16 P16b P17 P18 P19 P20"


@pytest.mark.parametrize("word", ["P16", "before_handshake"])
def test_a_point_is_found_by_its_id_and_by_its_name(word: str) -> None:
    assert find_point(word) is POINTS["P16"]


@pytest.mark.parametrize("word", ["P99", "p16", "", STAY, BY_CLOCK])
def test_other_words_are_no_points(word: str) -> None:
    assert find_point(word) is None


@pytest.mark.parametrize(
    ("point", "manners"),
    [
        ("P03", "fin rst silent"),
        ("P12", "fin rst silent"),
        ("P13", "fin rst silent ws_close"),
        ("P14", "eio_close fin rst silent ws_close"),
        ("P15", "eio_close fin rst silent sio_disconnect ws_close"),
        ("P16b", "fin rst silent"),
        ("P20", "fin rst silent"),
    ],
)
def test_a_point_allows_only_what_can_be_said_there(point: str, manners: str) -> None:
    assert " ".join(sorted(POINTS[point].manners)) == manners


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_point_says_why_exactly_when_it_lacks_a_manner(point: Point) -> None:
    assert bool(point.why_not) == (point.manners != frozenset(Manner))


def test_a_drawn_departure_has_all_that_its_visit_needs() -> None:
    mix = Mix([Choice(BY_CLOCK, Manner.FIN, after_s=Distribution(Law.CONSTANT, 0.25))], ONE_SECOND)

    assert mix.draw(7, 0) == Departure(BY_CLOCK, Manner.FIN, after_s=0.25, dwell_s=1.0)


def test_a_departure_at_a_point_has_no_clock() -> None:
    mix = Mix([Choice("P16", Manner.RST)], ONE_SECOND)

    assert mix.draw(7, 0) == Departure("P16", Manner.RST, after_s=0.0, dwell_s=1.0)


def test_weights_are_relative() -> None:
    mix = Mix(
        [Choice("P13", Manner.FIN, 6), Choice("P14", Manner.FIN, 0), Choice(STAY, Manner.FIN, 2)], ONE_SECOND
    )

    drawn = Counter(mix.draw(7, number).at for number in range(4000))

    assert drawn.keys() == {"P13", STAY}
    assert 2890 < drawn["P13"] < 3110  # 3,000; a standard deviation is 27


@given(st.integers(0, 2**64), st.lists(st.integers(0, 2**40), max_size=20))
def test_a_draw_depends_on_seed_and_number_and_not_on_what_was_drawn_before(
    seed: int, numbers: list[int]
) -> None:
    choices = [Choice("P13", Manner.FIN), Choice("P14", Manner.RST, 2), Choice(STAY, Manner.WS_CLOSE, 3)]
    one, other = (Mix(choices, Distribution(Law.EXPONENTIAL, 2)) for _ in range(2))

    assert [one.draw(seed, n) for n in numbers] == [other.draw(seed, n) for n in reversed(numbers)][::-1]
