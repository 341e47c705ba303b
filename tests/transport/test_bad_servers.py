"""What a broken server makes of a visit: a named outcome with a stable text, and soon."""

import contextlib
import gzip
import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.transport.driver import Assignment
from tests.transport.certificates import server_context
from tests.transport.driving import connected, drive, driver_of, page, shaken
from tests.transport.server import (
    OPEN,
    PAGE,
    Peer,
    Script,
    acts,
    answer,
    frame,
    gets,
    posts,
    sends,
    serve,
    upgrades,
)

DEADLINE_S = 0.15
STAYS = Departure(STAY, Manner.WS_CLOSE, dwell_s=DEADLINE_S)
OVER_POLLING = Departure(STAY, Manner.FIN, Transport.POLLING, dwell_s=DEADLINE_S)
UPGRADING = Departure(STAY, Manner.WS_CLOSE, Transport.UPGRADE, dwell_s=DEADLINE_S)
LOST = (Outcome.LOST, "the server closed the connection")
NOT_HTTP = (Outcome.FAILED, "not HTTP")
NOT_WEBSOCKET = (Outcome.FAILED, "not the WebSocket protocol")
NOT_SOCKETIO = (Outcome.FAILED, "not the Socket.IO protocol")
NO_PAGE = (Outcome.TIMED_OUT, "no page within the deadline")
NOT_OPEN = (Outcome.TIMED_OUT, "no open packet within the deadline")
TOO_LARGE = (Outcome.FAILED, "the answer is larger than 16 MiB")

End = tuple[Outcome, str | None]


def floods(begin: bytes, chunk: bytes) -> Script:
    """Answer with something that has no end."""

    def script(peer: Peer) -> None:
        peer.request()
        with contextlib.suppress(OSError):  # the client has had enough
            peer.send(begin)
            while True:
                peer.send(chunk)

    return script


def gives(data: bytes) -> Script:
    return acts(Peer.request, sends(data), Peer.end)


def redirect(location: bytes) -> bytes:
    return answer("", b"Location: " + location + b"\r\n", status=b"302 Found")


def redirects(peer: Peer) -> None:
    for _ in range(6):
        peer.request()
        peer.send(redirect(b"/again"))
    peer.end()


