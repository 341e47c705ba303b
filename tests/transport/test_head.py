"""The head of an HTTP answer."""

import pytest

from loadtest.navigation.record import Outcome
from loadtest.transport.fault import VisitError
from loadtest.transport.head import read_head
from tests.transport.feeding import Fed, splits


def test_a_head_is_a_status_and_fields_and_stays_in_the_buffer() -> None:
    data = (
        b"HTTP/1.1 200 OK\r\nContent-Length:  12 \r\nSet-Cookie: a=1\r\nx-odd\r\nSET-COOKIE: b=2\r\n\r\nbody"
    )
    for chunks in splits(data):
        head = read_head(Fed(chunks))
        assert (head.status, head.version, head.size_bytes) == (200, b"HTTP/1.1", len(data) - 4)
        assert head.fields == {b"content-length": b"12", b"set-cookie": b"b=2"}
        assert head.cookies == [b"a=1", b"b=2"]


REFUSED = [
    (b"", Outcome.LOST, "the server closed the connection"),
    (b"HTTP/1.1 200 OK\r\n", Outcome.LOST, "the server closed the connection"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.FAILED, "not HTTP"),
    (b"HTTP/2.0 200 OK\r\n\r\n", Outcome.FAILED, "not HTTP"),
    (b"HTTP/1.1 2xx OK\r\n\r\n", Outcome.FAILED, "not HTTP"),
    (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, Outcome.FAILED, "not HTTP"),
]


@pytest.mark.parametrize(("data", "outcome", "error"), REFUSED, ids=lambda value: str(value)[:20])
def test_what_is_no_head_is_told(data: bytes, outcome: Outcome, error: str) -> None:
    with pytest.raises(VisitError) as refused:
        read_head(Fed([data] if data else []))
    assert (refused.value.outcome, refused.value.error) == (outcome, error)
