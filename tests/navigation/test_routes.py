"""The ways through the states of a visit."""

from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.point import Transport
from loadtest.navigation.routes import DETOURS, MISSING, ROUTES, STEP_IN
from loadtest.navigation.states import State, Step


def test_each_state_has_a_next_step() -> None:
    assert list(STEP_IN) == list(State)


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
