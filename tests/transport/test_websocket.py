"""The fast lane of the WebSocket, compared with the library that it is a lane of."""

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import websocket
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websocket import ABNF, WebSocketPayloadException, WebSocketProtocolException

from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Rang
from loadtest.transport.fault import VisitError
from loadtest.transport.websocket import LeanWebSocket, masked_frame
from tests.transport.feeding import Fed, splits
from tests.transport.server import frame

MASK = b"\x01\x02\x03\x04"


def fixed_mask(_: int) -> bytes:
    return MASK


class Reference(websocket.WebSocket):
    """The library alone, over the same kind of line."""

    def __init__(self, line: Fed) -> None:
        super().__init__(get_mask_key=fixed_mask, enable_multithread=False)
        self.line = line

    def _recv(self, bufsize: int) -> bytes:
        line = self.line
        if not line.buffer and not line.fill():
            raise VisitError(Outcome.LOST, "the server closed the connection")
        data, line.buffer = line.buffer[:bufsize], line.buffer[bufsize:]
        return data

    def _send(self, data: str | bytes) -> int:
        assert isinstance(data, bytes)
        self.line.send(data)
        return len(data)

    def receive(self) -> str | bytes:
        opcode, data = self.recv_data()
        if opcode == ABNF.OPCODE_CLOSE:
            raise VisitError(Outcome.LOST, "the server closed the WebSocket")
        assert isinstance(data, bytes)
        try:
            return data.decode() if opcode == ABNF.OPCODE_TEXT else data
        except UnicodeDecodeError as error:  # its own check lets through what is cut off
            raise WebSocketPayloadException from error


@dataclass
class Heard:
    """What came out of a connection, and what it sent."""

    messages: list[str | bytes] = field(default_factory=list)
    end: str = ""
    sent: bytes = b""


def listen(line: Fed, receive: Callable[[], str | bytes]) -> Heard:
    heard = Heard()
    while True:
        try:
            heard.messages.append(receive())
        except VisitError as error:
            heard.end = error.error
            break
        except websocket.WebSocketException as error:
            heard.end = type(error).__name__
            break
    heard.sent = line.sent
    return heard


def listen_lean(chunks: list[bytes]) -> Heard:
    line = Fed(chunks)
    socket = LeanWebSocket(line)
    socket.get_mask_key = fixed_mask
    return listen(line, socket.receive)


def listen_to_library(data: bytes) -> Heard:
    line = Fed([data])
    return listen(line, Reference(line).receive)


TEXTS = st.text(max_size=200) | st.text(alphabet="aé→😀", min_size=30, max_size=70)
FRAMES = st.one_of(
    TEXTS.map(frame),
    TEXTS.map(lambda text: frame(text, 0x01)),  # a fragment
    TEXTS.map(lambda text: frame(text, 0x80)),  # a last fragment
    TEXTS.map(lambda text: frame(text, 0x00)),
    st.binary(max_size=140).map(lambda data: frame(data, 0x82)),
    st.binary(max_size=20).map(frame),  # text that is none
    st.binary(max_size=130).map(lambda data: frame(data, 0x89)),  # pings
    st.binary(max_size=10).map(lambda data: frame(data, 0x8A)),
    st.sampled_from([b"", b"\x03\xe9", b"\x03\xe9going away", b"\x00", b"\x00\x01"]).map(
        lambda data: frame(data, 0x88)
    ),
    TEXTS.map(lambda text: ABNF.create_frame(text, ABNF.OPCODE_TEXT).format()),  # masked
    st.just(bytes((0x81, 126, 0, 3)) + b"abc"),  # longer than it must be
    st.just(bytes((0x81, 127)) + (3).to_bytes(8, "big") + b"abc"),
    st.binary(max_size=8),
)


