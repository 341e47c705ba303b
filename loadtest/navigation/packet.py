"""Reading Engine.IO 4 and Socket.IO 5 packets out of text frames, by hand for speed.

Sources: the Engine.IO protocol (revision 4) and the Socket.IO protocol (revision 5). Packets are *written*
by python-socketio's own classes (``loadtest.apps.opening``), once for each target; only the events that
steps emit again and again are written here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from loadtest.errors import ProtocolError

__all__ = ["Open", "Packet", "PacketKind", "read_open", "read_packet", "write_event"]


class PacketKind(StrEnum):
    """What a packet is; Engine.IO's and Socket.IO's kinds side by side."""

    OPEN = "open"
    CLOSE = "close"
    PING = "ping"
    PONG = "pong"
    NOOP = "noop"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    EVENT = "event"
    ACK = "ack"
    CONNECT_ERROR = "connect_error"
    BINARY_EVENT = "binary_event"
    BINARY_ACK = "binary_ack"


_ENGINE = {
    "0": PacketKind.OPEN,
    "1": PacketKind.CLOSE,
    "2": PacketKind.PING,
    "3": PacketKind.PONG,
    "6": PacketKind.NOOP,
}
_SOCKET = {
    "0": PacketKind.CONNECT,
    "1": PacketKind.DISCONNECT,
    "2": PacketKind.EVENT,
    "3": PacketKind.ACK,
    "4": PacketKind.CONNECT_ERROR,
    "5": PacketKind.BINARY_EVENT,
    "6": PacketKind.BINARY_ACK,
}
_BINARY = frozenset({PacketKind.BINARY_EVENT, PacketKind.BINARY_ACK})
_MOST_DIGITS = 18
_MOST_PING_S = 24 * 3600.0
"""No server pings more rarely; a run waits so long for it to notice who is silent."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; ``data`` is its JSON text, not yet decoded (most packets are never looked into)."""

    kind: PacketKind
    data: str = ""
    namespace: str = "/"
    id: int | None = None
    attachments: int = 0
    """Binary messages that follow and belong to it."""

    def decode(self) -> Any:
        """Return the packet's data.

        Raises:
            ProtocolError: it is not JSON.
        """
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError) as error:  # RecursionError: brackets without end
            raise ProtocolError(f"a {self.kind} packet without JSON: {self.data[:80]!r}") from error

    @property
    def event(self) -> str | None:
        """The name of an event's packet, or None when it has none."""
        data = self.decode()
        return data[0] if isinstance(data, list) and data and isinstance(data[0], str) else None


def read_packet(text: str) -> Packet:
    """Read one text frame.

    Raises:
        ProtocolError: no server of this protocol sends this.
    """
    if text[:1] == "4":
        return _read_socket_packet(text)
    kind = _ENGINE.get(text[:1])
    if kind is None:
        raise ProtocolError(f"not an Engine.IO packet: {text[:80]!r}")
    return Packet(kind, text[1:])


def _read_socket_packet(text: str) -> Packet:
    kind = _SOCKET.get(text[1:2])
    if kind is None:
        raise ProtocolError(f"not a Socket.IO packet: {text[:80]!r}")
    at, attachments = 2, 0
    if kind in _BINARY:  # "<number of attachments>-" comes first
        dash = text.find("-", at)
        digits = text[at : max(dash, at)]
        if not (digits.isdecimal() and digits.isascii() and len(digits) <= _MOST_DIGITS):
            raise ProtocolError(f"a binary packet without its attachments' number: {text[:80]!r}")
        at, attachments = dash + 1, int(digits)
    namespace = "/"
    if text[at : at + 1] == "/":
        comma = text.find(",", at)
        end = len(text) if comma < 0 else comma
        namespace, at = text[at:end], end + 1
    start = at
    while text[at : at + 1].isdecimal() and text[at].isascii():
        at += 1
    if at - start > _MOST_DIGITS:
        raise ProtocolError(f"a packet id of {at - start} digits")
    return Packet(kind, text[at:], namespace, int(text[start:at]) if at > start else None, attachments)


_SID = '{"sid":"'


@dataclass(frozen=True, slots=True)
class Open:
    """What an Engine.IO open packet says."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float


def read_open(packet: Packet) -> Open:
    """Read the handshake data of an open packet.

    Raises:
        ProtocolError: a field is missing or of the wrong type.
    """
    text = packet.data
    end = text.find('"', len(_SID))
    if text.startswith(_SID) and end > 0 and "\\" not in text[:end]:
        # the sid comes first, and the rest is the same in every visit
        return Open(text[len(_SID) : end], *_ping_times(_SID + text[end:]))
    return Open(_sid(packet.decode(), text), *_ping_times(text))


def _sid(data: Any, text: str) -> str:
    sid = data.get("sid") if isinstance(data, dict) else None
    if not isinstance(sid, str):
        raise _no_open(text)
    return sid


def _no_open(text: str) -> ProtocolError:
    return ProtocolError(f"an open packet without sid and ping times: {text[:80]!r}")


@lru_cache(maxsize=64)
def _ping_times(text: str) -> tuple[float, float]:
    """Return ping interval and ping timeout of an open packet's data, in seconds."""
    data = Packet(PacketKind.OPEN, text).decode()
    try:
        interval_s, timeout_s = float(data["pingInterval"]) / 1000, float(data["pingTimeout"]) / 1000
        if not (0 <= interval_s <= _MOST_PING_S and 0 <= timeout_s <= _MOST_PING_S):
            raise ValueError("a ping time that no server has")
        _sid(data, text)  # a second one may stand behind the first
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _no_open(text) from error
    return interval_s, timeout_s


_encode = json.JSONEncoder(separators=(",", ":")).encode


def write_event(namespace: str, event: str, arguments: Sequence[Any], ack_id: int | None = None) -> str:
    """Return the text frame of an EVENT without attachments, byte for byte as python-socketio writes it."""
    space = "" if namespace == "/" else f"{namespace},"
    return f"42{space}{'' if ack_id is None else ack_id}{_encode([event, *arguments])}"
