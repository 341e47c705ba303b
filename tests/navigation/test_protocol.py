"""One visit without I/O: its steps, its ends, its phases."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.packet import Packet, PacketKind
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.states import DETOURS, Signal, State, Step

HANDSHAKE = Handshake('420["handshake",{}]', ack_id=0, refusal="[false]")
WITH_EVENT = Opening(HandshakeWay.EVENT, handshake=HANDSHAKE)
IN_CONNECT = Opening(HandshakeWay.IN_CONNECT)
WITHOUT = Opening(HandshakeWay.NONE)
CHAT = Namespace("/chat", "40/chat,", "41/chat,")
WITH_TWO = dataclasses.replace(WITH_EVENT, others=(CHAT,))
OPEN = '0{"sid":"abc","pingInterval":25000,"pingTimeout":20000}'

ACTS = {
    Step.SEND_HALF_REQUEST: Signal.HALF_SENT,
    Step.ASK_PAGE: Signal.PAGE_ASKED,
    Step.ASK_POLL: Signal.POLL_ASKED,
    Step.SEND_HALF_POST: Signal.HALF_SENT,
    Step.ASK_PROBE: Signal.PROBE_ASKED,
    Step.READ_PROBE_UPGRADE: Signal.SWITCHED,
    Step.SEND_PROBE: Signal.PROBE_SENT,
    Step.SEND_UPGRADE: Signal.UPGRADE_SENT,
    Step.ASK_UPGRADE: Signal.UPGRADE_ASKED,
    Step.READ_UPGRADE: Signal.SWITCHED,
    Step.SEND_EARLY_EVENT: Signal.EVENT_SENT,
    Step.SEND_BOTH: Signal.BOTH_SENT,
    Step.SEND_HALF_HANDSHAKE: Signal.HALF_SENT,
    Step.SEND_HALF_FRAME: Signal.HALF_SENT,
    Step.SEND_HALF_BINARY: Signal.HEADER_SENT,
    Step.LEAVE_NAMESPACE: Signal.NAMESPACE_LEFT,
    Step.RECONNECT: Signal.LINE_LOST,
    Step.DWELL: Signal.DWELT,
}
DETOUR_STEPS = {detour.step for detour in DETOURS.values()}
SERVER = {
    Step.READ_OPEN: [OPEN],
    Step.READ_POLL: [OPEN],
    Step.READ_PROBE: ["3probe"],
    Step.AWAIT_CONNECT: ['40{"sid":"xyz"}', '40/chat,{"sid":"uvw"}'],
    Step.AWAIT_ANSWER: ['42["welcome"]', "430[true]"],
}
"""What a server that answers well sends; an app waits for one of the two answers."""


def answer(visit: Visit, step: Step, now: float) -> None:
    """Let the server answer, up to what the visit waits for."""
    state = visit.state
    for frame in SERVER[step]:
        if visit.state is state:
            assert visit.receive(frame, now) is None


def do(visit: Visit, step: Step, opening: Opening, now: float) -> None:
    """Do one step, with a server that answers well."""
    if step is Step.READ_PAGE:
        visit.page_read(opening, now)
    elif step is Step.SEND_HANDSHAKE:
        visit.handshake_sent(now)
    elif step is Step.SEND_CONNECT:
        visit.connect_sent(now)
    elif step is Step.SEND_CONNECT_TWICE:
        visit.detour_taken()
        visit.connect_sent(now)
    elif step is Step.AWAIT_PING:
        assert visit.receive("2", now) is None
    elif step in SERVER:
        answer(visit, step, now)
    else:
        if step in DETOUR_STEPS:
            visit.detour_taken()
        visit.happened(ACTS[step], now)


def go(visit: Visit, opening: Opening = WITH_EVENT, until: Step = Step.LEAVE) -> list[Step]:
    """Do what the visit asks for, a second for each step."""
    steps: list[Step] = []
    now = visit.started
    while (step := visit.next_step()) is not until:
        assert len(steps) < 50, "a visit ends"
        now += 1.0
        steps.append(step)
        do(visit, step, opening, now)
    return steps


def visiting(at: str, manner: Manner = Manner.FIN, transport: Transport = Transport.WEBSOCKET) -> Visit:
    return Visit(Departure(at, manner, transport), started=100.0)


TO_PAGE = [Step.ASK_PAGE, Step.READ_PAGE]
TO_OPEN = [*TO_PAGE, Step.ASK_UPGRADE, Step.READ_UPGRADE, Step.READ_OPEN]
TO_CONNECT = [*TO_OPEN, Step.SEND_CONNECT, Step.AWAIT_CONNECT]
SHAKE = [Step.SEND_HANDSHAKE, Step.AWAIT_ANSWER]
TO_ANSWER = [*TO_CONNECT, *SHAKE]
TO_STEADY = [*TO_ANSWER, Step.DWELL]

OVER_WEBSOCKET = [
    ("P00", []),
    ("P01", [Step.SEND_HALF_REQUEST]),
    ("P02", [Step.ASK_PAGE]),
    ("P03", TO_PAGE),
    ("P12", [*TO_PAGE, Step.ASK_UPGRADE]),
    ("P13", [*TO_PAGE, Step.ASK_UPGRADE, Step.READ_UPGRADE]),
    ("P14", TO_OPEN),
    ("P15", [*TO_OPEN, Step.SEND_CONNECT]),
    ("P16", TO_CONNECT),
    ("P16b", [*TO_CONNECT, Step.SEND_HALF_HANDSHAKE]),
    ("P17", [*TO_CONNECT, Step.SEND_HANDSHAKE]),
    ("P18", TO_ANSWER),
    ("P19", TO_STEADY),
    ("P20", [*TO_STEADY, Step.SEND_HALF_FRAME]),
    ("P20b", [*TO_STEADY, Step.SEND_HALF_BINARY]),
    ("P21", [*TO_STEADY, Step.AWAIT_PING]),
    ("P22", [*TO_OPEN, Step.SEND_EARLY_EVENT]),
    ("P23", [*TO_OPEN, Step.SEND_BOTH]),
    ("P24", [*TO_OPEN, Step.SEND_CONNECT_TWICE, Step.AWAIT_CONNECT, *SHAKE, Step.DWELL]),
    ("P25", [*TO_ANSWER, Step.RECONNECT, *TO_ANSWER[len(TO_PAGE) :], Step.DWELL]),
    ("P26", [*TO_STEADY, Step.LEAVE_NAMESPACE]),
    (STAY, TO_STEADY),
    (BY_CLOCK, TO_STEADY),
]

POLL_OPEN = [*TO_PAGE, Step.ASK_POLL, Step.READ_POLL]
POLL_CONNECT = [*POLL_OPEN, Step.SEND_CONNECT, Step.AWAIT_CONNECT]
POLL_ANSWER = [*POLL_CONNECT, *SHAKE]
POLL_STEADY = [*POLL_ANSWER, Step.DWELL]

OVER_POLLING = [
    ("P00", []),
    ("P01", [Step.SEND_HALF_REQUEST]),
    ("P02", [Step.ASK_PAGE]),
    ("P03", TO_PAGE),
    ("P04", [*TO_PAGE, Step.ASK_POLL]),
    ("P05", POLL_OPEN),
    ("P06", [*POLL_OPEN, Step.SEND_CONNECT]),
    ("P06b", [*POLL_OPEN, Step.SEND_HALF_POST]),
    ("P07", POLL_STEADY),
    ("P07b", POLL_STEADY),
    ("P16", POLL_CONNECT),
    ("P16b", [*POLL_CONNECT, Step.SEND_HALF_HANDSHAKE]),
    ("P17", [*POLL_CONNECT, Step.SEND_HANDSHAKE]),
    ("P18", POLL_ANSWER),
    ("P20b", [*POLL_STEADY, Step.SEND_HALF_BINARY]),
    ("P21", [*POLL_STEADY, Step.AWAIT_PING]),
    ("P22", [*POLL_OPEN, Step.SEND_EARLY_EVENT]),
    ("P23", [*POLL_OPEN, Step.SEND_BOTH]),
    ("P24", [*POLL_OPEN, Step.SEND_CONNECT_TWICE, Step.AWAIT_CONNECT, *SHAKE, Step.DWELL]),
    ("P25", [*POLL_ANSWER, Step.RECONNECT, *POLL_ANSWER[len(TO_PAGE) :], Step.DWELL]),
    ("P26", [*POLL_STEADY, Step.LEAVE_NAMESPACE]),
    (STAY, POLL_STEADY),
    (BY_CLOCK, POLL_STEADY),
]

TO_PROBE = [*POLL_OPEN, Step.ASK_PROBE, Step.READ_PROBE_UPGRADE, Step.SEND_PROBE]
TO_UPGRADE = [*TO_PROBE, Step.READ_PROBE, Step.SEND_UPGRADE]
UP_CONNECT = [*TO_UPGRADE, Step.SEND_CONNECT, Step.AWAIT_CONNECT]
UP_ANSWER = [*UP_CONNECT, *SHAKE]
UP_STEADY = [*UP_ANSWER, Step.DWELL]

OVER_UPGRADE = [
    ("P00", []),
    ("P01", [Step.SEND_HALF_REQUEST]),
    ("P02", [Step.ASK_PAGE]),
    ("P03", TO_PAGE),
    ("P04", [*TO_PAGE, Step.ASK_POLL]),
    ("P05", POLL_OPEN),
    ("P08", [*POLL_OPEN, Step.ASK_PROBE, Step.READ_PROBE_UPGRADE]),
    ("P09", TO_PROBE),
    ("P10", [*TO_PROBE, Step.READ_PROBE]),
    ("P11", TO_UPGRADE),
    ("P15", [*TO_UPGRADE, Step.SEND_CONNECT]),
    ("P16", UP_CONNECT),
    ("P16b", [*UP_CONNECT, Step.SEND_HALF_HANDSHAKE]),
    ("P17", [*UP_CONNECT, Step.SEND_HANDSHAKE]),
    ("P18", UP_ANSWER),
    ("P19", UP_STEADY),
    ("P20", [*UP_STEADY, Step.SEND_HALF_FRAME]),
    ("P20b", [*UP_STEADY, Step.SEND_HALF_BINARY]),
    ("P21", [*UP_STEADY, Step.AWAIT_PING]),
    ("P22", [*TO_UPGRADE, Step.SEND_EARLY_EVENT]),
    ("P23", [*TO_UPGRADE, Step.SEND_BOTH]),
    ("P24", [*TO_UPGRADE, Step.SEND_CONNECT_TWICE, Step.AWAIT_CONNECT, *SHAKE, Step.DWELL]),
    ("P25", [*UP_ANSWER, Step.RECONNECT, *UP_ANSWER[len(TO_PAGE) :], Step.DWELL]),
    ("P26", [*UP_STEADY, Step.LEAVE_NAMESPACE]),
    (STAY, UP_STEADY),
    (BY_CLOCK, UP_STEADY),
]

ROUTES = {
    Transport.WEBSOCKET: OVER_WEBSOCKET,
    Transport.POLLING: OVER_POLLING,
    Transport.UPGRADE: OVER_UPGRADE,
}
STEPS = [(transport, at, steps) for transport, route in ROUTES.items() for at, steps in route]


@pytest.mark.parametrize("transport", Transport)
def test_each_route_has_just_the_points_that_its_transport_comes_to(transport: Transport) -> None:
    points = [point.id for point in POINTS.values() if transport in point.manners]
    assert sorted(at for at, _ in ROUTES[transport]) == sorted([*points, STAY, BY_CLOCK])


@pytest.mark.parametrize(("transport", "at", "steps"), STEPS, ids=[f"{row[0]}-{row[1]}" for row in STEPS])
def test_a_visit_does_just_what_leads_to_its_departure(
    transport: Transport, at: str, steps: list[Step]
) -> None:
    assert go(visiting(at, transport=transport), WITH_TWO) == steps


WAYS = [(point.id, *way) for point in POINTS.values() for way in point.ways()]


@pytest.mark.parametrize(("at", "transport", "manner"), WAYS)
def test_a_visit_that_leaves_where_it_planned_tells_so(at: str, transport: Transport, manner: Manner) -> None:
    visit = visiting(at, manner, transport)
    go(visit, WITH_TWO)
    assert visit.manner is manner
    visit.leave(manner, 200.0, 200.5)
    assert visit.actual == ActualDeparture(at, manner)
    assert visit.outcome is Outcome.LEFT


def test_a_visit_that_stayed_is_completed() -> None:
    visit = visiting(STAY, Manner.WS_CLOSE)
    go(visit)
    visit.leave(visit.manner, 200.0, 200.5)
    assert visit.actual == ActualDeparture("P19", Manner.WS_CLOSE)
    assert visit.outcome is Outcome.COMPLETED


WEBSOCKET, POLLING, UPGRADE = Transport

MOVED = [
    (IN_CONNECT, WEBSOCKET, "P16", "P18"),
    (IN_CONNECT, WEBSOCKET, "P16b", "P18"),
    (IN_CONNECT, WEBSOCKET, "P17", "P18"),
    (IN_CONNECT, WEBSOCKET, "P18", "P18"),
    (IN_CONNECT, WEBSOCKET, "P20", "P20"),
    (IN_CONNECT, WEBSOCKET, "P23", "P15"),
    (IN_CONNECT, POLLING, "P23", "P06"),
    (IN_CONNECT, POLLING, "P17", "P18"),
    (IN_CONNECT, UPGRADE, "P23", "P15"),
    (IN_CONNECT, WEBSOCKET, "P24", "P24"),
    (IN_CONNECT, POLLING, "P25", "P25"),
    (WITHOUT, WEBSOCKET, "P16", "P16"),
    (WITHOUT, WEBSOCKET, "P16b", "P19"),
    (WITHOUT, WEBSOCKET, "P17", "P19"),
    (WITHOUT, WEBSOCKET, "P18", "P19"),
    (WITHOUT, WEBSOCKET, "P20", "P20"),
    (WITHOUT, WEBSOCKET, "P23", "P15"),
    (WITHOUT, WEBSOCKET, "P24", "P24"),
    (WITHOUT, WEBSOCKET, "P25", "P25"),
    (WITHOUT, POLLING, "P16", "P16"),
    (WITHOUT, POLLING, "P17", "P07"),
    (WITHOUT, POLLING, "P18", "P07"),
    (WITHOUT, POLLING, "P23", "P06"),
    (WITHOUT, POLLING, "P25", "P25"),
    (WITHOUT, UPGRADE, "P18", "P19"),
    (WITHOUT, UPGRADE, "P23", "P15"),
    (WITH_EVENT, WEBSOCKET, "P26", "P19"),
    (WITH_EVENT, POLLING, "P26", "P07"),
    (WITH_EVENT, UPGRADE, "P26", "P19"),
]


@pytest.mark.parametrize(("opening", "transport", "planned", "actual"), MOVED)
def test_a_point_that_the_app_does_not_have_moves_to_the_next(
    opening: Opening, transport: Transport, planned: str, actual: str
) -> None:
    visit = visiting(planned, transport=transport)
    go(visit, opening)
    visit.leave(visit.manner, 200.0, 200.5)
    assert visit.actual == ActualDeparture(actual, Manner.FIN)


def test_without_a_handshake_one_reconnects_from_connect() -> None:
    dwell = [*TO_CONNECT, Step.RECONNECT, *TO_CONNECT[len(TO_PAGE) :], Step.DWELL]
    assert go(visiting("P25"), WITHOUT) == dwell


def test_an_engine_close_from_the_steady_state_is_another_point_over_polling_only() -> None:
    ends = {}
    for transport in (WEBSOCKET, POLLING):
        visit = visiting(STAY, Manner.EIO_CLOSE, transport)
        go(visit)
        assert visit.manner is Manner.EIO_CLOSE
        visit.leave(visit.manner, 200.0, 200.5)
        ends[transport] = visit.actual.at
    assert ends == {WEBSOCKET: "P19", POLLING: "P07b"}


def test_the_phases_are_timed_from_signal_to_signal() -> None:
    visit = visiting(STAY)
    go(visit)
    visit.leave(Manner.WS_CLOSE, 120.0, 120.25)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 3000.0,
        Phase.CONNECT: 2000.0,
        Phase.HANDSHAKE: 2000.0,
        Phase.ACTIVE: 11_000.0,
        Phase.LEAVING: 250.0,
    }


def test_a_visit_that_upgrades_has_a_phase_for_it() -> None:
    visit = visiting(STAY, transport=Transport.UPGRADE)
    go(visit)
    visit.leave(Manner.WS_CLOSE, 120.0, 120.25)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 2000.0,
        Phase.UPGRADE: 5000.0,
        Phase.CONNECT: 2000.0,
        Phase.HANDSHAKE: 2000.0,
        Phase.ACTIVE: 7_000.0,
        Phase.LEAVING: 250.0,
    }


def test_polling_has_no_phase_for_an_upgrade() -> None:
    visit = visiting(STAY, transport=Transport.POLLING)
    go(visit)
    visit.leave(Manner.FIN, 120.0, 120.25)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 2000.0,
        Phase.CONNECT: 2000.0,
        Phase.HANDSHAKE: 2000.0,
        Phase.ACTIVE: 12_000.0,
        Phase.LEAVING: 250.0,
    }


def test_a_reconnected_visit_keeps_the_times_of_its_first_connection() -> None:
    visit = visiting("P25")
    go(visit)
    visit.leave(Manner.FIN, 130.0, 130.25)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 3000.0,
        Phase.CONNECT: 2000.0,
        Phase.HANDSHAKE: 2000.0,
        Phase.ACTIVE: 13_000.0,  # since the second handshake: ten steps, and eight more
        Phase.LEAVING: 250.0,
    }


def test_a_page_that_was_asked_for_ahead_brings_its_own_time() -> None:
    visit = visiting("P14")
    visit.page_read(WITH_EVENT, 100.0)
    visit.had_page(80.5)
    assert visit.phases_ms == {Phase.PAGE: 80.5}
    assert visit.next_step() is Step.ASK_UPGRADE


def test_a_reconnect_has_no_time_for_a_page() -> None:
    visit = visiting("P14")
    visit.page_read(WITH_EVENT, 100.0)
    visit.had_page(None)
    assert visit.phases_ms == {}


def test_without_a_handshake_the_dwelling_is_no_handshake_time() -> None:
    visit = visiting(STAY)
    go(visit, WITHOUT)
    visit.leave(Manner.WS_CLOSE, 120.0, 120.25)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 3000.0,
        Phase.CONNECT: 2000.0,
        Phase.ACTIVE: 13_000.0,
        Phase.LEAVING: 250.0,
    }


def test_a_handshake_inside_connect_has_no_phase_of_its_own() -> None:
    visit = visiting("P18")
    go(visit, IN_CONNECT)
    visit.leave(Manner.FIN, 108.0, 108.5)
    assert visit.phases_ms == {
        Phase.PAGE: 2000.0,
        Phase.OPEN: 3000.0,
        Phase.CONNECT: 2000.0,
        Phase.ACTIVE: 1000.0,
        Phase.LEAVING: 500.0,
    }


def test_a_phase_that_was_not_passed_through_has_no_time() -> None:
    visit = visiting("P15")
    go(visit)
    visit.leave(Manner.FIN, 106.0, 106.0)
    assert visit.phases_ms == {Phase.PAGE: 2000.0, Phase.OPEN: 3000.0, Phase.LEAVING: 0.0}


def test_a_visit_that_was_dropped_has_neither_active_nor_leaving_time() -> None:
    visit = visiting(STAY)
    go(visit, until=Step.DWELL)
    visit.end(Outcome.LOST, "gone")
    visit.leave(None, 150.0, 150.5)
    assert [*visit.phases_ms] == [Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.HANDSHAKE]
    assert visit.actual == ActualDeparture("P18", None)


UNANSWERED = Opening(HandshakeWay.EVENT, handshake=Handshake('42["handshake",{}]'))


def test_a_handshake_that_nothing_answers_is_done_when_it_is_sent() -> None:
    visit = visiting("P18")
    assert go(visit, UNANSWERED) == [*TO_CONNECT, Step.SEND_HANDSHAKE]
    assert visit.state is State.SHAKEN


def test_one_can_leave_while_a_handshake_that_nothing_answers_is_running() -> None:
    visit = visiting("P17")
    assert go(visit, UNANSWERED) == [*TO_CONNECT, Step.SEND_HANDSHAKE]
    assert visit.state is State.HANDSHAKING


def test_a_clock_departure_knows_its_time() -> None:
    assert Visit(Departure(BY_CLOCK, Manner.FIN, after_s=0.25), started=100.0).leave_at == 100.25


def test_any_other_departure_has_no_time() -> None:
    assert visiting("P16").leave_at is None


CLOCKS = [
    (Phase.PAGE, WEBSOCKET, 100.25),
    (Phase.OPEN, WEBSOCKET, 102.25),
    (Phase.CONNECT, WEBSOCKET, 105.25),
    (Phase.HANDSHAKE, WEBSOCKET, 107.25),
    (Phase.OPEN, UPGRADE, 102.25),
    (Phase.CONNECT, UPGRADE, 109.25),
    (Phase.CONNECT, POLLING, 104.25),
]


@pytest.mark.parametrize(("since", "transport", "leave_at"), CLOCKS)
def test_a_clock_starts_when_its_phase_begins(since: Phase, transport: Transport, leave_at: float) -> None:
    visit = Visit(Departure(BY_CLOCK, Manner.FIN, transport, after_s=0.25, since=since), started=100.0)
    assert (visit.leave_at is None) == (since is not Phase.PAGE)
    go(visit)
    assert visit.leave_at == leave_at


@pytest.mark.parametrize("opening", [IN_CONNECT, WITHOUT])
def test_a_clock_whose_phase_an_app_has_not_starts_with_the_next(opening: Opening) -> None:
    visit = Visit(Departure(BY_CLOCK, Manner.FIN, after_s=0.25, since=Phase.HANDSHAKE), started=100.0)
    go(visit, opening)
    assert visit.leave_at == 107.25


def jittery(
    at: str, transport: Transport = WEBSOCKET, opening: Opening = WITH_TWO
) -> tuple[Visit, list[Step]]:
    """Go as far as a visit gets whose point has jitter."""
    visit = Visit(Departure(at, Manner.FIN, transport, after_s=0.25, dwell_s=2.0), started=100.0)
    return visit, go(visit, opening)


JITTER = [
    ("P00", WEBSOCKET, 100.25, TO_STEADY),
    ("P02", WEBSOCKET, 101.25, TO_STEADY),
    ("P13", WEBSOCKET, 104.25, TO_STEADY),
    ("P16", WEBSOCKET, 107.25, TO_STEADY),
    ("P05", POLLING, 104.25, POLL_STEADY),
    ("P06", POLLING, 105.25, POLL_STEADY),
    ("P09", UPGRADE, 107.25, UP_STEADY),
]


@pytest.mark.parametrize(("at", "transport", "leave_at", "steps"), JITTER)
def test_a_departure_with_jitter_goes_on_past_its_point_and_leaves_by_the_clock(
    at: str, transport: Transport, leave_at: float, steps: list[Step]
) -> None:
    visit, done = jittery(at, transport)
    assert (visit.leave_at, done) == (leave_at, steps)


@pytest.mark.parametrize("at", ["P01", "P16b", "P20", "P20b", "P21", "P22", "P23", "P24", "P25", "P26"])
def test_where_nothing_follows_a_point_jitter_does_not_change_it(at: str) -> None:
    visit, done = jittery(at)
    assert done == dict(OVER_WEBSOCKET)[at]
    visit.leave(Manner.FIN, 200.0, 200.5)
    assert visit.actual == ActualDeparture(at, Manner.FIN)


def test_jitter_in_the_steady_state_is_a_part_of_the_dwelling() -> None:
    visit = Visit(Departure("P19", Manner.FIN, after_s=0.25, dwell_s=2.0), started=100.0)
    go(visit, until=Step.DWELL)
    assert visit.dwell_s == 2.25
    assert Visit(Departure("P20", Manner.FIN, after_s=0.25, dwell_s=2.0), started=100.0).dwell_s == 2.0
    assert Visit(Departure(STAY, Manner.FIN, dwell_s=2.0), started=100.0).dwell_s == 2.0


def test_jitter_at_a_point_that_the_app_has_not_is_that_of_its_substitute() -> None:
    visit, done = jittery("P17", opening=IN_CONNECT)
    assert (visit.leave_at, done) == (107.25, [*TO_CONNECT, Step.DWELL])


def test_only_a_reconnected_visit_is_haunted() -> None:
    visit = visiting("P25")
    go(visit, until=Step.RECONNECT)
    assert not visit.is_haunted
    visit.detour_taken()
    assert visit.is_haunted
    other = visiting("P24")
    go(other)
    assert not other.is_haunted


FLEETING = {
    (point.id, transport) for point in POINTS.values() for transport in point.manners if point.is_fleeting
}


def test_where_a_handler_runs_one_must_not_wait() -> None:
    found = set()
    for at, transport, _ in WAYS:
        visit = visiting(at, transport=transport)
        go(visit, WITH_TWO)
        if visit.is_fleeting:
            found.add((at, transport))
    assert found == FLEETING


MANNERS = [
    (Step.ASK_PAGE, Manner.WS_CLOSE, Manner.FIN),
    (Step.ASK_PAGE, Manner.RST, Manner.RST),
    (Step.READ_UPGRADE, Manner.WS_CLOSE, Manner.FIN),
    (Step.READ_OPEN, Manner.WS_CLOSE, Manner.WS_CLOSE),
    (Step.READ_OPEN, Manner.SIO_DISCONNECT, Manner.WS_CLOSE),
    (Step.SEND_CONNECT, Manner.EIO_CLOSE, Manner.EIO_CLOSE),
    (Step.SEND_CONNECT, Manner.SIO_DISCONNECT, Manner.WS_CLOSE),
    (Step.AWAIT_CONNECT, Manner.SIO_DISCONNECT, Manner.SIO_DISCONNECT),
]

OTHER_MANNERS = [
    (POLLING, Step.READ_POLL, Manner.EIO_CLOSE, Manner.FIN),
    (POLLING, Step.SEND_CONNECT, Manner.WS_CLOSE, Manner.FIN),
    (POLLING, Step.SEND_CONNECT, Manner.EIO_CLOSE, Manner.EIO_CLOSE),
    (POLLING, Step.LEAVE, Manner.WS_CLOSE, Manner.FIN),
    (POLLING, Step.LEAVE, Manner.SIO_DISCONNECT, Manner.SIO_DISCONNECT),
    (UPGRADE, Step.ASK_PROBE, Manner.WS_CLOSE, Manner.FIN),
    (UPGRADE, Step.READ_PROBE_UPGRADE, Manner.WS_CLOSE, Manner.FIN),
    (UPGRADE, Step.SEND_PROBE, Manner.SIO_DISCONNECT, Manner.WS_CLOSE),
    (UPGRADE, Step.SEND_CONNECT, Manner.EIO_CLOSE, Manner.EIO_CLOSE),
]


@pytest.mark.parametrize(
    ("transport", "reached", "planned", "manner"), [*((WEBSOCKET, *row) for row in MANNERS), *OTHER_MANNERS]
)
def test_by_the_clock_one_leaves_in_the_nearest_manner_that_the_point_allows(
    transport: Transport, reached: Step, planned: Manner, manner: Manner
) -> None:
    visit = visiting(BY_CLOCK, planned, transport)
    go(visit, until=reached)
    assert visit.manner is manner


def at_step(
    step: Step, opening: Opening = WITH_EVENT, transport: Transport = WEBSOCKET, at: str = STAY
) -> Visit:
    visit = visiting(at, transport=transport)
    go(visit, opening, until=step)
    return visit


@pytest.mark.parametrize("step", [Step.AWAIT_CONNECT, Step.SEND_HANDSHAKE, Step.DWELL])
def test_a_ping_on_the_way_is_answered_even_by_who_will_not_answer_one(step: Step) -> None:
    visit = at_step(step, at="P21")
    assert visit.receive("2", 200.0) == "3"
    assert visit.point != "P21"


def test_whoever_waits_for_a_ping_leaves_it_unanswered() -> None:
    visit = at_step(Step.AWAIT_PING, at="P21")
    assert visit.receive("2", 200.0) is None
    assert (visit.point, visit.next_step()) == ("P21", Step.LEAVE)


def test_steady_visits_to_other_points_answer_pings() -> None:
    visit = at_step(Step.LEAVE_NAMESPACE, WITH_TWO, at="P26")
    assert visit.receive("2", 200.0) == "3"


@pytest.mark.parametrize(
    ("text", "state"), [("3", State.PROBE_SENT), ("3prob", State.PROBE_SENT), ("3probe", State.PROBED)]
)
def test_only_the_probes_own_answer_answers_it(text: str, state: State) -> None:
    visit = at_step(Step.READ_PROBE, transport=UPGRADE)
    assert visit.receive(text, 200.0) is None
    assert visit.state is state


def test_one_is_connected_once_all_namespaces_have_replied() -> None:
    visit = at_step(Step.AWAIT_CONNECT, WITH_TWO)
    for reply in ("40/chat,{}", "40/other,{}", "40/chat,{}"):
        visit.receive(reply, 200.0)
        assert visit.state is State.CONNECTING
    visit.receive("40{}", 200.0)
    assert visit.state is State.CONNECTED


def test_a_namespace_that_refuses_ends_the_visit() -> None:
    visit = at_step(Step.AWAIT_CONNECT, WITH_TWO)
    visit.receive('44/chat,{"message":"no"}', 200.0)
    assert (visit.outcome, visit.error) == (Outcome.REFUSED, "CONNECT refused")


@pytest.mark.parametrize("second", ['40{"sid":"uvw"}', '44{"message":"Unable to connect"}'])
@pytest.mark.parametrize("step", [Step.SEND_HANDSHAKE, Step.AWAIT_ANSWER, Step.DWELL])
def test_the_answer_to_the_second_connect_changes_nothing(step: Step, second: str) -> None:
    visit = at_step(step, at="P24")
    state = visit.state
    assert visit.receive(second, 200.0) is None
    assert (visit.state, visit.outcome) == (state, None)


def test_in_another_namespace_there_is_no_second_connect() -> None:
    visit = at_step(Step.DWELL, WITH_TWO, at="P24")
    visit.receive('44/chat,{"message":"no"}', 200.0)
    assert visit.outcome is Outcome.REFUSED


def test_the_first_answer_to_two_connects_can_be_no() -> None:
    visit = at_step(Step.AWAIT_CONNECT, at="P24")
    visit.receive('44{"message":"no"}', 200.0)
    assert visit.outcome is Outcome.REFUSED


def test_a_second_reply_before_any_page_is_read_is_out_of_place() -> None:
    visit = visiting("P24")
    visit.detour_taken()
    assert visit.receive("40{}", 200.0) is None  # as far as the protocol can tell: the root's second reply
    with pytest.raises(ProtocolError, match="connect while new"):
        visit.receive("40/chat,{}", 200.0)


LISTENED = [
    ('42["news",1]', Packet(PacketKind.EVENT, '["news",1]')),
    ("431[true]", Packet(PacketKind.ACK, "[true]", id=1)),
    ('451-["b",{"_placeholder":true,"num":0}]', None),
    ('461-1[{"_placeholder":true,"num":0}]', None),
]


@pytest.mark.parametrize(("text", "packet"), LISTENED)
def test_a_listener_hears_events_and_acknowledgements_with_their_time(
    text: str, packet: Packet | None
) -> None:
    heard: list[tuple[Packet, float]] = []
    visit = at_step(Step.DWELL)
    visit.listener = lambda packet, now: heard.append((packet, now))
    assert visit.receive(text, 200.0) is None
    assert [now for _, now in heard] == [200.0]
    assert packet is None or heard[0][0] == packet


def test_a_listener_hears_nothing_of_pings_and_of_the_protocols_own_packets() -> None:
    heard: list[Packet] = []
    visit = at_step(Step.DWELL)
    visit.listener = lambda packet, _: heard.append(packet)
    for text in ("2", "6", "41"):
        visit.receive(text, 200.0)
    assert heard == []


def test_an_answer_reaches_the_listener_and_the_handshake() -> None:
    heard: list[Packet] = []
    visit = at_step(Step.AWAIT_ANSWER)
    visit.listener = lambda packet, _: heard.append(packet)
    visit.receive("430[true]", 200.0)
    assert (len(heard), visit.state) == (1, State.SHAKEN)


def test_connect_can_be_sent_before_it_is_known_what_the_page_wants() -> None:
    visit = at_step(Step.SEND_CONNECT)
    visit.opening = None
    visit.connect_sent(200.0)
    visit.receive("40", 200.0)
    assert visit.state is State.CONNECTED


def test_a_ping_is_answered_with_its_own_payload_wherever_the_visit_is() -> None:
    assert at_step(Step.READ_OPEN).receive("2probe", 200.0) == "3probe"
    assert at_step(Step.DWELL).receive("2", 200.0) == "3"


ENDS = [
    (
        Step.AWAIT_CONNECT,
        '44{"message":"Not you"}',
        (Outcome.REFUSED, "CONNECT refused", '{"message":"Not you"}'),
    ),
    (Step.AWAIT_ANSWER, "430[false]", (Outcome.REFUSED, "handshake refused", "[false]")),
    (Step.AWAIT_ANSWER, "430[ false ]", (Outcome.REFUSED, "handshake refused", "[ false ]")),
    (Step.AWAIT_ANSWER, "41", (Outcome.LOST, "the server sent DISCONNECT", None)),
    (Step.DWELL, "41", (Outcome.LOST, "the server sent DISCONNECT", None)),
    (Step.DWELL, "1", (Outcome.LOST, "the server sent an Engine.IO close", None)),
]


@pytest.mark.parametrize(("step", "text", "end"), ENDS)
def test_the_server_can_end_a_visit(step: Step, text: str, end: tuple[Outcome, str, str | None]) -> None:
    visit = at_step(step)
    assert visit.receive(text, 200.0) is None
    assert (visit.outcome, visit.error, visit.detail) == end
    assert visit.next_step() is Step.LEAVE


def test_only_the_first_end_counts_and_leaving_does_not_change_it() -> None:
    visit = at_step(Step.DWELL)
    visit.end(Outcome.LOST, "first", "x" * 400)
    visit.end(Outcome.TIMED_OUT, "second")
    visit.leave(None, 200.0, 200.0)
    assert (visit.outcome, visit.error, visit.detail) == (Outcome.LOST, "first", "x" * 300)


IGNORED = [
    (Step.AWAIT_CONNECT, '42["early"]'),
    (Step.AWAIT_ANSWER, '42["news",1]'),
    (Step.AWAIT_ANSWER, "431[true]"),
    (Step.AWAIT_ANSWER, "43[true]"),
    (Step.AWAIT_ANSWER, "6"),
    (Step.DWELL, '42["news",1]'),
    (Step.DWELL, "430[true]"),
    (Step.DWELL, '451-["blob",{"_placeholder":true,"num":0}]'),
]


@pytest.mark.parametrize(("step", "text"), IGNORED)
def test_what_is_not_the_protocols_changes_nothing(step: Step, text: str) -> None:
    visit = at_step(step)
    state = visit.state
    assert visit.receive(text, 200.0) is None
    assert (visit.state, visit.outcome) == (state, None)


ANSWERED_BY_EVENT = Opening(HandshakeWay.EVENT, handshake=Handshake('42["hi"]', answer="welcome"))

ANSWERS = [
    (WITH_EVENT, "430[true]", State.SHAKEN),
    (WITH_EVENT, '461-0[{"_placeholder":true,"num":0}]', State.SHAKEN),
    (WITH_EVENT, '42["welcome"]', State.HANDSHAKING),
    (ANSWERED_BY_EVENT, '42["welcome",{"name":"you"}]', State.SHAKEN),
    (ANSWERED_BY_EVENT, '451-["welcome",{"_placeholder":true,"num":0}]', State.SHAKEN),
    (ANSWERED_BY_EVENT, '42["other"]', State.HANDSHAKING),
    (ANSWERED_BY_EVENT, "43[]", State.HANDSHAKING),
]


@pytest.mark.parametrize(("opening", "text", "state"), ANSWERS)
def test_the_handshake_is_answered_by_what_the_app_answers_with(
    opening: Opening, text: str, state: State
) -> None:
    visit = at_step(Step.AWAIT_ANSWER, opening)
    visit.receive(text, 200.0)
    assert visit.state is state


def test_an_answer_without_a_handshake_to_answer_changes_nothing() -> None:
    visit = at_step(Step.AWAIT_ANSWER)
    visit.opening = dataclasses.replace(WITH_EVENT, handshake=None)
    visit.receive("430[true]", 200.0)
    assert visit.state is State.HANDSHAKING


OUT_OF_PLACE = [
    (Step.READ_OPEN, '40{"sid":"xyz"}', "connect while upgraded"),
    (Step.AWAIT_CONNECT, OPEN, "open while connecting"),
    (Step.DWELL, '40{"sid":"xyz"}', "connect while shaken"),
]


@pytest.mark.parametrize(("step", "text", "message"), OUT_OF_PLACE)
def test_a_packet_out_of_its_place_is_an_error_of_the_protocol(step: Step, text: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{message}$"):
        at_step(step).receive(text, 200.0)


def test_a_signal_that_does_not_belong_into_the_state_is_refused() -> None:
    with pytest.raises(ProtocolError, match="dwelt while new"):
        visiting(STAY).happened(Signal.DWELT, 101.0)


def test_the_open_packet_is_kept() -> None:
    visit = at_step(Step.SEND_CONNECT)
    assert visit.opened is not None
    assert (visit.opened.sid, visit.opened.ping_interval_s, visit.opened.ping_timeout_s) == (
        "abc",
        25.0,
        20.0,
    )


FRAMES = st.lists(
    st.sampled_from(
        [
            OPEN,
            "1",
            "2",
            "3probe",
            "40",
            "40/chat,",
            "41",
            '42["welcome"]',
            "430[true]",
            "430[false]",
            "44",
            "6",
            "45",
        ]
    )
    | st.text(max_size=20)
)


@settings(deadline=None)
@given(
    frames=FRAMES,
    opening=st.sampled_from([WITH_EVENT, IN_CONNECT, WITHOUT, UNANSWERED, ANSWERED_BY_EVENT]),
    way=st.sampled_from(
        [
            *((Step.READ_OPEN, WEBSOCKET), (Step.AWAIT_CONNECT, WEBSOCKET), (Step.DWELL, WEBSOCKET)),
            *((Step.READ_POLL, POLLING), (Step.AWAIT_CONNECT, POLLING), (Step.DWELL, POLLING)),
            *((Step.READ_PROBE, UPGRADE), (Step.SEND_UPGRADE, UPGRADE)),
        ]
    ),
    at=st.sampled_from([STAY, BY_CLOCK, "P21", "P24", "P25", "P26"]),
    listens=st.booleans(),
)
def test_whatever_a_server_sends_only_a_protocol_error_comes_out(
    frames: list[str], opening: Opening, way: tuple[Step, Transport], at: str, listens: bool
) -> None:
    visit = at_step(way[0], opening, way[1], at)
    visit.listener = (lambda packet, _: packet.decode()) if listens else None
    for frame in frames:
        try:
            answer = visit.receive(frame, 200.0)
        except ProtocolError:
            return
        assert answer is None or answer == "3" + frame[1:]


PLAIN_ACK = dataclasses.replace(WITH_EVENT, handshake=Handshake('420["handshake",{}]', ack_id=0))
REPLIES = ['40{"sid":"x"}', "40", "40{", "40/chat,{}"]
ACKS = ["430[true]", "430[", "4300[]", "430{}", "431[]", "43[]", "430[false]", "43/chat,0[]"]
LIKELY = st.sampled_from([*REPLIES, *ACKS]) | st.text(alphabet='4036[]{}"/,', max_size=8)


@settings(deadline=None, max_examples=300)
@given(
    texts=st.lists(LIKELY, max_size=4),
    opening=st.sampled_from([PLAIN_ACK, WITH_EVENT, WITH_TWO, IN_CONNECT, WITHOUT, ANSWERED_BY_EVENT]),
    step=st.sampled_from([Step.AWAIT_ANSWER, Step.AWAIT_CONNECT, Step.DWELL]),
    at=st.sampled_from([STAY, "P24", "P16"]),
)
def test_both_lanes_take_in_the_same(texts: list[str], opening: Opening, step: Step, at: str) -> None:
    ends = []
    for listener in (None, lambda *_: None):  # who listens goes the long way
        visit = visiting(at)
        visit.listener = listener
        if opening.way is not HandshakeWay.EVENT and step is Step.AWAIT_ANSWER:
            step = Step.DWELL
        go_until(visit, opening, step)
        error = None
        for text in texts:
            try:
                visit.receive(text, 200.0)
            except ProtocolError as raised:
                error = str(raised)
                break
        ends.append((visit.state, visit.outcome, visit.error, visit.detail, visit.phases_ms, error))
    assert ends[0] == ends[1]


def go_until(visit: Visit, opening: Opening, step: Step) -> None:
    """Go as far as this step, or to the departure when that comes first."""
    now = visit.started
    while visit.next_step() not in (step, Step.LEAVE):
        now += 1.0
        do(visit, visit.next_step(), opening, now)


def test_the_namespaces_that_a_visit_is_in_are_those_that_it_has_not_left() -> None:
    visit = visiting("P26")
    seen = [list(visit.disconnects)]
    go(visit, WITH_TWO, until=Step.LEAVE_NAMESPACE)
    seen.append(list(visit.disconnects))
    visit.detour_taken()
    visit.happened(Signal.NAMESPACE_LEFT, 200.0)
    assert [*seen, list(visit.disconnects)] == [[], ["41", "41/chat,"], ["41"]]


def test_only_who_plans_to_reconnects_by_itself() -> None:
    assert [visiting(at).may_reconnect for at in ("P25", "P24", STAY)] == [True, False, False]


@pytest.mark.parametrize("text", ACKS)
@pytest.mark.parametrize("opening", [PLAIN_ACK, WITH_EVENT])
def test_both_lanes_take_each_answer_alike(text: str, opening: Opening) -> None:
    states = []
    for listener in (None, lambda *_: None):
        visit = at_step(Step.AWAIT_ANSWER, opening)
        visit.listener = listener
        visit.receive(text, 200.0)
        states.append((visit.state, visit.outcome))
    assert states[0] == states[1]
