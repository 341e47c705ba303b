"""The first socket of a duplicated tab: it stays open, and answers pings, beside the visit's own."""

import gevent
from websocket import WebSocketException

from loadtest.errors import LoadtestError
from loadtest.navigation.packet import PacketKind, read_packet
from loadtest.transport.connection import Connection

__all__ = ["Twin"]

_ENDS = (LoadtestError, OSError, WebSocketException)
"""What the server may do to it; the visit is about the other socket."""


class Twin:
    """Hears one connection in a greenlet of its own, which must be ended before the connection is left."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._greenlet = gevent.spawn(self._hear)

    def _hear(self) -> None:
        channel = self._connection.channel
        try:
            while True:
                message = channel.receive()
                if isinstance(message, str) and message[:1] == "2":
                    packet = read_packet(message)
                    if packet.kind is PacketKind.PING:
                        channel.send_all((f"3{packet.data}",))
        except _ENDS:
            return

    def end(self) -> None:
        """Stop hearing; waits for nothing but the greenlet's own end."""
        self._greenlet.kill()