PAGES: list[tuple[str, Script, End, str]] = [
    ("garbage", gives(b"\x00\xff garbage"), NOT_HTTP, "P02"),
    ("another protocol", gives(b"220 mail.example ESMTP\r\n"), NOT_HTTP, "P02"),
    ("HTTP/2", gives(b"HTTP/2 200\r\n\r\n"), NOT_HTTP, "P02"),
    ("no status", gives(b"HTTP/1.1 OK\r\n\r\n"), NOT_HTTP, "P02"),
    ("an endless head", floods(b"HTTP/1.1 200 OK\r\n", b"X: " + bytes(8000)), NOT_HTTP, "P02"),
    ("only hints", gives(b"HTTP/1.1 103 Early Hints\r\n\r\n"), NO_PAGE, "P02"),
    ("another protocol's switch", gives(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), NO_PAGE, "P02"),
    ("half a page", gives(PAGE[:-2]), NO_PAGE, "P02"),
    ("a page cut off", acts(Peer.request, sends(PAGE[:-2])), LOST, "P02"),
    (
        "an endless page",
        floods(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + bytes(16384) + b"\r\n"
        ),
        TOO_LARGE,
        "P02",
    ),
    ("a page of too many bytes", gives(PAGE.replace(b": 4", b": 999999999999")), TOO_LARGE, "P02"),
    (
        "a bomb",
        gives(answer(gzip.compress(bytes(17 << 20)), b"Content-Encoding: gzip\r\n")),
        TOO_LARGE,
        "P02",
    ),
    (
        "compression that is none",
        gives(answer("page", b"Content-Encoding: gzip\r\n")),
        (Outcome.FAILED, "the answer's compression is broken"),
        "P02",
    ),
    (
        "chunks of no size",
        gives(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
        NOT_HTTP,
        "P02",
    ),
    ("redirects in a circle", redirects, (Outcome.REFUSED, "page redirects more than 5 times"), "P02"),
    (
        "a redirect to nowhere",
        gives(redirect(b"http://[::1")),
        (Outcome.FAILED, "page redirects to what is no address"),
        "P02",
    ),
    (
        "a page without the value",
        gives(PAGE.replace(b"4\r\n\r\npage", b"7\r\n\r\nnothing")),
        (Outcome.FAILED, "the page lacks what its socket needs"),
        "P02",
    ),
]


@pytest.mark.parametrize(("script", "end", "at"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_a_broken_page_ends_the_visit_with_its_name(script: Script, end: End, at: str) -> None:
    drove = drive(script, departure=STAYS, deadline_s=2.0 if end in (TOO_LARGE, NOT_HTTP) else DEADLINE_S)
    assert drove.end[:2] == end
    assert drove.record.actual is not None
    assert drove.record.actual.at == at


def opens(text: str) -> Script:
    return acts(upgrades(frame(text)), Peer.end)


def agrees_wrongly(peer: Peer) -> None:
    peer.request()
    peer.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    peer.end()


def sends_without_end(peer: Peer) -> None:
    peer.upgrade()
    with contextlib.suppress(OSError):  # the client has had enough
        peer.send(bytes((0x81, 127)) + (1 << 40).to_bytes(8, "big"))
        while True:
            peer.send(bytes(1 << 16))


SOCKETS: list[tuple[str, Script, End, str]] = [
    ("garbage for 101", gives(b"\xff\xff\xff\xff"), NOT_HTTP, "P12"),
    ("a wrong accept", agrees_wrongly, NOT_WEBSOCKET, "P12"),
    ("a page for 101", gives(PAGE), (Outcome.REFUSED, "upgrade answered 200"), "P12"),
    ("nothing", acts(Peer.request, Peer.end), NOT_OPEN, "P12"),
    ("a frame of an unknown kind", acts(upgrades(frame("x", 0x83)), Peer.end), NOT_WEBSOCKET, "P13"),
    ("a frame that has no end", sends_without_end, NOT_WEBSOCKET, "P13"),
    ("half a frame", acts(upgrades(frame(OPEN)[:9]), Peer.end), NOT_OPEN, "P13"),
    ("half a frame, and the end", upgrades(frame(OPEN)[:9]), LOST, "P13"),
    ("text that is none", acts(upgrades(frame(b"\xff\xfe")), Peer.end), NOT_WEBSOCKET, "P13"),
    ("pings without end", acts(upgrades(frame("", 0x89) * 3), Peer.end), NOT_OPEN, "P13"),
    ("binary for an open packet", acts(upgrades(frame(OPEN, 0x82)), Peer.end), NOT_OPEN, "P13"),
    ("an open packet that is no JSON", opens("0{"), NOT_SOCKETIO, "P13"),
    ("an open packet without sid", opens('0{"pingInterval":1,"pingTimeout":1}'), NOT_SOCKETIO, "P13"),
    ("a sid that is no text", opens('0{"sid":5,"pingInterval":1,"pingTimeout":1}'), NOT_SOCKETIO, "P13"),
    (
        "pings once a year",
        opens('0{"sid":"a","pingInterval":31536000000,"pingTimeout":1}'),
        NOT_SOCKETIO,
        "P13",
    ),
    (
        "times that are none",
        opens('0{"sid":"a","pingInterval":Infinity,"pingTimeout":NaN}'),
        NOT_SOCKETIO,
        "P13",
    ),
    ("two open packets", acts(upgrades(frame(OPEN) * 2), Peer.end), NOT_SOCKETIO, "P15"),
    ("an empty packet", acts(upgrades(frame(OPEN) + frame("")), Peer.end), NOT_SOCKETIO, "P15"),
    (
        "CONNECT never answered",
        acts(upgrades(frame(OPEN)), Peer.end),
        (Outcome.TIMED_OUT, "no answer to CONNECT within the deadline"),
        "P15",
    ),
    (
        "the handshake never answered",
        acts(connected, Peer.end),
        (Outcome.TIMED_OUT, "no answer to the handshake within the deadline"),
        "P17",
    ),
    (
        "half an answer to the handshake",
        acts(connected, sends(frame("430[true]")[:5]), Peer.end),
        (Outcome.TIMED_OUT, "no answer to the handshake within the deadline"),
        "P17",
    ),
    (
        "half a packet while it dwells",
        acts(shaken, sends(frame('42["x"]')[:4]), Peer.end),
        (Outcome.COMPLETED, None),
        "P19",
    ),
    ("garbage while it dwells", acts(shaken, sends(frame("x", 0x83)), Peer.end), NOT_WEBSOCKET, "P18"),
]


@pytest.mark.parametrize(
    ("script", "end", "at"), [row[1:] for row in SOCKETS], ids=[row[0] for row in SOCKETS]
)
def test_a_broken_socket_ends_the_visit_with_its_name(script: Script, end: End, at: str) -> None:
    drove = drive(page, script, departure=STAYS, deadline_s=2.0 if end == NOT_WEBSOCKET else DEADLINE_S)
    assert drove.end[:2] == end
    assert drove.record.actual is not None
    assert drove.record.actual.at == at


NO_CONNECT = (Outcome.TIMED_OUT, "no answer to CONNECT within the deadline")
CHUNK = b"4000\r\n" + b"x" * 16384 + b"\r\n"

POLLS: list[tuple[str, Sequence[Script], End, str]] = [
    ("garbage", [gives(b"\xff\xff")], NOT_HTTP, "P04"),
    ("400", [gives(answer("no", status=b"400 Bad"))], (Outcome.REFUSED, "polling answered 400"), "P04"),
    ("an empty body", [gives(answer(""))], NOT_SOCKETIO, "P04"),
    ("a page", [gives(PAGE)], NOT_SOCKETIO, "P04"),
    ("nothing", [acts(Peer.request, Peer.end)], NOT_OPEN, "P04"),
    ("half a body", [gives(answer(OPEN)[:-5])], NOT_OPEN, "P04"),
    (
        "an endless body",
        [floods(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK)],
        TOO_LARGE,
        "P04",
    ),
    (
        "a POST that is refused",
        [gets(OPEN), acts(Peer.post, sends(answer("", status=b"400 Bad")), Peer.end)],
        (Outcome.REFUSED, "polling answered 400"),
        "P06",
    ),
    ("a POST that is never answered", [gets(OPEN), acts(Peer.post, Peer.end)], NO_CONNECT, "P06"),
    ("a GET that is never answered", [gets(OPEN), posts([])], NO_CONNECT, "P06"),
    ("binary that is none", [gets(OPEN, "b!!"), posts([])], NOT_SOCKETIO, "P06"),
    ("a close", [gets(OPEN, "1"), posts([])], (Outcome.LOST, "the server sent an Engine.IO close"), "P06"),
    (
        "a session that it does not know any more",
        [gets(OPEN, answer('{"code":1,"message":"Session ID unknown"}', status=b"400 Bad")), posts([])],
        (Outcome.REFUSED, "polling answered 400"),
        "P06",
    ),
]


@pytest.mark.parametrize(("scripts", "end", "at"), [row[1:] for row in POLLS], ids=[row[0] for row in POLLS])
def test_broken_polling_ends_the_visit_with_its_name(scripts: Sequence[Script], end: End, at: str) -> None:
    drove = drive(page, *scripts, departure=OVER_POLLING, deadline_s=2.0 if end == TOO_LARGE else DEADLINE_S)
    assert drove.end[:2] == end
    assert drove.record.actual == ActualDeparture(at, None if end[0] is Outcome.LOST else Manner.FIN)


NO_UPGRADE = (Outcome.TIMED_OUT, "no upgrade to a WebSocket within the deadline")

PROBES: list[tuple[str, Sequence[Script], End, str]] = [
    ("no 101", [gets(OPEN), acts(Peer.request, Peer.end)], NO_UPGRADE, "P05"),
    (
        "a refusal",
        [gets(OPEN), gives(answer("no", status=b"400 Bad"))],
        (Outcome.REFUSED, "upgrade answered 400"),
        "P05",
    ),
    ("no answer to the probe", [gets(OPEN), acts(upgrades(), Peer.hear, Peer.end)], NO_UPGRADE, "P09"),
    ("a wrong answer", [gets(OPEN), acts(upgrades(frame("3prob")), Peer.end)], NO_UPGRADE, "P09"),
    ("an open packet", [gets(OPEN), acts(upgrades(frame(OPEN)), Peer.end)], NOT_SOCKETIO, "P09"),
    ("no noop", [gets(OPEN), acts(upgrades(frame("3probe")), Peer.end)], NO_UPGRADE, "P10"),
    (
        "a close for the noop",
        [gets(OPEN, "1"), acts(upgrades(frame("3probe")), Peer.end)],
        (Outcome.LOST, "the server sent an Engine.IO close"),
        "P10",
    ),
]


@pytest.mark.parametrize(
    ("scripts", "end", "at"), [row[1:] for row in PROBES], ids=[row[0] for row in PROBES]
)
def test_a_broken_upgrade_ends_the_visit_with_its_name(scripts: Sequence[Script], end: End, at: str) -> None:
    drove = drive(page, *scripts, departure=UPGRADING, deadline_s=DEADLINE_S)
    assert drove.end[:2] == end
    assert drove.record.actual is not None
    assert drove.record.actual.at == at


STRANGE = "a b\r\nX: y&é/?#%\ud800"
STRANGE_OPEN = OPEN.replace("abc", r"a b\r\nX: y&é/?#%\ud800")
QUOTED = b"sid=a%20b%0D%0AX%3A%20y%26%C3%A9%2F%3F%23%25%3F"


def test_a_sid_that_does_not_belong_into_an_address_is_written_as_a_browser_writes_it() -> None:
    heads: list[bytes] = []

    def post(peer: Peer) -> None:
        heads.append(peer.post()[0])
        peer.send(answer("ok"))
        peer.end()

    drove = drive(
        page,
        gets(STRANGE_OPEN, "40", into=heads),
        post,
        departure=Departure("P16", Manner.FIN, Transport.POLLING),
    )
    assert drove.end == (Outcome.LEFT, None, None)
    assert [re.findall(rb"sid=\S+", head.split(b"\r\n")[0]) for head in heads] == [[], [QUOTED], [QUOTED]]


def test_such_a_sid_goes_with_an_upgrade_too() -> None:
    heads: list[bytes] = []

    def probe(peer: Peer) -> None:
        heads.append(peer.upgrade())
        peer.end()

    drove = drive(page, gets(STRANGE_OPEN), probe, departure=Departure("P08", Manner.FIN, Transport.UPGRADE))
    assert drove.end == (Outcome.LEFT, None, None)
    assert QUOTED + b" HTTP/1.1" in heads[0]


def over_tls(script: Script, *, with_tls: bool) -> NavigationRecord:
    with serve(script, context=server_context() if with_tls else None) as served:
        served.scheme = "https"
        driver = driver_of(served)
        tab = driver.new_tab(0)
        record = driver.visit(tab, Assignment(1, 0.0, "/", STAYS))
        tab.close()
    return record


def test_a_certificate_that_does_not_fit_is_told() -> None:
    def script(peer: Peer) -> None:
        with contextlib.suppress(OSError):  # the client hangs up
            server_context().wrap_socket(peer.sock, server_side=True)

    record = over_tls(script, with_tls=False)
    assert (record.outcome, record.error) == (Outcome.FAILED, "no TLS")
    assert record.detail is not None
    assert "certificate verify failed" in record.detail
    assert record.actual == ActualDeparture("P00", None)


def test_a_server_that_speaks_no_tls_is_told() -> None:
    record = over_tls(acts(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Peer.end), with_tls=False)
    assert (record.outcome, record.error) == (Outcome.FAILED, "no TLS")


WORDS = [
    *(b"HTTP/1.1 ", b"200", b"101", b"302", b" OK", b"\r\n", b"\r\n\r\n", b"Content-Length: ", b"0", b"5"),
    *(b"Transfer-Encoding: chunked", b"Location: ", b"/", b"http://[", b"Set-Cookie: a=b", b"\xff", b"\0"),
    *(
        OPEN.encode(),
        b"40",
        b"430[true]",
        b"430[false]",
        b"2",
        b"6",
        b"\x1e",
        b"b",
        b"=",
        b'42["a"]',
        b"page",
    ),
    *(frame(OPEN), frame("40"), frame("2"), frame("", 0x89), frame("", 0x88), b"\x81", b"\x7f"),
]
GARBAGE = st.lists(st.sampled_from(WORDS), max_size=10).map(b"".join) | st.binary(max_size=40)


def plays(data: bytes, *, is_upgraded: bool = False) -> Script:
    """Send this whatever comes, and end."""

    def script(peer: Peer) -> None:
        with contextlib.suppress(OSError, AssertionError):  # the client may leave whenever it likes
            if is_upgraded:
                peer.upgrade()
            else:
                peer.request()
            peer.send(data)

    return script


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.integers(0, 3),
    garbage=GARBAGE,
    transport=st.sampled_from(Transport),
)
def test_whatever_a_server_sends_a_visit_ends_soon_with_a_name(
    place: int, garbage: bytes, transport: Transport
) -> None:
    if place == 0:
        scripts = [plays(garbage)]
    elif transport is Transport.WEBSOCKET:
        scripts = [page, plays(garbage, is_upgraded=place > 1)]
    elif place == 1:
        scripts = [page, plays(garbage)]
    elif transport is Transport.POLLING:
        scripts = [page, gets(OPEN, answer(garbage)), plays(garbage if place == 2 else answer("ok"))]
    else:
        scripts = [page, gets(OPEN, answer(garbage)), plays(garbage, is_upgraded=place == 3)]
    departure = Departure(
        STAY, Manner.WS_CLOSE if transport is Transport.WEBSOCKET else Manner.FIN, transport
    )
    with serve(*scripts, is_whole=False) as served:
        driver = driver_of(served, deadline_s=0.5)
        tab = driver.new_tab(0)
        record = driver.visit(tab, Assignment(1, 0.0, "/", departure))
        tab.close()
    assert record.error != "a fault of loadtest's own", record.detail
    assert record.outcome is not Outcome.DROPPED
