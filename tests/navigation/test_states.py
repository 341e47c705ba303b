"""The tables of a visit's protocol."""

import pytest

from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Transport
from loadtest.navigation.states import (
    DETOURS,
    MISSING,
    PHASE_AT,
    PHASE_OF,
    POINT_OF,
    ROUTES,
    STEP_IN,
    TARGET_OF,
    TRANSITIONS,
    Signal,
    State,
    Step,
    has_history,
    point_in,
)

ONLY_BY_HISTORY = {"P07b", "P24", "P25"}


def test_each_state_has_a_point_a_phase_and_a_next_step() -> None:
    assert list(POINT_OF) == list(State)
    assert list(PHASE_OF) == list(State)
    assert list(STEP_IN) == list(State)


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


def test_each_step_but_leaving_is_one_of_a_state_of_a_transport_or_of_a_detour() -> None:
    usual = {ROUTES[transport, HandshakeWay.EVENT].steps[state] for state in State for transport in Transport}
    detours = {detour.step for detour in DETOURS.values()}
    assert usual | detours == {*Step}
    assert usual & detours == set()


def test_the_ways_of_the_transports_part_at_two_states() -> None:
    parting = {
        state: [ROUTES[transport, HandshakeWay.EVENT].steps[state] for transport in Transport]
        for state in State
        if len({ROUTES[transport, HandshakeWay.EVENT].steps[state] for transport in Transport}) > 1
    }
    assert parting == {
        State.PAGE_READ: [Step.ASK_UPGRADE, Step.ASK_POLL, Step.ASK_POLL],
        State.POLL_OPENED: [Step.SEND_CONNECT, Step.SEND_CONNECT, Step.ASK_PROBE],
    }


READY = {State.POLL_OPENED, State.UPGRADE_SENT, State.OPENED}

DETOURS_AT = [
    ("P01", Step.SEND_HALF_REQUEST, {State.NEW}),
    ("P06b", Step.SEND_HALF_POST, {State.POLL_OPENED}),
    ("P16b", Step.SEND_HALF_HANDSHAKE, {State.CONNECTED}),
    ("P20", Step.SEND_HALF_FRAME, {State.STEADY}),
    ("P20b", Step.SEND_HALF_BINARY, {State.STEADY}),
    ("P21", Step.AWAIT_PING, {State.STEADY}),
    ("P22", Step.SEND_EARLY_EVENT, READY),
    ("P23", Step.SEND_BOTH, READY),
    ("P24", Step.SEND_CONNECT_TWICE, READY),
    ("P25", Step.RECONNECT, {State.SHAKEN}),
    ("P26", Step.LEAVE_NAMESPACE, {State.STEADY}),
]


def test_the_points_that_need_a_step_of_their_own() -> None:
    assert [(at, detour.step, {*detour.states}) for at, detour in DETOURS.items()] == DETOURS_AT


def test_an_app_without_a_point_has_another_in_its_place() -> None:
    assert {way: dict(moved) for way, moved in MISSING.items()} == {
        HandshakeWay.EVENT: {},
        HandshakeWay.IN_CONNECT: {"P16": "P18", "P16b": "P18", "P17": "P18", "P23": "P15"},
        HandshakeWay.NONE: {"P16b": "P19", "P17": "P19", "P18": "P19", "P23": "P15"},
    }
