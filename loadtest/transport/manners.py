"""What goes over the wire when a visitor leaves: one act for each manner."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from websocket import WebSocketException

from loadtest.errors import ProtocolError
from loadtest.navigation.point import Manner
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.fault import VisitError
from loadtest.transport.keeper import Keeper
from loadtest.transport.line import Line
from loadtest.transport.polling import Polling
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["ACTS", "Leaving", "leave_by_fin"]

_ENGINE_CLOSE = "1"
_PINGS = 3
_PONGS_WITHIN_S = 0.5
_ANSWERED_WITHIN_S = 1.0
_CLOSED_WITHIN_S = 0.5
_ENOUGH = (Rang, VisitError, ProtocolError, OSError, WebSocketException)
"""What ends the wait for a server that has been told goodbye: time, or its closing in any way."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What an act needs."""

    lines: Sequence[Line]
    """Every connection of the visit that ends now, the WebSocket's first."""
    socket: LeanWebSocket | None
    """Given once a server has switched to it."""
    polling: Polling | None
    """Given while long-polling carries the packets."""
    disconnects: Sequence[str]
    """The DISCONNECT packets of the namespaces that the visit is in, when its manner needs them."""
    keeper: Keeper
    alarm: Alarm

    @property
    def open_socket(self) -> LeanWebSocket:
        """The WebSocket; ``POINTS`` allows the manners that need it only where there is one."""
        assert self.socket is not None, "this manner needs a WebSocket"
        return self.socket


def leave_by_fin(line: Line) -> None:
    """Close TCP with a FIN, even where the server's bytes lie unread.

    ``close`` alone would send RST then, and the server would see another departure. Where nothing lies
    unread, which is nearly always, ``close`` sends the FIN itself.
    """
    try:
        if not line.is_quiet():
            line.half_close()
            with contextlib.suppress(OSError):  # FIN is out: what the server does now is its own affair
                line.drain()
    finally:
        line.close()


def _fin(leaving: Leaving) -> None:
    for line in leaving.lines:
        leave_by_fin(line)


def _rst(leaving: Leaving) -> None:
    for line in leaving.lines:
        line.reset()


def _ws_close(leaving: Leaving) -> None:
    leaving.open_socket.send_going_away()
    _fin(leaving)


def _sio_disconnect(leaving: Leaving) -> None:
    _say_goodbye(leaving, leaving.disconnects)


def _eio_close(leaving: Leaving) -> None:
    _say_goodbye(leaving, (_ENGINE_CLOSE,))


def _say_goodbye(leaving: Leaving, packets: Sequence[str]) -> None:
    if leaving.polling is not None:
        _post_goodbye(leaving, leaving.polling, packets)
    else:
        _send_goodbye(leaving, packets)


def _post_goodbye(leaving: Leaving, polling: Polling, packets: Sequence[str]) -> None:
    """Post the last packets; the POST's answer says that the server has dealt with them."""
    try:
        polling.send_all(packets)
        with contextlib.suppress(*_ENOUGH):
            leaving.alarm.set(time.monotonic() + _ANSWERED_WITHIN_S)
            polling.finish_sending()
    finally:
        for line in polling.lines:
            with contextlib.suppress(OSError):  # it has been told: what it does now is its own affair
                leave_by_fin(line)


def _send_goodbye(leaving: Leaving, packets: Sequence[str]) -> None:
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
        leaving.open_socket.send_all(packets)
        with contextlib.suppress(*_ENOUGH):
            leaving.alarm.set(time.monotonic() + _PONGS_WITHIN_S)
            for number in range(_PINGS):
                leaving.open_socket.round_trip(b"%d" % number)
        with contextlib.suppress(*_ENOUGH):
            leaving.open_socket.line.half_close()
            leaving.alarm.set(time.monotonic() + _CLOSED_WITHIN_S)
            leaving.open_socket.line.await_end()
    finally:
        for line in leaving.lines:
            line.close()


def _silent(leaving: Leaving) -> None:
    for line in leaving.lines:
        leaving.keeper.hold(line)


ACTS: Mapping[Manner, Callable[[Leaving], None]] = MappingProxyType(
    {
        Manner.WS_CLOSE: _ws_close,
        Manner.FIN: _fin,
        Manner.RST: _rst,
        Manner.SIO_DISCONNECT: _sio_disconnect,
        Manner.EIO_CLOSE: _eio_close,
        Manner.SILENT: _silent,
    }
)
"""The act of each manner. An act gives the line up; it raises what the connection raises."""
