"""The live knob."""

from collections.abc import Iterator

import pytest

from loadtest.errors import UsageError
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile, Rate, Turn
from loadtest.report.info import StageInfo, TurnInfo
from loadtest.swarm.knob import stages_of, turn_profile, turns_of

OPEN = """
[app]
preset = "generic"
[[stages]]
duration_s = 5
rate_per_s = 10
warm_up = true
[[stages]]
duration_s = 55
rate_per_s = [10, 20]
[[departures]]
at = "P18"
[[departures]]
at = "stay"
"""
CLOSED = """
[app]
preset = "generic"
[[stages]]
duration_s = 60
[[departures]]
at = "P18"
"""
LISTED = """
[app]
preset = "generic"
[[visits]]
due_s = 60
"""


def profile(text: str) -> Profile:
    return parse_profile(text, name="knob", source="knob.toml")


def turn(
    text: str, rate: Rate | None, weights: tuple[float, ...] | None, *elapsed_s: float
) -> tuple[Profile, Turn]:
    """Turn when the clock says these times, one each time it is asked."""
    clock: Iterator[float] = iter(elapsed_s)
    return turn_profile(profile(text), rate, weights, elapsed_s=lambda: next(clock), time_s=60.0)


def test_a_turn_is_a_second_from_now_and_in_the_profile() -> None:
    turned, made = turn(OPEN, Rate(2.0, is_factor=True), (1.0, 3.0), 7.123456, 7.2)

    assert made == Turn(8.123, Rate(2.0, is_factor=True), (1.0, 3.0))
    assert turned.turns == (made,)
    assert [choice.weight for choice in turned.mix_at(8.123).choices] == [1.0, 3.0]
    assert turns_of(turned) == (TurnInfo(8.123, "x2", (1.0, 3.0)),)
    assert 'rate = "x2.0"' in turned.text


def test_before_the_load_begins_a_turn_is_a_second_after_its_begin() -> None:
    assert turn(OPEN, Rate(5.0, is_factor=False), None, -0.2, -0.1)[1].at_s == 1.0


def test_a_profile_that_takes_long_to_read_is_turned_later() -> None:
    """It is read once more, for a time that every worker hears of before it has come."""
    assert turn(OPEN, Rate(5.0, is_factor=False), None, 10.0, 12.5, 12.5, 15.0)[1].at_s == 18.5


@pytest.mark.parametrize(
    ("text", "rate", "weights", "now_s", "message"),
    [
        (OPEN, None, None, 7.0, "nothing is turned"),
        (
            OPEN,
            Rate(2.0, is_factor=True),
            None,
            59.4,
            "the load ends in 0.6 s, before a turn can take effect",
        ),
        (OPEN, None, (1.0,), 7.0, "weights: has 1, and there is 2 of [[departures]]"),
        (OPEN, None, (0.0, 0.0), 7.0, "weights: all weights are 0"),
        (OPEN, Rate(-1.0, is_factor=False), None, 7.0, "rate: -1.0 is below 0"),
        (CLOSED, Rate(2.0, is_factor=True), None, 7.0, "rate: the stages have no rate that could be turned"),
        (LISTED, Rate(2.0, is_factor=True), None, 7.0, "a list of visits cannot be turned"),
        (LISTED, None, (2.0,), 7.0, "a list of visits cannot be turned"),
    ],
)
def test_what_cannot_be_turned_is_told(
    text: str, rate: Rate | None, weights: tuple[float, ...] | None, now_s: float, message: str
) -> None:
    with pytest.raises(UsageError) as told:
        turn(text, rate, weights, now_s, now_s)
    assert str(told.value).startswith(message)


def test_the_weights_of_a_closed_model_can_be_turned() -> None:
    assert turn(CLOSED, None, (2.0,), 7.0, 7.0)[1] == Turn(8.0, None, (2.0,))


def test_stages_are_told_with_their_place_in_time() -> None:
    assert stages_of(profile(OPEN)) == (
        StageInfo(0, 0.0, 5.0, True, "5 s, 10 navigations a second, poisson, warm-up"),
        StageInfo(1, 5.0, 55.0, False, "55 s, from 10 to 20 navigations a second, poisson"),
    )
