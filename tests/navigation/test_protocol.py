"""One visit without I/O: its steps, its ends, its phases."""

import pytest

from loadtest.errors import ProtocolError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.states import Signal, State, Step
from tests.navigation.visiting import (
    IN_CONNECT,
    POLLING,
    UNANSWERED,
    UPGRADE,
    WEBSOCKET,
    WITH_EVENT,
    WITH_TWO,
    WITHOUT,
    at_step,
    go,
    visiting,
)

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


def test_a_handshake_that_nothing_answers_is_done_when_it_is_sent() -> None:
    visit = visiting("P18")
    assert go(visit, UNANSWERED) == [*TO_CONNECT, Step.SEND_HANDSHAKE]
    assert visit.state is State.SHAKEN
    assert Phase.HANDSHAKE not in visit.phases_ms  # only sending it took time


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


def test_connect_can_be_sent_before_it_is_known_what_the_page_wants() -> None:
    visit = at_step(Step.SEND_CONNECT)
    visit.opening = None
    visit.connect_sent(200.0)
    visit.receive("40", 200.0)
    assert visit.state is State.CONNECTED


def test_a_visit_that_has_ended_does_nothing_more_but_leave() -> None:
    visit = at_step(Step.DWELL)
    visit.end(Outcome.LOST, "gone")
    assert visit.next_step() is Step.LEAVE


def test_only_the_first_end_counts_and_leaving_does_not_change_it() -> None:
    visit = at_step(Step.DWELL)
    visit.end(Outcome.LOST, "first", "x" * 400)
    visit.end(Outcome.TIMED_OUT, "second")
    visit.leave(None, 200.0, 200.0)
    assert (visit.outcome, visit.error, visit.detail) == (Outcome.LOST, "first", "x" * 300)


def test_a_signal_that_does_not_belong_into_the_state_is_refused() -> None:
    with pytest.raises(ProtocolError, match="dwelt while new"):
        visiting(STAY).happened(Signal.DWELT, 101.0)


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