@settings(deadline=None, max_examples=300)
@given(frames=st.lists(FRAMES, max_size=8), cuts=st.lists(st.integers(0, 1500), max_size=20))
def test_both_lanes_hear_and_answer_the_same_however_the_bytes_are_split(
    frames: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(frames)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    chunks = [data[begin:end] for begin, end in itertools.pairwise(places)]
    assert listen_lean(chunks) == listen_to_library(data)


CONVERSATION = frame("one") + frame("p", 0x89) + frame("tw", 0x01) + frame("o", 0x80) + frame("three→")


def test_a_conversation_is_heard_the_same_wherever_it_is_cut() -> None:
    pong = ABNF.create_frame("p", ABNF.OPCODE_PONG)
    pong.get_mask_key = fixed_mask
    for chunks in splits(CONVERSATION):
        heard = listen_lean(chunks)
        assert heard.messages == ["one", "two", "three→"]
        assert heard.end == "the server closed the connection"
        assert heard.sent == pong.format()


@settings(deadline=None)
@given(text=st.text(max_size=100) | st.integers(100, 70_000).map(lambda size: "x" * size))
@example("x" * 125)
@example("x" * 126)
@example("x" * 65535)
@example("x" * 65536)
def test_both_lanes_send_the_same_bytes(text: str) -> None:
    line = Fed([])
    socket = LeanWebSocket(line)
    socket.send_text(text)
    size = len(text.encode())
    mask_at = 2 if size < 126 else 4 if size < 65536 else 10
    mask = line.sent[mask_at : mask_at + 4]
    reference = ABNF.create_frame(text, ABNF.OPCODE_TEXT)
    reference.get_mask_key = lambda _: mask
    assert line.sent == reference.format()


def unmasked(data: bytes) -> list[tuple[int, bytes | str]]:
    """Take frames of a client's apart with the library: (opcode, payload)."""
    reader = Reference(Fed([data]))
    frames: list[tuple[int, bytes | str]] = []
    while True:
        try:
            read: ABNF = reader.recv_frame()  # type: ignore[no-untyped-call]  # the library's
        except VisitError:
            return frames
        frames.append((read.opcode, read.data))


MESSAGES = st.lists(
    st.text(max_size=30) | st.binary(max_size=30) | st.integers(16_000, 70_000).map(lambda size: "é" * size),
    max_size=5,
)


@settings(deadline=None, max_examples=50)
@given(MESSAGES)
def test_messages_sent_back_to_back_are_the_frames_of_each(messages: list[str | bytes]) -> None:
    line = Fed([])
    LeanWebSocket(line).send_all(messages)
    assert unmasked(line.sent) == [
        (ABNF.OPCODE_BINARY, message) if isinstance(message, bytes) else (ABNF.OPCODE_TEXT, message.encode())
        for message in messages
    ]


def test_short_texts_go_out_in_one_piece() -> None:
    pieces: list[bytes] = []

    class Counting(Fed):
        def send(self, data: bytes) -> None:
            pieces.append(data)

    LeanWebSocket(Counting([])).send_all(["40", "40/chat,", "4" * 200])
    assert len(pieces) == 1
    LeanWebSocket(Counting([])).send_all(["451-[]", b"x"])
    assert len(pieces) == 3


def test_what_carries_a_websocket_is_its_one_line() -> None:
    line = Fed([])
    socket = LeanWebSocket(line)
    socket.listen()
    assert list(socket.lines) == [line]
    assert line.sent == b""


def test_a_frame_that_is_no_message_is_received_as_none() -> None:
    line = Fed([frame("x", 0x89), frame("y", 0x8A), frame("text")])
    socket = LeanWebSocket(line)
    socket.await_message()
    assert [socket.receive_next(), socket.receive_next(), socket.receive_next()] == [None, None, "text"]


def test_waiting_for_a_message_takes_nothing_away() -> None:
    socket = LeanWebSocket(Fed([frame("a")[:1], frame("a")[1:]]))
    socket.await_message()
    socket.await_message()
    assert socket.receive() == "a"
    with pytest.raises(VisitError, match="the server closed the connection"):
        socket.await_message()


class Interrupted(Fed):
    """Is broken off in each wait but the last ones, before anything comes."""

    def __init__(self, chunks: list[bytes]) -> None:
        super().__init__(chunks)
        self.is_broken_off = False

    def fill(self) -> bool:
        self.is_broken_off = not self.is_broken_off
        if self.is_broken_off:
            raise Rang
        return super().fill()


LONG = (
    frame("é" * 40_000) + frame(b"\x81\x01a" * 9, 0x82) + frame("tw", 0x01) + frame("o", 0x80) + frame("end")
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, len(LONG) - 1), max_size=12))
def test_a_wait_that_is_broken_off_goes_on_where_it_was(cuts: list[int]) -> None:
    places = sorted({0, len(LONG), *cuts})
    socket = LeanWebSocket(Interrupted([LONG[at:end] for at, end in itertools.pairwise(places)]))
    received: list[str | bytes] = []
    while len(received) < 4:
        with contextlib.suppress(Rang):
            received.append(socket.receive())
    assert received == ["é" * 40_000, b"\x81\x01a" * 9, "two", "end"]


def test_each_frame_has_a_mask_of_its_own() -> None:
    assert len({masked_frame(b"abcd")[2:6] for _ in range(10)}) == 10


def test_going_away_is_a_close_frame_1001() -> None:
    line = Fed([])
    LeanWebSocket(line).send_going_away()
    reference = ABNF.create_frame(b"\x03\xe9", ABNF.OPCODE_CLOSE)
    reference.get_mask_key = lambda _: line.sent[2:6]
    assert line.sent == reference.format()


CLOSES = [
    (b"", None),
    (b"\x03\xe8", "1000"),
    (b"\x03\xf3oops", "1011 oops"),
]


@pytest.mark.parametrize(("payload", "detail"), CLOSES)
def test_a_close_frame_ends_the_visit_with_its_code_and_reason(payload: bytes, detail: str | None) -> None:
    with pytest.raises(VisitError) as closed:
        LeanWebSocket(Fed([frame(payload, 0x88)])).receive()
    assert (closed.value.outcome, closed.value.detail) == (Outcome.LOST, detail)


def test_text_that_is_none_is_an_error_of_the_protocol_in_both_lanes() -> None:
    for data in (frame(b"\xed\xa0\x80"), frame(b"\xed\xa0", 0x01) + frame(b"\x80", 0x80)):
        with pytest.raises(WebSocketPayloadException):
            LeanWebSocket(Fed([data])).receive()


def test_a_message_without_end_is_broken_off() -> None:
    chunk = frame(bytes(1 << 20), 0x02), *([frame(bytes(1 << 20), 0x00)] * 16)
    with pytest.raises(WebSocketProtocolException, match="a message of more than 16777216 bytes"):
        LeanWebSocket(Fed(chunk)).receive()


def test_long_messages_one_after_the_other_are_no_long_message() -> None:
    message = frame(bytes(10 << 20), 0x82)
    socket = LeanWebSocket(Fed([message, message]))
    assert socket.receive() == socket.receive() == bytes(10 << 20)


def test_a_round_trip_ends_with_the_pong_that_belongs_to_it() -> None:
    line = Fed([frame("news"), frame("old", 0x8A), frame("x", 0x89), frame("now", 0x8A), frame("next")])
    socket = LeanWebSocket(line)
    socket.round_trip(b"now")
    assert socket.receive() == "next"


def test_a_round_trip_that_meets_a_close_frame_has_ended() -> None:
    with pytest.raises(VisitError, match="the server closed the WebSocket"):
        LeanWebSocket(Fed([frame(b"\x03\xe8", 0x88)])).round_trip(b"now")
