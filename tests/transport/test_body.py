"""The body of an HTTP answer."""

import contextlib
import gzip
import itertools
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Rang
from loadtest.transport.body import decode_body, read_body
from loadtest.transport.fault import VisitError
from loadtest.transport.head import read_head
from tests.transport.feeding import Fed, splits

MIB = 1024 * 1024
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1\r\no\r\n0\r\n\r\n"

HTTP_WORDS = [
    *(b"\r\n", b"\n", b"\r", b": ", b"0", b"5", b"-", b" ", b"HTTP/1.1", b"200", b"101", b"304"),
    *(b"Content-Length", b"Transfer-Encoding", b"chunked", b"Content-Encoding", b"gzip", b"deflate", b"br"),
    *(b"Content-Type", b"text/html; charset=", b"utf-16", b"idna", b"Set-Cookie", b"a=1", b"\xff", b"\0"),
]

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
    (CHUNKED.replace(b"\r\n4\r\n", b"\r\nx\r\n"), Outcome.FAILED, "not HTTP"),
    (CHUNKED.replace(b"\r\n4\r\n", b"\r\n-5\r\n"), Outcome.FAILED, "not HTTP"),
    (
        CHUNKED.replace(b"\r\n4\r\n", b"\r\n-1\r\n") + bytes(33 * MIB),  # read(-1) reads all there is
        Outcome.FAILED,
        "the answer is larger than 16 MiB",
    ),
    (CHUNKED.replace(b"chunked", b"chunked" + 101 * b"\r\na: b"), Outcome.FAILED, "not HTTP"),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (16 * MIB + 1),
        Outcome.FAILED,
        "the answer is larger than 16 MiB",
    ),
    (
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(16 * MIB + 1),
        Outcome.FAILED,
        "the answer is larger than 16 MiB",
    ),
]


@pytest.mark.parametrize(("data", "outcome", "error"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_told(data: bytes, outcome: Outcome, error: str) -> None:
    line = Fed([data[at : at + 65536] for at in range(0, len(data), 65536)])
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
    (gzip.compress(TEXT.encode(), mtime=0), {b"content-encoding": b"GZip"}),
    (gzip.compress(TEXT.encode(), mtime=0), {b"content-encoding": b"x-gzip"}),
    (zlib.compress(TEXT.encode()), {b"content-encoding": b"deflate"}),
    (PLAIN_DEFLATE.compress(TEXT.encode()) + PLAIN_DEFLATE.flush(), {b"content-encoding": b"deflate"}),
]


@pytest.mark.parametrize(("body", "fields"), DECODED)
def test_a_body_is_decoded_as_its_head_says(body: bytes, fields: dict[bytes, bytes]) -> None:
    assert decode_body(body, fields) == "Grüße"


def test_what_is_no_text_in_its_charset_is_replaced() -> None:
    assert decode_body(b"a\xffb", {}) == "a\N{REPLACEMENT CHARACTER}b"


UNDECODED = [
    (b"not gzip", b"gzip", "the answer's compression is broken"),
    (b"\xff\xff", b"deflate", "the answer's compression is broken"),
    (b"brotli", b"br", "the answer's compression was not asked for"),
    (gzip.compress(bytes(17 * MIB)), b"gzip", "the answer is larger than 16 MiB"),
]


@pytest.mark.parametrize(("body", "encoding", "error"), UNDECODED, ids=range(len(UNDECODED)))
def test_a_body_that_cannot_be_decoded_is_told(body: bytes, encoding: bytes, error: str) -> None:
    with pytest.raises(VisitError) as refused:
        decode_body(body, {b"content-encoding": encoding})
    assert (refused.value.outcome, refused.value.error) == (Outcome.FAILED, error)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compression_that_is_cut_off_is_told(encoding: str) -> None:
    body = gzip.compress(b"page" * 99) if encoding == "gzip" else zlib.compress(b"page" * 99)
    with pytest.raises(VisitError, match="the answer's compression is broken"):
        decode_body(body[:-9], {b"content-encoding": encoding.encode()})


def test_nothing_at_all_is_not_cut_off() -> None:
    assert decode_body(b"", {b"content-encoding": b"gzip"}) == ""


@pytest.mark.parametrize("charset", [b"idna", b"undefined", b"a\0b", b"base64", b"\xff", b""])
def test_a_charset_that_is_none_is_taken_for_utf_8(charset: bytes) -> None:
    assert decode_body("ü→".encode(), {b"content-type": b"text/html; charset=" + charset}) == "ü→"


class Interrupted(Fed):
    """Is broken off in its second wait, once."""

    def __init__(self, first: bytes, rest: bytes) -> None:
        super().__init__([first, rest])
        self._waits = 0

    def fill(self) -> bool:
        self._waits += 1
        if self._waits == 2:
            raise Rang
        return super().fill()


@pytest.mark.parametrize("data", [CHUNKED, BODIES[0][0]])
def test_a_wait_that_is_broken_off_can_be_tried_again_without_loss(data: bytes) -> None:
    for cut in range(data.index(b"\r\n\r\n") + 4, len(data)):
        line = Interrupted(data[:cut], data[cut:])
        head = read_head(line)
        with pytest.raises(Rang):
            read_body(line, head)
        assert read_body(line, read_head(line)) == (b"hello", True)


@settings(deadline=None, max_examples=200)
@given(
    begin=st.sampled_from([CHUNKED, BODIES[0][0], b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 ", b""]),
    keep=st.integers(0, 100),
    garbage=st.binary(max_size=60) | st.lists(st.sampled_from(HTTP_WORDS), max_size=12).map(b"".join),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_whatever_comes_only_an_error_of_a_visit_comes_out(
    begin: bytes, keep: int, garbage: bytes, cuts: list[int]
) -> None:
    data = begin[:keep] + garbage
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    line = Fed([data[at:end] for at, end in itertools.pairwise(places)])
    with contextlib.suppress(VisitError):
        head = read_head(line)
        body, _ = read_body(line, head)
        assert isinstance(decode_body(body, head.fields), str)
