"""The table of departures: the points at which a visit can end, and the manners in which it can."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from loadtest.navigation.draw import Distribution, Stream, choose, uniform

__all__ = ["BY_CLOCK", "POINTS", "STAY", "Choice", "Departure", "Manner", "Mix", "Point", "find_point"]

STAY = "stay"
"""Dwells, then leaves as a browser does; a visit that planned this and did it is *completed*."""
BY_CLOCK = "clock"
"""Leaves so many seconds after its start, wherever its connection happens to be."""


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
_WEBSOCKET = _TCP | {Manner.WS_CLOSE}
_ENGINE = _WEBSOCKET | {Manner.EIO_CLOSE}
_SOCKET = _ENGINE | {Manner.SIO_DISCONNECT}


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a connection's life at which a visit can end."""

    id: str
    name: str
    client_has: str
    """What the client has when it leaves here."""
    manners: frozenset[Manner]
    """The manners in which one can leave here."""
    why_not: str = ""
    """Why the other manners cannot be had here."""


_NO_SOCKET = "there is no WebSocket yet"
_NOT_OPEN = "Engine.IO is not open before its open packet is read"
_NOT_CONNECTED = "Socket.IO is not connected before CONNECT is sent"
_HALF_A_FRAME = "the server would take what follows for the rest of the half frame"

_ROWS = (
    Point("P00", "tcp_connected", "connected TCP, sent nothing", _TCP, _NO_SOCKET),
    Point("P01", "half_request", "sent part of an HTTP request", _TCP, _NO_SOCKET),
    Point("P02", "page_asked", "asked for the page, read part of the answer", _TCP, _NO_SOCKET),
    Point("P03", "page_read", "read the whole page, never opens a socket", _TCP, _NO_SOCKET),
    Point("P12", "upgrade_asked", "sent the WebSocket request, 101 unread", _TCP, _NO_SOCKET),
    Point("P13", "upgraded", "read 101, open packet unread", _WEBSOCKET, _NOT_OPEN),
    Point("P14", "opened", "read the open packet, no CONNECT sent", _ENGINE, _NOT_CONNECTED),
    Point("P15", "connecting", "sent CONNECT, the connect handler is running", _SOCKET),
    Point("P16", "before_handshake", "read the CONNECT reply, handshake not sent", _SOCKET),
    Point("P16b", "half_handshake", "sent half of the handshake's frame", _TCP, _HALF_A_FRAME),
    Point("P17", "handshake_running", "emitted the handshake, its handler is running", _SOCKET),
    Point("P18", "after_handshake", "read the handshake's acknowledgement", _SOCKET),
    Point("P19", "steady", "dwelt after the handshake, between events", _SOCKET),
    Point("P20", "half_frame", "after the handshake, sent half of a frame", _TCP, _HALF_A_FRAME),
)

POINTS: Mapping[str, Point] = MappingProxyType({row.id: row for row in _ROWS})
"""Every point, by id, in the order of a connection's life."""

_BY_NAME = {row.name: row for row in _ROWS}


def find_point(word: str) -> Point | None:
    """Return the point with this id (``P16``) or name (``before_handshake``), or None."""
    return POINTS.get(word) or _BY_NAME.get(word)


@dataclass(frozen=True, slots=True)
class Departure:
    """How one visit is planned to end."""

    at: str
    """A point's id, ``STAY`` or ``BY_CLOCK``."""
    manner: Manner
    after_s: float = 0.0
    """By the clock: seconds after the visit's start."""
    dwell_s: float = 0.0
    """Seconds between the handshake and a departure at P19, or after a stay."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a profile's ``[[departures]]``."""

    at: str
    """A point's id, ``STAY`` or ``BY_CLOCK``."""
    manner: Manner
    weight: float = 1.0
    after_s: Distribution | None = None
    """By the clock: the law of the time after the visit's start."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The departures of a profile with their weights; every draw is a pure function of (seed, number)."""

    choices: Sequence[Choice]
    dwell_s: Distribution
    _cumulative: Sequence[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cumulative = tuple(itertools.accumulate(choice.weight for choice in self.choices))
        object.__setattr__(self, "_cumulative", cumulative)

    def draw(self, seed: int, number: int) -> Departure:
        """Return the departure of navigation ``number``."""
        choice = self.choices[choose(self._cumulative, uniform(seed, number, Stream.DEPARTURE))]
        return Departure(
            at=choice.at,
            manner=choice.manner,
            after_s=choice.after_s.at(uniform(seed, number, Stream.CLOCK)) if choice.after_s else 0.0,
            dwell_s=self.dwell_s.at(uniform(seed, number, Stream.DWELL)),
        )
