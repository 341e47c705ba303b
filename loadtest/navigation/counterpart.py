"""What stands for a point over a transport that never comes to it, and how a browser leaves there."""

from collections.abc import Mapping
from types import MappingProxyType

from loadtest.navigation.point import POINTS, Manner, Point, Transport

__all__ = ["browser_manner", "counterpart"]

_COUNTERPARTS: Mapping[tuple[str, Transport], str] = MappingProxyType(
    {
        ("P12", Transport.POLLING): "P04",
        ("P12", Transport.UPGRADE): "P04",
        ("P13", Transport.POLLING): "P04",
        ("P13", Transport.UPGRADE): "P04",
        ("P14", Transport.POLLING): "P05",
        ("P14", Transport.UPGRADE): "P05",
        ("P15", Transport.POLLING): "P06",
        ("P19", Transport.POLLING): "P07",
        ("P04", Transport.WEBSOCKET): "P12",
        ("P05", Transport.WEBSOCKET): "P14",
        ("P06", Transport.WEBSOCKET): "P15",
        ("P06", Transport.UPGRADE): "P15",
        ("P07", Transport.WEBSOCKET): "P19",
        ("P07", Transport.UPGRADE): "P19",
    }
)
"""As far on in a connection's life: asked for Engine.IO's open packet (P04: nothing of it is read), had it,
sent CONNECT, dwelt after the handshake."""


def counterpart(point: Point, transport: Transport) -> Point | None:
    """Return the point itself where the transport comes to it, else what stands for it there, or None."""
    if transport in point.manners:
        return point
    other = _COUNTERPARTS.get((point.id, transport))
    return None if other is None else POINTS[other]


def browser_manner(point: Point, transport: Transport) -> Manner:
    """Return how a browser that goes leaves from a point which the transport comes to.

    By a close frame where there is a WebSocket (RFC 6455, 7.4.1: 1001), else without a word.
    """
    possible = point.manners[transport]
    return next(manner for manner in (Manner.WS_CLOSE, Manner.FIN, Manner.EIO_CLOSE) if manner in possible)
