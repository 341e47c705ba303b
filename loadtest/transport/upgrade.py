"""The WebSocket upgrade: a request prepared once for each target, an answer checked by hand."""

import random
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from types import MappingProxyType

from loadtest.navigation.record import Outcome
from loadtest.transport.exchange import first_words
from loadtest.transport.fault import VisitError
from loadtest.transport.head import Head, read_head
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.line import Line
from loadtest.transport.target import Target

__all__ = ["Upgrade", "UpgradeRequests", "read_upgrade"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_UPGRADE: Mapping[str, str] = MappingProxyType(
    {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
)
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The upgrade of one connection."""

    request: bytes
    accept: bytes
    """The Sec-WebSocket-Accept that answers the request's key."""


class UpgradeRequests:
    """The part of an upgrade's request that is the same for every visit of a run."""

    def __init__(self, target: Target, socket_path: str, headers: Mapping[str, str]) -> None:
        path = f"{target.base_path}{socket_path}?EIO=4&transport=websocket"
        host = {"Host": target.host_header, "Origin": target.origin}
        self._begin = f"GET {path}".encode("ascii")
        self._headers = b" HTTP/1.1\r\n" + header_lines(host, BROWSER, headers, _UPGRADE)

    def of(self, query: str, trace: bytes, cookies: bytes) -> Upgrade:
        """Return the upgrade of one visit.

        Args:
            query: what the socket's address has beyond ``EIO`` and ``transport``, encoded; the session's
                ``sid`` among it when the visit has one already, from long-polling.
            trace, cookies: header lines, each with its line end.
        """
        key = b64encode(random.getrandbits(128).to_bytes(16, "big"))
        request = b"".join(
            (
                self._begin,
                b"&" + query.encode("ascii") if query else b"",
                self._headers,
                b"Sec-WebSocket-Key: ",
                key,
                b"\r\n",
                trace,
                cookies,
                b"\r\n",
            )
        )
        return Upgrade(request, b64encode(sha1(key + _GUID, usedforsecurity=False).digest()))


def read_upgrade(line: Line, accept: bytes) -> Head:
    """Read the answer to an upgrade; what follows it stays in ``line.buffer``.

    Raises:
        VisitError: the server refused, closed the connection, or does not speak WebSocket.
        OSError: the connection broke.
    """
    head = read_head(line)
    if head.status != _SWITCHING_PROTOCOLS:
        words = first_words(line.buffer[head.size_bytes :])
        raise VisitError(Outcome.REFUSED, f"upgrade answered {head.status}", words)
    fields = head.fields
    if (
        fields.get(b"sec-websocket-accept") != accept
        or fields.get(b"upgrade", b"").lower() != b"websocket"
        or b"upgrade" not in fields.get(b"connection", b"").lower()
        or b"sec-websocket-extensions" in fields  # none was asked for (RFC 6455, 4.1)
    ):
        raise VisitError(Outcome.FAILED, "not the WebSocket protocol", repr(line.buffer[: head.size_bytes]))
    line.buffer = line.buffer[head.size_bytes :]
    return head
