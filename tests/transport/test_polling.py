"""Engine.IO over long-polling: payloads, requests, the channel."""

import gzip
import re
from collections.abc import Callable

import engineio.packet
import engineio.payload
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.fault import VisitError
from loadtest.transport.polling import Polling, PollRequests, read_payload, write_payload
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.transport.server import OPEN, Peer, Script, acts, answer, gets, posts, resets, sends, serve

TRACE = b"traceparent: t\r\n"
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n42\r\n6\r\n["hi"]\r\n0\r\n\r\n'
GZIPPED = answer(gzip.compress(b'42["hi"]'), b"Content-Encoding: gzip\r\n")

MESSAGES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e"), max_size=9).map("4".__add__)
    | st.binary(max_size=9),
    min_size=1,
    max_size=16,
)


def packet_of(message: str | bytes) -> engineio.packet.Packet:
    data = message if isinstance(message, bytes) else message[1:]
    return engineio.packet.Packet(engineio.packet.MESSAGE, data)


@settings(deadline=None)
@given(MESSAGES)
def test_payloads_are_written_and_read_as_python_engineio_does(messages: list[str | bytes]) -> None:
    written = engineio.payload.Payload([packet_of(message) for message in messages]).encode()
    assert write_payload(messages) == written
    assert read_payload(written) == messages
    again = engineio.payload.Payload(encoded_payload=write_payload(messages)).packets
    assert [packet.binary for packet in again] == [isinstance(message, bytes) for message in messages]


@settings(deadline=None)
@given(st.text() | st.text(alphabet="b4=+/\x1eaé", max_size=20))
@example("")
@example("b")
@example("b=")
@example("bé")
def test_any_text_is_a_payload_or_a_protocol_error(text: str) -> None:
    try:
        messages = read_payload(text)
    except ProtocolError:
        return
    assert len(messages) == text.count("\x1e") + 1


def test_a_binary_packet_that_is_no_base64_is_told() -> None:
    with pytest.raises(ProtocolError, match=re.escape("a binary packet that is no base64: 'b!'")):
        read_payload("42[]\x1eb!")


BROWSER_LINES = (
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) loadtest/0.1\r\n"
    b"Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate\r\n"
)


def test_requests_look_like_a_browsers_and_name_the_visit() -> None:
    target = Target.resolve("http://127.0.0.1:8080/app")
    requests = PollRequests(target, "/socket.io/", {"X-Team": "a"})
    assert requests.get(b"&t=1&sid=abc", TRACE) == (
        b"GET /app/socket.io/?EIO=4&transport=polling&t=1&sid=abc HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        + BROWSER_LINES
        + b"Accept: */*\r\nConnection: keep-alive\r\nX-Team: a\r\ntraceparent: t\r\n\r\n"
    )
    assert requests.post(b"&t=1", TRACE, b"40") == (
        b"POST /app/socket.io/?EIO=4&transport=polling&t=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        b"Origin: http://127.0.0.1:8080\r\n"
        + BROWSER_LINES
        + b"Accept: */*\r\nConnection: keep-alive\r\nX-Team: a\r\nContent-Type: text/plain;charset=UTF-8\r\n"
        b"Content-Length: 2\r\ntraceparent: t\r\n\r\n40"
    )


def polling(
    act: Callable[[Polling], object], *scripts: Script, query: str = "", tab: Tab | None = None
) -> None:
    """Do something over long-polling, with a server that follows these scripts."""
    with serve(*scripts) as served:
        target = Target.resolve(served.url)
        channel = Polling(target, PollRequests(target, "/s/", {}), tab or Tab(), query, TRACE)
        try:
            act(channel)
        finally:
            channel.close()


def test_a_payload_of_several_packets_is_received_one_after_the_other() -> None:
    received: list[object] = []
    payload = '2\x1e451-["b",{"_placeholder":true,"num":0}]\x1ebAP8=\x1e42["x"]'
    polling(lambda channel: received.extend(channel.receive() for _ in range(5)), gets(payload, "6"))
    assert received == ["2", '451-["b",{"_placeholder":true,"num":0}]', b"\x00\xff", '42["x"]', "6"]


