"""The body of an HTTP answer."""

import gzip
import zlib

import pytest

from loadtest.navigation.record import Outcome
from loadtest.transport.body import decode_body, read_body
from loadtest.transport.fault import VisitError
from loadtest.transport.head import read_head
from tests.transport.feeding import Fed, splits

MIB = 1024 * 1024
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1\r\no\r\n0\r\n\r\n"

BODIES = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
    (CHUNKED, b"hello", True),
    (CHUNKED.replace(b"\r\n\r\n4", b"\r\nContent-Length: 3\r\n\r\n4"), b"hello", True),
    (CHUNKED.replace(b"\r\n\r\n4", b"\r\nConnection: close\r\n\r\n4"), b"hello", False),
    (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
    (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b"", True),
]


@pytest.mark.parametrize(("data", "body", "is_kept"), BODIES)
def test_a_body_is_read_however_its_bytes_are_split(data: bytes, body: bytes, is_kept: bool) -> None:
    for chunks in splits(data):
        line = Fed(chunks)
        assert read_body(line, read_head(line)) == (body, is_kept)
        assert line.buffer == b""


def test_bytes_after_the_body_make_the_connection_useless() -> None:
    line = Fed([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello"])
    assert read_body(line, read_head(line)) == (b"he", False)


def test_a_large_body_comes_in_many_chunks() -> None:
    body = bytes(range(256)) * 4096
    data = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    line = Fed([data[at : at + 65536] for at in range(0, len(data), 65536)])
    assert read_body(line, read_head(line)) == (body, True)


BROKEN = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", Outcome.LOST, "the server closed the connection"),
    (CHUNKED[:-14], Outcome.LOST, "the server closed the connection"),
    (CHUNKED.replace(b"\r\n4\r\n", b"\r\nx\r\n"), Outcome.LOST, "the server closed the connection"),
    (CHUNKED.replace(b"chunked", b"chunked" + 101 * b"\r\na: b"), Outcome.FAILED, "not HTTP"),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (16 * MIB + 1),
        Outcome.FAILED,
        "the page is larger than 16 MiB",
    ),
    (
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(16 * MIB + 1),
        Outcome.FAILED,
        "the page is larger than 16 MiB",
    ),
]


@pytest.mark.parametrize(("data", "outcome", "error"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_told(data: bytes, outcome: Outcome, error: str) -> None:
    line = Fed([data])
    head = read_head(line)
    with pytest.raises(VisitError) as refused:
        read_body(line, head)
    assert (refused.value.outcome, refused.value.error) == (outcome, error)


TEXT = "Grüße"
PLAIN_DEFLATE = zlib.compressobj(wbits=-zlib.MAX_WBITS)

DECODED = [
    (TEXT.encode(), {}),
    (TEXT.encode(), {b"content-type": b"text/html; charset=utf-8"}),
    (TEXT.encode("latin-1"), {b"content-type": b'text/html; Charset="ISO-8859-1"'}),
    (TEXT.encode(), {b"content-type": b"text/html; charset=klingon"}),
    (TEXT.encode(), {b"content-encoding": b"identity"}),
    (gzip.compress(TEXT.encode()), {b"content-encoding": b"GZip"}),
    (gzip.compress(TEXT.encode()), {b"content-encoding": b"x-gzip"}),
    (zlib.compress(TEXT.encode()), {b"content-encoding": b"deflate"}),
    (PLAIN_DEFLATE.compress(TEXT.encode()) + PLAIN_DEFLATE.flush(), {b"content-encoding": b"deflate"}),
]


@pytest.mark.parametrize(("body", "fields"), DECODED)
def test_a_body_is_decoded_as_its_head_says(body: bytes, fields: dict[bytes, bytes]) -> None:
    assert decode_body(body, fields) == "Grüße"


def test_what_is_no_text_in_its_charset_is_replaced() -> None:
    assert decode_body(b"a\xffb", {}) == "a\N{REPLACEMENT CHARACTER}b"


UNDECODED = [
    (b"not gzip", b"gzip", "the page's compression is broken"),
    (b"\xff\xff", b"deflate", "the page's compression is broken"),
    (b"brotli", b"br", "the page's compression was not asked for"),
    (gzip.compress(bytes(17 * MIB)), b"gzip", "the page is larger than 16 MiB"),
]


@pytest.mark.parametrize(("body", "encoding", "error"), UNDECODED, ids=range(len(UNDECODED)))
def test_a_body_that_cannot_be_decoded_is_told(body: bytes, encoding: bytes, error: str) -> None:
    with pytest.raises(VisitError) as refused:
        decode_body(body, {b"content-encoding": encoding})
    assert (refused.value.outcome, refused.value.error) == (Outcome.FAILED, error)
