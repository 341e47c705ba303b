"""The table of points: where a visit can end, over which transports, and in which manners."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["POINTS", "Manner", "Point", "Transport", "find_point"]


class Transport(StrEnum):
    """How Engine.IO's packets travel (Engine.IO protocol, revision 4, "Transports")."""

    WEBSOCKET = "websocket"
    """A WebSocket from the first packet on."""
    POLLING = "polling"
    """HTTP long-polling: one GET that waits for packets, one POST for each send."""
    UPGRADE = "upgrade"
    """Long-polling, upgraded to a WebSocket before CONNECT."""


class Manner(StrEnum):
    """What goes over the wire when a visit leaves."""

    WS_CLOSE = "ws_close"
    """WebSocket close frame 1001 "going away", then TCP close: a browser that navigates (RFC 6455, 7.4.1)."""
    FIN = "fin"
    """TCP close."""
    RST = "rst"
    """TCP reset (SO_LINGER 1, 0)."""
    SIO_DISCONNECT = "sio_disconnect"
    """Socket.IO packet ``41``, drained, then TCP close."""
    EIO_CLOSE = "eio_close"
    """Engine.IO packet ``1``, drained, then TCP close."""
    SILENT = "silent"
    """Nothing: the socket stays open and nobody answers pings, until the run's quiet is over."""


_TCP = frozenset({Manner.FIN, Manner.RST, Manner.SILENT})
_TCP_OR_CLOSE = _TCP | {Manner.EIO_CLOSE}
_POLLING = _TCP_OR_CLOSE | {Manner.SIO_DISCONNECT}
_WEBSOCKET = _TCP | {Manner.WS_CLOSE}
_ENGINE = _WEBSOCKET | {Manner.EIO_CLOSE}
_SOCKET = _ENGINE | {Manner.SIO_DISCONNECT}
_CLOSED = frozenset({Manner.EIO_CLOSE})

