"""The head of an HTTP answer, parsed by hand: a status, and the fields that matter here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.navigation.record import Outcome
from loadtest.transport.fault import CLOSED, VisitError
from loadtest.transport.line import Line

__all__ = ["Head", "read_head"]

_MOST_BYTES = 65536
_VERSIONS = frozenset({b"HTTP/1.1 ", b"HTTP/1.0 "})


@dataclass(frozen=True, slots=True)
class Head:
    """What came before an answer's body; ``line.buffer`` still begins with it."""

    status: int
    version: bytes
    fields: Mapping[bytes, bytes]
    """By lower-case name; of a repeated field the last."""
    cookies: Sequence[bytes]
    """The value of each Set-Cookie field."""
    size_bytes: int
    """With the empty line that ends it."""


def read_head(line: Line) -> Head:
    """Read up to the empty line.

    Raises:
        VisitError: the server closed the connection, or this is not HTTP.
    """
    end = line.buffer.find(b"\r\n\r\n")
    while end < 0:
        if not b"HTTP/".startswith(line.buffer[:5]):
            raise VisitError(Outcome.FAILED, "not HTTP", repr(line.buffer[:80]))
        if len(line.buffer) > _MOST_BYTES:
            raise VisitError(Outcome.FAILED, "not HTTP", f"a head of more than {_MOST_BYTES} bytes")
        if not line.fill():
            raise VisitError(Outcome.LOST, CLOSED)
        end = line.buffer.find(b"\r\n\r\n")
    head = line.buffer[:end]
    if head[:9] not in _VERSIONS or not head[9:12].isdigit():
        raise VisitError(Outcome.FAILED, "not HTTP", repr(head[:80]))
    fields = {}
    cookies = []
    for row in head.split(b"\r\n")[1:]:
        name, _, value = row.partition(b":")
        name = name.lower()
        fields[name] = value.strip()
        if name == b"set-cookie":
            cookies.append(fields[name])
    return Head(int(head[9:12]), head[:8], fields, cookies, end + 4)
