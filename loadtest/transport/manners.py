"""What goes over the wire when a visitor leaves: one act for each manner."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from websocket import WebSocketException

from loadtest.navigation.point import Manner
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.fault import VisitError
from loadtest.transport.keeper import Keeper
from loadtest.transport.line import Line
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["ACTS", "Leaving", "leave_by_fin"]

_ENGINE_CLOSE = "1"
_PINGS = 3
_PONGS_WITHIN_S = 0.5
_CLOSED_WITHIN_S = 0.5
_ENOUGH = (Rang, VisitError, OSError, WebSocketException)
"""What ends the wait for a server that has been told goodbye: time, or its closing in any way."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What an act needs."""

    line: Line
    socket: LeanWebSocket | None
    """Given from P13 on."""
    disconnect: str
    """The app's DISCONNECT packet."""
    keeper: Keeper
    alarm: Alarm

    @property
    def open_socket(self) -> LeanWebSocket:
        """The WebSocket; ``POINTS`` allows the manners that need it only where there is one."""
        assert self.socket is not None, "this manner needs a WebSocket"
        return self.socket


def leave_by_fin(line: Line) -> None:
    """Close TCP with a FIN, even where the server's bytes lie unread.

    ``close`` alone would send RST then, and the server would see another departure.
    """
    try:
        line.half_close()
        with contextlib.suppress(OSError):  # FIN is out: what the server does now is its own affair
            line.drain()
    finally:
        line.close()


def _ws_close(leaving: Leaving) -> None:
    leaving.open_socket.send_going_away()
    leave_by_fin(leaving.line)


def _sio_disconnect(leaving: Leaving) -> None:
    _say_goodbye(leaving, leaving.disconnect)


def _eio_close(leaving: Leaving) -> None:
    _say_goodbye(leaving, _ENGINE_CLOSE)


def _say_goodbye(leaving: Leaving, packet: str) -> None:
    """Send a last packet, and close only when the server has dealt with it.

    A connection that is closed under a server that still writes answers with RST; the server's next write
    fails, and it drops the connection with the packet unread: 'transport close' instead of
    'client disconnect'. So FIN waits for pongs (each round trip is one more turn of the server's loop, and
    uvicorn reads no further than a message that the app has not taken), and the close waits for the server's.
    Measured on a server that is busy and sends all the time (uvicorn with wsproto, websockets and
    websockets-sansio; 20 visits each, three rounds): closed at once, 2 to 7 of 40 went wrong; after a sleep
    of 20 ms 1 of 40; with one pong and this close up to 9 of 40 (websockets); with three none of 80.
    Servers that stop answering after ``1`` (simple-websocket) cost the first bound.
    """
    try:
        leaving.open_socket.send_text(packet)
        with contextlib.suppress(*_ENOUGH):
            leaving.alarm.set(time.monotonic() + _PONGS_WITHIN_S)
            for number in range(_PINGS):
                leaving.open_socket.round_trip(b"%d" % number)
        with contextlib.suppress(*_ENOUGH):
            leaving.line.half_close()
            leaving.alarm.set(time.monotonic() + _CLOSED_WITHIN_S)
            leaving.line.await_end()
    finally:
        leaving.line.close()


def _silent(leaving: Leaving) -> None:
    leaving.keeper.hold(leaving.line)


ACTS: Mapping[Manner, Callable[[Leaving], None]] = MappingProxyType(
    {
        Manner.WS_CLOSE: _ws_close,
        Manner.FIN: lambda leaving: leave_by_fin(leaving.line),
        Manner.RST: lambda leaving: leaving.line.reset(),
        Manner.SIO_DISCONNECT: _sio_disconnect,
        Manner.EIO_CLOSE: _eio_close,
        Manner.SILENT: _silent,
    }
)
"""The act of each manner. An act gives the line up; it raises what the connection raises."""
