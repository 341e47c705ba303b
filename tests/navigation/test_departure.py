"""How a visit is planned to end, and how a profile's mix is drawn from."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.departure import BY_CLOCK, STAY, Choice, Departure, Mix
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport

ONE_SECOND = Distribution(Law.CONSTANT, 1.0)


def test_a_drawn_departure_has_all_that_its_visit_needs() -> None:
    by_clock = Choice(
        BY_CLOCK,
        Manner.FIN,
        transport=Transport.POLLING,
        after_s=Distribution(Law.CONSTANT, 0.25),
        since=Phase.CONNECT,
    )

    assert Mix([by_clock], ONE_SECOND).draw(7, 0) == Departure(
        BY_CLOCK, Manner.FIN, Transport.POLLING, after_s=0.25, since=Phase.CONNECT, dwell_s=1.0
    )


def test_a_departure_at_a_point_comes_at_once() -> None:
    mix = Mix([Choice("P16", Manner.RST)], ONE_SECOND)

    assert mix.draw(7, 0) == Departure("P16", Manner.RST, after_s=0.0, dwell_s=1.0)


def test_a_departure_at_a_point_comes_a_little_later_where_it_jitters() -> None:
    mix = Mix([Choice("P16", Manner.RST, after_s=Distribution(Law.CONSTANT, 0.02))], ONE_SECOND)

    assert mix.draw(7, 0).after_s == 0.02


def test_the_jitter_of_a_point_is_not_the_clock_of_a_departure() -> None:
    spread = Distribution(Law.UNIFORM, 0.0, 1.0)
    jitter, clock = (Mix([Choice(at, Manner.FIN, after_s=spread)], ONE_SECOND) for at in ("P16", BY_CLOCK))

    assert jitter.draw(7, 0).after_s != clock.draw(7, 0).after_s


def test_nobody_dwells_less_than_it_takes_to_judge_what_a_client_sees() -> None:
    mix = Mix([Choice(STAY, Manner.FIN)], Distribution(Law.UNIFORM, 0.0, 4.0), least_dwell_s=2.1)

    drawn = [mix.draw(7, number).dwell_s for number in range(200)]

    assert min(drawn) == 2.1
    assert max(drawn) > 3.5


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
