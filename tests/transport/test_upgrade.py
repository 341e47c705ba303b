"""The WebSocket upgrade."""

import re
from base64 import b64encode
from hashlib import sha1

import pytest

from loadtest.navigation.record import Outcome
from loadtest.transport.fault import VisitError
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests, read_upgrade
from tests.transport.feeding import Fed, splits
from tests.transport.server import GUID

ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3
AGREED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\n\r\n"
)


def test_the_request_has_what_a_browser_sends_and_what_the_visit_brings() -> None:
    requests = UpgradeRequests(Target.resolve("http://127.0.0.1:8080/app"), "/socket.io/", {"X-Team": "a"})
    upgrade = requests.of("client_id=1", b"traceparent: t\r\n", b"Cookie: a=1\r\n")
    key = re.search(rb"Sec-WebSocket-Key: (.{24})\r\n", upgrade.request)
    assert key is not None
    assert upgrade.request == (
        b"GET /app/socket.io/?EIO=4&transport=websocket&client_id=1 HTTP/1.1\r\n"
        b"Host: 127.0.0.1:8080\r\nOrigin: http://127.0.0.1:8080\r\n"
        b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) loadtest/0.1\r\n"
        b"Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate\r\nX-Team: a\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: " + key[1] + b"\r\ntraceparent: t\r\nCookie: a=1\r\n\r\n"
    )
    assert upgrade.accept == b64encode(sha1(key[1] + GUID).digest())


def test_each_connection_has_a_key_of_its_own() -> None:
    requests = UpgradeRequests(Target.resolve("http://127.0.0.1:8080"), "/socket.io/", {})
    assert len({requests.of("", b"", b"").accept for _ in range(10)}) == 10


def test_without_a_query_nothing_is_added_to_the_address() -> None:
    requests = UpgradeRequests(Target.resolve("http://127.0.0.1:8080"), "/socket.io/", {})
    assert requests.of("", b"", b"").request.startswith(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    )


def test_what_follows_the_answer_stays_in_the_buffer() -> None:
    for chunks in splits(AGREED + b"\x81"):
        line = Fed(chunks)
        read_upgrade(line, ACCEPT)
        line.fill()
        assert line.buffer == b"\x81"


REFUSALS = [
    (
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nnot you",
        (Outcome.REFUSED, "upgrade answered 403", "not you"),
    ),
    (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", (Outcome.REFUSED, "upgrade answered 302", None)),
    (AGREED.replace(b"s3pP", b"S3pP"), (Outcome.FAILED, "not the WebSocket protocol", None)),
    (
        AGREED.replace(b"Upgrade: WebSocket\r\n", b""),
        (Outcome.FAILED, "not the WebSocket protocol", None),
    ),
    (
        AGREED.replace(b", Upgrade\r\n", b"\r\n"),
        (Outcome.FAILED, "not the WebSocket protocol", None),
    ),
    (
        AGREED.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        (Outcome.FAILED, "not the WebSocket protocol", None),
    ),
    (b"HTTP/1.1 101 Switch", (Outcome.LOST, "the server closed the connection", None)),
]


@pytest.mark.parametrize(("data", "end"), REFUSALS, ids=range(len(REFUSALS)))
def test_an_answer_that_does_not_agree_is_told(data: bytes, end: tuple[Outcome, str, str | None]) -> None:
    with pytest.raises(VisitError) as refused:
        read_upgrade(Fed([data]), ACCEPT)
    assert (refused.value.outcome, refused.value.error) == end[:2]
    assert refused.value.detail == end[2] or end[0] is Outcome.FAILED