_WAYS = (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a connection's life at which a visit can end."""

    id: str
    name: str
    client_has: str
    """What the client has when it leaves here."""
    manners: Mapping[Transport, frozenset[Manner]]
    """The manners in which one can leave here, by the transports that come here."""
    why_not: str = ""
    """Why the other manners cannot be had here."""
    why_no_transport: str = ""
    """Why the other transports never come here."""
    is_fleeting: bool = False
    """Whether a handler of the server is about to move it on: who leaves here must not wait for anything."""

    @property
    def all_manners(self) -> frozenset[Manner]:
        """The manners that some transport allows here."""
        return frozenset[Manner]().union(*self.manners.values())

    def ways(self) -> Iterator[tuple[Transport, Manner]]:
        """Yield every transport and manner in which one can leave here, in the order of their tables."""
        for transport in Transport:
            for manner in Manner:
                if manner in self.manners.get(transport, ()):
                    yield transport, manner


def _over(
    websocket: frozenset[Manner] | None, polling: frozenset[Manner] | None, upgrade: frozenset[Manner] | None
) -> Mapping[Transport, frozenset[Manner]]:
    given = zip(_WAYS, (websocket, polling, upgrade), strict=True)
    return MappingProxyType({transport: manners for transport, manners in given if manners is not None})


_NO_SOCKET = "there is no WebSocket yet"
_NOT_OPEN = "Engine.IO is not open before its open packet is read"
_NOT_CONNECTED = "Socket.IO is not connected before CONNECT is sent"
_HALF_A_FRAME = "the server would take what follows for the rest of the half frame"
_HALF_A_POST = "the server would take what follows for the rest of the half POST"
_NO_FRAMES = "long-polling has no WebSocket"
_ONLY_POLLING = "only long-polling has it"
_POLLING_CLOSE = "it is the Engine.IO close itself"
_DIRECT = "only a visit that opens a WebSocket at once comes here"
_PROBE = "only a visit that upgrades comes here"

_BEFORE = _over(_TCP, _TCP, _TCP)
_ANYWHERE = _over(_SOCKET, _POLLING, _SOCKET)
_FRAMES = _over(_SOCKET, None, _SOCKET)

_ROWS = (
    Point("P00", "tcp_connected", "connected TCP, sent nothing", _BEFORE, _NO_SOCKET),
    Point("P01", "half_request", "sent part of an HTTP request", _BEFORE, _NO_SOCKET),
    Point("P02", "page_asked", "asked for the page, read part of the answer", _BEFORE, _NO_SOCKET),
    Point("P03", "page_read", "read the whole page, never opens a socket", _BEFORE, _NO_SOCKET),
    Point(
        "P04",
        "poll_asked",
        "sent the polling GET that opens Engine.IO, reply unread",
        _over(None, _TCP, _TCP),
        _NOT_OPEN,
        _ONLY_POLLING,
    ),
    Point(
        "P05",
        "poll_opened",
        "read the polling open packet, no CONNECT sent",
        _over(None, _TCP_OR_CLOSE, _TCP_OR_CLOSE),
        _NOT_CONNECTED,
        _ONLY_POLLING,
    ),
    Point(
        "P06",
        "poll_connecting",
        "posted CONNECT, reply not polled",
        _over(None, _POLLING, None),
        _NO_FRAMES,
        "over a WebSocket that is P15",
        is_fleeting=True,
    ),
    Point(
        "P06b",
        "half_post",
        "sent part of the POST that holds CONNECT",
        _over(None, _TCP, None),
        _HALF_A_POST,
        _ONLY_POLLING,
    ),
    Point(
        "P07",
        "poll_pending",
        "dwelt after the handshake, a GET is pending",
        _over(None, _TCP | {Manner.SIO_DISCONNECT}, None),
        "an Engine.IO close here is P07b, and long-polling has no WebSocket",
        "over a WebSocket that is P19",
    ),
    Point(
        "P07b",
        "poll_closed",
        "dwelt after the handshake, posted an Engine.IO close",
        _over(None, _CLOSED, None),
        _POLLING_CLOSE,
        "over a WebSocket that is P19 with eio_close",
    ),
    Point(
        "P08",
        "probe_opened",
        "upgrade: read 101, no probe sent",
        _over(None, None, _WEBSOCKET),
        "the WebSocket carries no packets before its probe",
        _PROBE,
    ),
    Point(
        "P09",
        "probe_sent",
        "upgrade: sent the probe, its answer unread",
        _over(None, None, _WEBSOCKET),
        "the WebSocket carries no packets before its probe is answered",
        _PROBE,
    ),
    Point(
        "P10",
        "probed",
        "upgrade: read the probe's answer, the upgrade packet not sent",
        _over(None, None, _WEBSOCKET),
        "the WebSocket carries no packets before the upgrade packet",
        _PROBE,
    ),
    Point(
        "P11",
        "upgrade_sent",
        "upgrade: sent the upgrade packet, no CONNECT sent",
        _over(None, None, _ENGINE),
        _NOT_CONNECTED,
        _PROBE,
    ),
    Point(
        "P12",
        "upgrade_asked",
        "sent the WebSocket request, 101 unread",
        _over(_TCP, None, None),
        _NO_SOCKET,
        _DIRECT,
    ),
    Point(
        "P13", "upgraded", "read 101, open packet unread", _over(_WEBSOCKET, None, None), _NOT_OPEN, _DIRECT
    ),
    Point(
        "P14",
        "opened",
        "read the open packet, no CONNECT sent",
        _over(_ENGINE, None, None),
        _NOT_CONNECTED,
        "it opens over a GET: that is P05, and after an upgrade P11",
    ),
    Point(
        "P15",
        "connecting",
        "sent CONNECT, the connect handler is running",
        _FRAMES,
        why_no_transport="over long-polling that is P06",
        is_fleeting=True,
    ),
    Point("P16", "before_handshake", "read the CONNECT reply, handshake not sent", _ANYWHERE, _NO_FRAMES),
    Point("P16b", "half_handshake", "sent half of the handshake's frame or POST", _BEFORE, _HALF_A_FRAME),
    Point(
        "P17",
        "handshake_running",
        "emitted the handshake, its handler is running",
        _ANYWHERE,
        _NO_FRAMES,
        is_fleeting=True,
    ),
    Point("P18", "after_handshake", "read the handshake's acknowledgement", _ANYWHERE, _NO_FRAMES),
    Point(
        "P19",
        "steady",
        "dwelt after the handshake, between events",
        _FRAMES,
        why_no_transport="over long-polling that is P07",
    ),
    Point(
        "P20",
        "half_frame",
        "after the handshake, sent half of a frame",
        _over(_TCP, None, _TCP),
        _HALF_A_FRAME,
        _NO_FRAMES,
    ),
    Point(
        "P20b",
        "half_binary",
        "after the handshake, sent a binary event's header, no attachment",
        _over(_WEBSOCKET, _TCP, _WEBSOCKET),
        "the server would take what follows for the attachment",
    ),
    Point("P21", "ping_unanswered", "read a PING, sent no PONG", _ANYWHERE, _NO_FRAMES),
    Point(
        "P22",
        "early_event",
        "sent an event before CONNECT",
        _over(_ENGINE, _TCP_OR_CLOSE, _ENGINE),
        _NOT_CONNECTED,
    ),
    Point(
        "P23",
        "back_to_back",
        "sent CONNECT and the handshake back to back, nothing read",
        _ANYWHERE,
        _NO_FRAMES,
        is_fleeting=True,
    ),
    Point("P24", "double_connect", "sent CONNECT twice, shook hands, dwelt", _ANYWHERE, _NO_FRAMES),
    Point(
        "P25",
        "reconnected",
        "reconnected before its old connection's end was noticed, dwelt",
        _ANYWHERE,
        _NO_FRAMES,
    ),
    Point("P26", "namespace_left", "left one of its namespaces, the connection stays", _ANYWHERE, _NO_FRAMES),
)

POINTS: Mapping[str, Point] = MappingProxyType({row.id: row for row in _ROWS})
"""Every point, by id; up to P20b in the order of a connection's life, then those that have a history."""

_BY_NAME = {row.name: row for row in _ROWS}


def find_point(word: str) -> Point | None:
    """Return the point with this id (``P16``) or name (``before_handshake``), or None."""
    return POINTS.get(word) or _BY_NAME.get(word)
