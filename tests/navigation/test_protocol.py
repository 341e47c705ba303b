"""One visit without I/O: its steps, its ends, its phases."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.states import Signal, State, Step

HANDSHAKE = Handshake('420["handshake",{}]', ack_id=0, refusal="[false]")
WITH_EVENT = Opening(HandshakeWay.EVENT, handshake=HANDSHAKE)
IN_CONNECT = Opening(HandshakeWay.IN_CONNECT)
WITHOUT = Opening(HandshakeWay.NONE)
OPEN = '0{"sid":"abc","pingInterval":25000,"pingTimeout":20000}'

ACTS = {
    Step.SEND_HALF_REQUEST: Signal.HALF_SENT,
    Step.ASK_PAGE: Signal.PAGE_ASKED,
    Step.ASK_UPGRADE: Signal.UPGRADE_ASKED,
    Step.READ_UPGRADE: Signal.SWITCHED,
    Step.SEND_CONNECT: Signal.CONNECT_SENT,
    Step.SEND_HALF_HANDSHAKE: Signal.HALF_SENT,
    Step.SEND_HALF_FRAME: Signal.HALF_SENT,
    Step.DWELL: Signal.DWELT,
}
SERVER = {
    Step.READ_OPEN: [OPEN],
    Step.AWAIT_CONNECT: ['40{"sid":"xyz"}'],
    Step.AWAIT_ANSWER: ['42["welcome"]', "430[true]"],
}
"""What a server that answers well sends; an app waits for one of the two answers."""


def go(visit: Visit, opening: Opening = WITH_EVENT, until: Step = Step.LEAVE) -> list[Step]:
    """Do what the visit asks for, a second for each step, with a server that answers well."""
    steps: list[Step] = []
    now = visit.started
    while (step := visit.next_step()) is not until:
        now += 1.0
        steps.append(step)
        if step is Step.READ_PAGE:
            visit.page_read(opening, now)
        elif step is Step.SEND_HANDSHAKE:
            visit.handshake_sent(now)
        elif step in SERVER:
            for frame in SERVER[step]:
                assert visit.receive(frame, now) is None
        else:
            visit.happened(ACTS[step], now)
    return steps


def visiting(at: str, manner: Manner = Manner.FIN) -> Visit:
    return Visit(Departure(at, manner), started=100.0)


TO_PAGE = [Step.ASK_PAGE, Step.READ_PAGE]
TO_OPEN = [*TO_PAGE, Step.ASK_UPGRADE, Step.READ_UPGRADE, Step.READ_OPEN]
TO_CONNECT = [*TO_OPEN, Step.SEND_CONNECT, Step.AWAIT_CONNECT]
TO_ANSWER = [*TO_CONNECT, Step.SEND_HANDSHAKE, Step.AWAIT_ANSWER]

STEPS = [
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
    ("P19", [*TO_ANSWER, Step.DWELL]),
    ("P20", [*TO_ANSWER, Step.DWELL, Step.SEND_HALF_FRAME]),
    (STAY, [*TO_ANSWER, Step.DWELL]),
    (BY_CLOCK, [*TO_ANSWER, Step.DWELL]),
]


@pytest.mark.parametrize(("at", "steps"), STEPS, ids=[at for at, _ in STEPS])
def test_a_visit_does_just_what_leads_to_its_departure(at: str, steps: list[Step]) -> None:
    assert go(visiting(at)) == steps


@pytest.mark.parametrize("at", POINTS)
def test_a_visit_that_leaves_where_it_planned_tells_so(at: str) -> None:
    visit = visiting(at)
    go(visit)
    visit.leave(Manner.FIN, 200.0, 200.5)
    assert visit.actual == ActualDeparture(at, Manner.FIN)
    assert visit.outcome is Outcome.LEFT


def test_a_visit_that_stayed_is_completed() -> None:
    visit = visiting(STAY, Manner.WS_CLOSE)
    go(visit)
    visit.leave(visit.manner, 200.0, 200.5)
    assert visit.actual == ActualDeparture("P19", Manner.WS_CLOSE)
    assert visit.outcome is Outcome.COMPLETED


MOVED = [
    (IN_CONNECT, "P16", "P18"),
    (IN_CONNECT, "P16b", "P18"),
    (IN_CONNECT, "P17", "P18"),
    (IN_CONNECT, "P18", "P18"),
    (IN_CONNECT, "P20", "P20"),
    (WITHOUT, "P16", "P16"),
    (WITHOUT, "P16b", "P19"),
    (WITHOUT, "P17", "P19"),
    (WITHOUT, "P18", "P19"),
    (WITHOUT, "P20", "P20"),
]


@pytest.mark.parametrize(("opening", "planned", "actual"), MOVED)
def test_a_point_that_the_app_does_not_have_moves_to_the_next(
    opening: Opening, planned: str, actual: str
) -> None:
    visit = visiting(planned)
    go(visit, opening)
    visit.leave(visit.manner, 200.0, 200.5)
    assert visit.actual.at == actual


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


@pytest.mark.parametrize(("reached", "planned", "manner"), MANNERS)
def test_by_the_clock_one_leaves_in_the_nearest_manner_that_the_point_allows(
    reached: Step, planned: Manner, manner: Manner
) -> None:
    visit = visiting(BY_CLOCK, planned)
    go(visit, until=reached)
    assert visit.manner is manner


def at_step(step: Step, opening: Opening = WITH_EVENT) -> Visit:
    visit = visiting(STAY)
    go(visit, opening, until=step)
    return visit


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
    st.sampled_from([OPEN, "1", "2", "40", "41", '42["welcome"]', "430[true]", "430[false]", "44", "6", "45"])
    | st.text(max_size=20)
)


@settings(deadline=None)
@given(
    frames=FRAMES,
    opening=st.sampled_from([WITH_EVENT, IN_CONNECT, WITHOUT, UNANSWERED, ANSWERED_BY_EVENT]),
    step=st.sampled_from([Step.READ_OPEN, Step.AWAIT_CONNECT, Step.DWELL]),
)
def test_whatever_a_server_sends_only_a_protocol_error_comes_out(
    frames: list[str], opening: Opening, step: Step
) -> None:
    visit = at_step(step, opening)
    for frame in frames:
        try:
            answer = visit.receive(frame, 200.0)
        except ProtocolError:
            return
        assert answer is None or answer == "3" + frame[1:]
