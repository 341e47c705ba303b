"""The tables of a visit's protocol."""

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS
from loadtest.navigation.states import PHASE_OF, POINT_OF, STEP_IN, TRANSITIONS, Signal, State, Step


def test_each_state_is_one_point_and_each_point_one_state() -> None:
    assert list(POINT_OF) == list(State)
    assert sorted(POINT_OF.values()) == sorted(POINTS)


def test_each_state_has_a_phase_and_a_next_step() -> None:
    assert list(PHASE_OF) == list(State)
    assert list(STEP_IN) == list(State)


def test_every_state_but_the_first_can_be_reached() -> None:
    assert {*TRANSITIONS.values()} == {*State} - {State.NEW}


def test_every_signal_moves_something() -> None:
    assert {signal for _, signal in TRANSITIONS} == {*Signal}


@pytest.mark.parametrize(("move", "after"), TRANSITIONS.items(), ids=str)
def test_no_move_goes_back_to_an_earlier_phase(move: tuple[State, Signal], after: State) -> None:
    order = list(Phase)
    assert order.index(PHASE_OF[move[0]]) <= order.index(PHASE_OF[after])


def test_only_the_halves_and_leaving_are_steps_of_no_state() -> None:
    halves = {Step.SEND_HALF_REQUEST, Step.SEND_HALF_HANDSHAKE, Step.SEND_HALF_FRAME}
    assert {*Step} - {*STEP_IN.values()} == halves
