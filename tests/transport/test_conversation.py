"""What a visit says and hears between its handshake and its leaving."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
import socketio.packet
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.packet import read_packet
from loadtest.navigation.record import Outcome
from loadtest.transport.channel import Message
from loadtest.transport.conversation import Conversation
from loadtest.transport.fault import VisitError

SOON_S = 0.02


class Wire:
    """A connection in memory: keeps what is sent, brings what it was given, one message for each wait."""

    def __init__(self, *incoming: Message) -> None:
        self.sent: list[Message] = []
        self.incoming = list(incoming)
        self.conversation: Conversation

    def say(self, messages: Sequence[Message]) -> None:
        self.sent.extend(messages)

    def hear_until(self, until: float) -> bool:
        if not self.incoming:
            return False
        message = self.incoming.pop(0)
        self.conversation.hear(read_packet(message) if isinstance(message, str) else message)
        return time.monotonic() < until


def talk(
    *incoming: Message, namespace: str = "/", values: dict[str, str] | None = None
) -> tuple[Conversation, Wire]:
    wire = Wire(*incoming)
    wire.conversation = Conversation(wire, namespace, values or {})
    return wire.conversation, wire


def hears(*messages: Message) -> Conversation:
    """Return a conversation that has heard this already."""
    conversation, _ = talk()
    for message in messages:
        conversation.hear(read_packet(message) if isinstance(message, str) else message)
    return conversation


def test_an_event_is_emitted_in_the_apps_namespace_or_in_another() -> None:
    conversation, wire = talk(namespace="/chat")
    conversation.emit("say", "hi", {"to": 5})
    conversation.emit("say", namespace="/")
    assert wire.sent == ['42/chat,["say","hi",{"to":5}]', '42["say"]']


def test_bytes_make_an_event_a_binary_one() -> None:
    conversation, wire = talk()
    conversation.emit("file", {"name": "a", "parts": [b"\x01", b"\x02"]}, b"\x03")
    assert wire.sent == [
        (
            '453-["file",{"name":"a","parts":[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]},'
            '{"_placeholder":true,"num":2}]'
        ),
        b"\x01",
        b"\x02",
        b"\x03",
    ]


def test_a_call_returns_what_the_acknowledgement_brings() -> None:
    conversation, wire = talk('42["news"]', '432["other"]', '431[true,{"a":1}]')
    assert conversation.call("join", 5) == [True, {"a": 1}]
    assert wire.sent == ['421["join",5]']


def test_each_call_has_an_id_of_its_own_and_each_namespace_its_answers() -> None:
    conversation, wire = talk('43/chat,1["chat"]', '431["root"]', '432["second"]')
    assert conversation.call("a") == ["root"]
    assert conversation.call("b") == ["second"]
    assert wire.sent == ['421["a"]', '422["b"]']


def test_an_acknowledgement_without_a_list_is_its_own_argument() -> None:
    conversation, _ = talk('431{"a":1}')
    assert conversation.call("a") == [{"a": 1}]


def test_the_handshakes_acknowledgement_answers_no_call() -> None:
    conversation, _ = talk("430[false]", "43[true]", "431[true]")
    assert conversation.call("a") == [True]


def test_whoever_asks_is_told_to_who_watches() -> None:
    asked: list[tuple[str, int, str]] = []
    wire = Wire("431[]", "43/chat,2[]")
    wire.conversation = Conversation(wire, "/", {}, lambda *told: asked.append(told[:3]))
    wire.conversation.call("join")
    wire.conversation.emit("not asked")
    wire.conversation.call("leave", namespace="/chat")
    assert asked == [("/", 1, "join"), ("/chat", 2, "leave")]


def test_a_call_that_nothing_answers_is_told() -> None:
    conversation, _ = talk('42["news"]')
    with pytest.raises(VisitError) as late:
        conversation.call("join", within_s=SOON_S)
    assert (late.value.outcome, late.value.error) == (
        Outcome.TIMED_OUT,
        "no acknowledgement of 'join' within the deadline",
    )


def test_an_event_is_waited_for_among_others() -> None:
    conversation, _ = talk('42["a",1]', '42/chat,["b",2]', "42[]", '42{"b":1}', "42[5]", '42["b",3,4]')
    assert conversation.wait_for("b") == [3, 4]
    assert conversation.wait_for("a") == [1]
    assert conversation.wait_for("b", namespace="/chat") == [2]


def test_an_event_that_came_before_is_waited_for_once() -> None:
    conversation, _ = talk()
    conversation.hear(read_packet('42["a",1]'))
    conversation.hear(read_packet('42["a",2]'))
    assert [conversation.wait_for("a"), conversation.wait_for("a")] == [[1], [2]]
    with pytest.raises(VisitError) as late:
        conversation.wait_for("a", within_s=SOON_S)
    assert (late.value.outcome, late.value.error) == (
        Outcome.TIMED_OUT,
        "no event 'a' within the deadline",
    )


def test_of_events_that_nobody_waits_for_the_oldest_are_forgotten() -> None:
    conversation = hears('42["first"]', *['42["news"]'] * 1000)
    with pytest.raises(VisitError, match="no event 'first' within the deadline"):
        conversation.wait_for("first", within_s=0.0)


def test_attachments_take_their_places() -> None:
    conversation = hears(
        '452-["f",{"_placeholder":true,"num":1},[{"a":{"_placeholder":true,"num":0}}],{"_placeholder":true}]',
        b"\x00",
        b"\x01",
        b"nobody asked for this one",
    )
    assert conversation.wait_for("f") == [b"\x01", [{"a": b"\x00"}], {"_placeholder": True}]


def test_a_binary_acknowledgement_answers_once_its_attachments_have_come() -> None:
    conversation, _ = talk('461-1[{"_placeholder":true,"num":0}]', '42["between"]', b"\x07")
    assert conversation.call("a") == [b"\x07"]
    assert conversation.wait_for("between") == []


def test_a_placeholder_of_an_attachment_that_is_not_there_stays_as_it_is() -> None:
    conversation = hears('451-["f",{"_placeholder":true,"num":5}]', b"\x00")
    assert conversation.wait_for("f") == [{"_placeholder": True, "num": 5}]


def test_attachments_without_a_header_are_let_pass() -> None:
    assert hears(b"x", b"y").checks == {}


@pytest.mark.parametrize("text", ["42[", "431x", '451-["f",'])
def test_what_is_not_json_is_an_error_of_the_protocol(text: str) -> None:
    with pytest.raises(ProtocolError, match="packet without JSON"):
        hears(text, b"")


def test_a_binary_event_that_nests_too_deep_is_an_error_of_the_protocol() -> None:
    depth = 700  # json reads it, and filling in the attachments takes more of the stack
    with pytest.raises(ProtocolError, match=r"nests too deep|without JSON"):
        hears('451-["f",' + "[" * depth + "]" * depth + "]", b"")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(arguments=st.lists(JSON, max_size=3), namespace=st.sampled_from(["/", "/chat"]))
def test_events_are_sent_and_heard_byte_for_byte_as_python_socketio_sends_them(
    arguments: list[Any], namespace: str
) -> None:
    encoded = socketio.packet.Packet(socketio.packet.EVENT, ["e", *arguments], namespace).encode()
    written = encoded if isinstance(encoded, list) else [encoded]
    frames = [f"4{written[0]}", *written[1:]]

    conversation, wire = talk(namespace=namespace)
    conversation.emit("e", *arguments)
    assert wire.sent == frames

    conversation, _ = talk(*frames, namespace=namespace)
    assert conversation.wait_for("e") == arguments


@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=4)
        | st.builds(
            "".join,
            st.lists(
                st.sampled_from(
                    ["45", "46", "42", "1-", "[", "]", '"e"', ",", '{"_placeholder":true,"num":0}', "7"]
                ),
                max_size=8,
            ),
        ),
        max_size=6,
    )
)
def test_whatever_comes_only_a_protocol_error_comes_out(messages: list[Message]) -> None:
    try:
        hears(*messages)
    except ProtocolError:
        return


def test_thinking_hears_what_comes() -> None:
    conversation, wire = talk('42["a"]', '42["b"]')
    conversation.think(SOON_S)
    assert wire.incoming == []
    assert conversation.wait_for("b") == []


def test_a_check_that_fails_once_has_failed() -> None:
    conversation, _ = talk()
    conversation.check(True, "welcome")
    conversation.check(False, "twice", "came twice")
    conversation.check(True, "twice")
    conversation.check(False, "twice", "came three times")
    conversation.check(True, "late")
    conversation.check(False, "late")
    assert conversation.checks == {"welcome": None, "twice": "came twice", "late": "does not hold"}


THINK = Think(Distribution(Law.UNIFORM, 0.0, 2 * SOON_S))


def test_the_steps_of_a_profile_are_done_in_order_with_values_of_the_answers_before() -> None:
    conversation, wire = talk(
        '431["t0k",{"seat":{"row":5}}]',
        '42/chat,["ready",{"name":"Ann"}]',
        values={"client_id": "c0ffee"},
    )
    acts: list[Act] = [
        Emit("join", ("$client_id", {"as": "$$5"}), ack=True, save={"token": "[0]", "row": "[1].seat.row"}),
        THINK,
        Wait("ready", "/chat", save={"name": "[0].name"}),
        Emit("sit", ({"token": "$token", "row": "$row"}, ["${name}!"], 7)),
    ]
    conversation.perform(acts, [0.0, 0.5, 0.0, 0.0])
    assert wire.sent == [
        '421["join","c0ffee",{"as":"$5"}]',
        '42["sit",{"token":"t0k","row":"5"},["Ann!"],7]',
    ]
    assert conversation.values == {"client_id": "c0ffee", "token": "t0k", "row": "5", "name": "Ann"}


def test_a_step_can_send_so_many_random_bytes() -> None:
    conversation, wire = talk("431[]")
    conversation.perform([Emit("file", ("a",), ack=True, attachment_bytes=300)], [0.0])
    header, attachment = wire.sent
    assert header == '451-1["file","a",{"_placeholder":true,"num":0}]'
    assert isinstance(attachment, bytes)
    assert len(attachment) == 300
    assert len(set(attachment)) > 100


@pytest.mark.parametrize(
    "answer", ["431[]", '431[{"token":null}]', '431[{"token":[1]}]', '431[{"token":{}}]']
)
def test_an_answer_without_the_value_is_told(answer: str) -> None:
    conversation, _ = talk(answer)
    with pytest.raises(VisitError, match=r"^an answer lacks what a step saves$"):
        conversation.perform([Emit("join", ack=True, save={"token": "[0].token"})], [0.0])


def test_an_answer_that_an_expression_cannot_take_is_the_answers_fault() -> None:
    conversation, _ = talk("431[5]")
    with pytest.raises(VisitError, match=r"^an answer lacks what a step saves$"):
        conversation.perform([Emit("join", ack=True, save={"seats": "length([0])"})], [0.0])


def test_steps_and_draws_belong_together() -> None:
    conversation, _ = talk()
    with pytest.raises(ValueError, match="shorter"):
        conversation.perform([THINK, THINK], [0.0])