@pytest.mark.parametrize("body", [CHUNKED, GZIPPED], ids=["chunked", "gzip"])
def test_answers_come_chunked_or_compressed(body: bytes) -> None:
    received: list[object] = []
    polling(lambda channel: received.extend([channel.receive(), channel.receive()]), gets(body, body))
    assert received == ['42["hi"]', '42["hi"]']


def test_the_session_and_the_apps_own_query_are_in_every_request() -> None:
    asked: list[bytes] = []
    posted: list[bytes] = []

    def act(channel: Polling) -> None:
        channel.receive()
        channel.opened("a-b_1")
        channel.send_all(["40"])
        channel.receive()

    def post(peer: Peer) -> None:
        posted.append(peer.post()[0])
        peer.send(answer("ok"))
        peer.end()

    polling(act, gets(OPEN, "40", into=asked), post, query="client_id=1")
    lines = [re.sub(rb"t=\w{8}", b"t=", head.split(b"\r\n")[0]) for head in (*asked, *posted)]
    assert lines == [
        b"GET /s/?EIO=4&transport=polling&t=&client_id=1 HTTP/1.1",
        b"GET /s/?EIO=4&transport=polling&t=&client_id=1&sid=a-b_1 HTTP/1.1",
        b"POST /s/?EIO=4&transport=polling&t=&client_id=1&sid=a-b_1 HTTP/1.1",
    ]
    stamps = {re.search(rb"t=(\w{8})", head)[1] for head in (*asked, *posted)}  # type: ignore[index]
    assert len(stamps) == 3


def test_a_cookie_that_an_answer_sets_goes_with_the_next_request() -> None:
    asked: list[bytes] = []
    script = gets(answer(OPEN, b"Set-Cookie: lb=2; path=/\r\n"), "6", into=asked)
    polling(lambda channel: (channel.receive(), channel.receive()), script)
    assert [b"\r\nCookie: lb=2" in head for head in asked] == [False, True]


def test_a_post_is_answered_before_the_next_thing_is_asked_for() -> None:
    seen: list[str] = []

    def act(channel: Polling) -> None:
        channel.send_all(["40"])
        channel.send_all(['42["a"]', b"\x01"])
        seen.append("received " + str(channel.receive()))

    def post(peer: Peer) -> None:
        for _ in range(2):
            seen.append(peer.post()[1].decode())
            peer.send(answer("o")[:-1])
            peer.send(b"o")
            seen.append("answered")
        peer.end()

    def get(peer: Peer) -> None:
        peer.request()
        seen.append("asked")
        peer.send(answer("40"))
        peer.end()

    polling(act, post, get)
    assert seen == ["40", "answered", '42["a"]\x1ebAQ==', "answered", "asked", "received 40"]


def test_half_a_post_ends_amid_its_body() -> None:
    left: list[bytes] = []

    def script(peer: Peer) -> None:
        head = peer.request()
        peer.end()
        left.append(head[-len(b"Content-Length: 27\r\ntraceparent: t") :])
        left.append(peer.buffer)

    polling(lambda channel: channel.send_half(['420["handshake",{"a":"b"}]']), script)
    assert left == [b"Content-Length: 26\r\ntraceparent: t", b'420["handshak']


def test_half_a_post_of_one_byte_is_no_body_at_all() -> None:
    left: list[bytes] = []
    polling(
        lambda channel: channel.send_half(["1"]),
        acts(Peer.request, Peer.end, lambda peer: left.append(peer.buffer)),
    )
    assert left == [b""]


def once(payload: str) -> Script:
    """Answer one GET, then close the connection."""
    return acts(Peer.request, sends(answer(payload)))


def test_a_kept_connection_that_the_server_closed_between_polls_is_replaced() -> None:
    received: list[object] = []
    polling(lambda channel: received.extend([channel.receive(), channel.receive()]), once("6"), once("2"))
    assert received == ["6", "2"]


def test_a_kept_connection_that_is_closed_under_a_pending_get_is_replaced() -> None:
    received: list[object] = []
    first = acts(Peer.request, sends(answer("6")), Peer.request)
    polling(lambda channel: received.extend([channel.receive(), channel.receive()]), first, once("2"))
    assert received == ["6", "2"]


