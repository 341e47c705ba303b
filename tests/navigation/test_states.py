"""The tables of a visit's protocol."""

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Transport
from loadtest.navigation.states import (
    PHASE_AT,
    PHASE_OF,
    POINT_OF,
    TARGET_OF,
    TRANSITIONS,
    Signal,
    State,
    has_history,
    point_in,
)

ONLY_BY_HISTORY = {"P07b", "P24", "P25"}


def test_each_state_has_a_point_and_a_phase() -> None:
    assert list(POINT_OF) == list(State)
    assert list(PHASE_OF) == list(State)


def test_each_point_is_the_target_of_one_state() -> None:
    assert sorted(TARGET_OF) == sorted(POINTS)
    assert sorted(PHASE_AT) == sorted(POINTS)


@pytest.mark.parametrize("point", sorted(set(POINTS) - ONLY_BY_HISTORY))
def test_the_target_of_a_point_is_a_state_that_is_this_point_over_each_of_its_transports(point: str) -> None:
    found = {point_in(TARGET_OF[point], transport) for transport in POINTS[point].manners}
    assert found == {point}


def test_points_with_a_history_are_told_apart_from_the_steady_state_by_it_alone() -> None:
    assert {point for point in POINTS if has_history(point)} == ONLY_BY_HISTORY
    assert {TARGET_OF[point] for point in ONLY_BY_HISTORY} == {State.STEADY}


def test_over_polling_connecting_and_steady_have_points_of_their_own() -> None:
    assert [point_in(State.CONNECTING, transport) for transport in Transport] == ["P15", "P06", "P15"]
    assert [point_in(State.STEADY, transport) for transport in Transport] == ["P19", "P07", "P19"]


def test_asking_for_the_probe_is_still_the_point_before() -> None:
    assert point_in(State.PROBE_ASKED, Transport.UPGRADE) == "P05"
    assert TARGET_OF["P05"] is State.POLL_OPENED


def test_every_state_but_the_first_can_be_reached() -> None:
    assert {*TRANSITIONS.values()} == {*State} - {State.NEW}


def test_every_signal_moves_something() -> None:
    assert {signal for _, signal in TRANSITIONS} == {*Signal}


IN_ORDER = [
    move
    for move in TRANSITIONS.items()
    # a line that is lost goes back; whoever upgrades is in UPGRADE while its polling has opened
    if move[0] != (State.POLL_OPENED, Signal.PROBE_ASKED) and move[0][1] is not Signal.LINE_LOST
]


@pytest.mark.parametrize(("move", "after"), IN_ORDER, ids=str)
def test_no_move_goes_back_to_an_earlier_phase(move: tuple[State, Signal], after: State) -> None:
    order = list(Phase)
    assert order.index(PHASE_OF[move[0]]) <= order.index(PHASE_OF[after])


def test_a_lost_line_leads_back_to_the_page_that_is_read() -> None:
    lost = {before: after for (before, signal), after in TRANSITIONS.items() if signal is Signal.LINE_LOST}
    assert lost == {State.CONNECTED: State.PAGE_READ, State.SHAKEN: State.PAGE_READ}
