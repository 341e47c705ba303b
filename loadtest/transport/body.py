"""The body of an HTTP answer: by its length when it has one, anything else through ``http.client``."""

import http.client
import io
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Rang
from loadtest.transport.fault import CLOSED, VisitError
from loadtest.transport.head import Head
from loadtest.transport.line import Line

__all__ = ["decode_body", "read_body"]

_MOST_BYTES = 16 * 1024 * 1024
_WITHOUT_BODY = frozenset({204, 304})
_TOO_LARGE = f"the answer is larger than {_MOST_BYTES // 1024 // 1024} MiB"


def read_body(line: Line, head: Head) -> tuple[bytes, bool]:
    """Take head and body out of ``line.buffer``; return the body, and whether the line can be used again.

    Raises:
        VisitError: the server closed the connection too early, the body is too large, or this is not HTTP.
    """
    length = head.fields.get(b"content-length", b"")
    is_plain = (
        length.isdigit()
        and len(length) <= 12
        and head.version == b"HTTP/1.1"
        and head.status not in _WITHOUT_BODY
        and b"transfer-encoding" not in head.fields
    )
    if not is_plain:
        return _read_rare(line)
    body = _read_plain(line, head.size_bytes, int(length))
    return body, not line.buffer and head.fields.get(b"connection", b"").lower() != b"close"


def _read_plain(line: Line, begin: int, length: int) -> bytes:
    if length > _MOST_BYTES:
        raise VisitError(Outcome.FAILED, _TOO_LARGE)
    end = begin + length
    missing = end - len(line.buffer)
    if missing > 0:
        chunks = [line.buffer]
        try:
            while missing > 0:
                line.buffer = b""
                if not line.fill():
                    raise VisitError(Outcome.LOST, CLOSED)
                chunks.append(line.buffer)
                missing -= len(line.buffer)
        finally:  # even when the wait is broken off: it may be tried again
            line.buffer = b"".join(chunks)
    body = line.buffer[begin:end]
    line.buffer = line.buffer[end:]
    return body


class _Reader(io.RawIOBase):
    """What the line still has, then what comes, up to the most that an answer may have."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._taken: list[bytes] = []
        self._allowance = 2 * _MOST_BYTES  # one-byte chunks come with more around them than in them
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        line = self._line
        if not line.buffer and not line.fill():
            self.has_ended = True
            return 0
        data = line.buffer[: len(into)]
        into[: len(data)] = data
        line.buffer = line.buffer[len(data) :]
        self._taken.append(data)
        self._allowance -= len(data)
        if self._allowance < 0:
            raise VisitError(Outcome.FAILED, _TOO_LARGE)
        return len(data)

    def put_back(self) -> None:
        """Let the line have what was taken: the wait for the rest was broken off."""
        self._line.buffer = b"".join(self._taken) + self._line.buffer

    def makefile(self, *_: object) -> io.BufferedReader:
        """Play the socket for ``http.client``."""
        return io.BufferedReader(self)


def _read_rare(line: Line) -> tuple[bytes, bool]:
    """Read chunks, or up to the connection's end, or nothing where there is no body."""
    reader = _Reader(line)
    try:
        with http.client.HTTPResponse(reader, method="GET") as response:  # type: ignore[arg-type]  # it asks for makefile alone
            response.begin()
            body = response.read(_MOST_BYTES + 1)
            will_close = response.will_close
    except (http.client.HTTPException, ValueError) as error:
        if reader.has_ended and isinstance(error, http.client.IncompleteRead):
            raise VisitError(Outcome.LOST, CLOSED) from error
        raise VisitError(Outcome.FAILED, "not HTTP", repr(error)) from error
    except Rang:
        reader.put_back()
        raise
    if len(body) > _MOST_BYTES:
        raise VisitError(Outcome.FAILED, _TOO_LARGE)
    return body, not will_close and not line.buffer


def _inflate(body: bytes, window_bits: int) -> bytes:
    decoder = zlib.decompressobj(window_bits)
    data = decoder.decompress(body, _MOST_BYTES)
    if decoder.unconsumed_tail:
        raise VisitError(Outcome.FAILED, _TOO_LARGE)
    if body and not decoder.eof:
        raise zlib.error("it is cut off")
    return data


def _deflate(body: bytes) -> bytes:
    """Read zlib's format, or what some servers send instead: the bare stream (RFC 9110, 8.4.1.2)."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(body, -zlib.MAX_WBITS)


_DECODERS: Mapping[bytes, Callable[[bytes], bytes]] = MappingProxyType(
    {
        b"identity": lambda body: body,
        b"gzip": lambda body: _inflate(body, 16 + zlib.MAX_WBITS),
        b"x-gzip": lambda body: _inflate(body, 16 + zlib.MAX_WBITS),
        b"deflate": _deflate,
    }
)


def decode_body(body: bytes, fields: Mapping[bytes, bytes]) -> str:
    """Undo the content encoding, and return the text.

    Raises:
        VisitError: the encoding is unknown, broken, or hides too large a page.
    """
    encoding = fields.get(b"content-encoding")
    if encoding:
        decoder = _DECODERS.get(encoding.lower())
        try:
            body = decoder(body) if decoder else body
        except zlib.error as error:
            raise VisitError(Outcome.FAILED, "the answer's compression is broken", str(error)) from error
        if decoder is None:
            raise VisitError(
                Outcome.FAILED, "the answer's compression was not asked for", repr(encoding[:80])
            )
    _, is_given, charset = fields.get(b"content-type", b"").lower().partition(b"charset=")
    try:
        return body.decode(charset.strip(b" \"'").decode("latin-1") if is_given else "utf-8", "replace")
    except (LookupError, ValueError):  # no such encoding, or none that takes any bytes
        return body.decode("utf-8", "replace")