def test_a_connection_that_the_server_does_not_keep_is_not_used_again() -> None:
    received: list[object] = []
    closing = acts(Peer.request, sends(answer("6", b"Connection: close\r\n")), Peer.end)
    polling(lambda channel: received.extend([channel.receive(), channel.receive()]), closing, once("2"))
    assert received == ["6", "2"]


FAILURES = [
    (answer("no", status=b"400 Bad Request"), Outcome.REFUSED, "polling answered 400", "no"),
    (answer("", status=b"502 Bad Gateway"), Outcome.REFUSED, "polling answered 502", None),
    (answer("x", status=b"204 No Content"), Outcome.REFUSED, "polling answered 204", None),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.FAILED, "not HTTP", repr(b"SSH-2.0-OpenSSH_9.2\r\n")),
    (answer("4")[:-1], Outcome.LOST, "the server closed the connection", None),
    (b"", Outcome.LOST, "the server closed the connection", None),
    (
        answer(b"\x1f\x8b", b"Content-Encoding: gzip\r\n"),
        Outcome.FAILED,
        "the answer's compression is broken",
        "it is cut off",
    ),
    (
        answer("x", b"Content-Encoding: br\r\n"),
        Outcome.FAILED,
        "the answer's compression was not asked for",
        "b'br'",
    ),
]


@pytest.mark.parametrize("is_post", [False, True], ids=["get", "post"])
@pytest.mark.parametrize(("data", "outcome", "error", "detail"), FAILURES, ids=[row[2] for row in FAILURES])
def test_an_answer_that_is_none_is_told(
    data: bytes, outcome: Outcome, error: str, detail: str | None, *, is_post: bool
) -> None:
    def act(channel: Polling) -> None:
        if is_post:
            channel.send_all(["40"])
        channel.receive()

    script = acts(Peer.post if is_post else Peer.request, sends(data))
    with pytest.raises(VisitError) as failed:
        polling(act, script)
    assert (failed.value.outcome, failed.value.error, failed.value.detail) == (outcome, error, detail)


def test_a_server_that_resets_is_an_error_of_the_system() -> None:
    with pytest.raises(ConnectionResetError):
        polling(Polling.receive, acts(Peer.request, resets))


def test_an_endless_body_is_broken_off() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        try:
            while True:
                peer.send(chunk)
        except OSError:
            pass

    with pytest.raises(VisitError, match="the answer is larger than 16 MiB"):
        polling(Polling.receive, script)


def test_a_body_that_trickles_is_broken_off_by_the_alarm() -> None:
    def act(channel: Polling) -> None:
        alarm = Alarm()
        alarm.set(0.0)  # rings at the first wait that is one
        channel.receive()

    with pytest.raises(Rang):
        polling(act, Peer.end)


def test_a_wait_that_is_broken_off_loses_nothing() -> None:
    received: list[object] = []

    def act(channel: Polling) -> None:
        alarm = Alarm()
        channel.send_all(["40"])
        for _ in range(3):
            alarm.set(0.0)
            with pytest.raises(Rang):
                channel.await_message()
        channel.await_message()
        received.append(channel.receive_next())

    polling(act, posts([]), gets("40"))
    assert received == ["40"]


def test_what_has_come_already_is_not_waited_for() -> None:
    received: list[object] = []

    def act(channel: Polling) -> None:
        assert not channel.is_waiting
        channel.listen()
        assert channel.is_waiting
        received.append(channel.receive())
        assert channel.is_waiting
        channel.await_message()
        received.append(channel.receive())
        assert not channel.is_waiting

    polling(act, gets("2\x1e6"))
    assert received == ["2", "6"]


def test_asking_twice_sends_one_request() -> None:
    asked: list[bytes] = []

    def act(channel: Polling) -> None:
        channel.ask()
        channel.ask()
        channel.receive()

    polling(act, gets("6", into=asked))
    assert len(asked) == 1


def test_its_lines_are_those_that_have_been_opened() -> None:
    def act(channel: Polling) -> None:
        assert list(channel.lines) == []
        channel.send_all(["40"])
        assert len(channel.lines) == 1
        channel.receive()
        assert len(channel.lines) == 2
        lines = channel.lines
        channel.give_lines_away()
        assert list(channel.lines) == []
        for line in lines:
            line.close()

    polling(act, posts([]), gets("40"))
