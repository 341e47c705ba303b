"""Frameworks whose apps write their own pages: the stock client opens the socket, and the rest is the app's.

Drawn from socket.io-client 4.8.4 in Chromium on each of them. What differs between them is nothing that a
page sends: path ``/socket.io/``, namespace ``/``, no query, CONNECT without auth unless the author gives it,
polling first and then an upgrade to WebSocket, pings every 25 s with a time-out of 20 s. So they share the
keys of ``generic``, and their handshake, where there is one, is for the profile to say.
"""

from collections.abc import Mapping
from types import MappingProxyType

from loadtest.apps.generic_table import GenericTable
from loadtest.apps.table import Transports
from loadtest.navigation.point import Transport

__all__ = ["STOCK", "StockTable"]

STOCK: Mapping[str, str] = MappingProxyType(
    {
        "flask-socketio": "Flask-SocketIO 5.7.0, async modes threading and gevent",
        "python-socketio": "python-socketio 5.18.1, ASGI under uvicorn and WSGI under werkzeug",
        "socketio-node": "Socket.IO for Node 4.8.4 with express 5.3.0",
    }
)
"""The preset's name, and what it was tried on."""


class StockTable(GenericTable):
    """What these presets let a profile say: all that ``generic`` does."""

    transports: Transports = (Transport.UPGRADE, Transport.WEBSOCKET)
    """The upgrade is what a page does unless its author says otherwise; it does not come to all points."""
