"""What a visit takes in."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.opening import Handshake, HandshakeWay, Opening
from loadtest.navigation.packet import Packet, PacketKind
from loadtest.navigation.point import Transport
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import State, Step
from tests.navigation.visiting import (
    IN_CONNECT,
    OPEN,
    POLLING,
    UNANSWERED,
    UPGRADE,
    WEBSOCKET,
    WITH_EVENT,
    WITH_TWO,
    WITHOUT,
    at_step,
    go_until,
    visiting,
)


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
