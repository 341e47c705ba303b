"""Exceptions that are no errors: refusals, work that was called off, and clients that have left."""

from __future__ import annotations

import errno
import sys

from .fingerprint import came_through_the_app, raised_in

__all__ = ["is_harmless"]

_REFUSALS = (
    ("socketio.exceptions", "ConnectionRefusedError"),
    ("starlette.exceptions", "HTTPException"),
    ("starlette.exceptions", "WebSocketException"),
    ("werkzeug.exceptions", "HTTPException"),
    ("aiohttp.web_exceptions", "HTTPException"),
    ("tornado.web", "HTTPError"),
    ("tornado.web", "Finish"),
    ("django.http", "Http404"),
    ("django.core.exceptions", "PermissionDenied"),
    ("concurrent.futures", "CancelledError"),
)
"""What an app raises to answer, not because something went wrong; and what says that it was called off."""

_DEPARTURES = (
    ("ssl", "SSLError"),
    ("asyncio", "IncompleteReadError"),
    ("engineio.exceptions", "SocketIsClosedError"),
    ("uvicorn.protocols.utils", "ClientDisconnected"),
    ("simple_websocket", "ConnectionClosed"),
    ("websockets.exceptions", "ConnectionClosed"),
    ("wsproto.utilities", "LocalProtocolError"),
    ("wsproto.utilities", "RemoteProtocolError"),
    ("h11", "ProtocolError"),
    ("h11", "LocalProtocolError"),
    ("h11", "RemoteProtocolError"),
    ("geventwebsocket.exceptions", "WebSocketError"),
    ("eventlet.websocket", "ConnectionClosedError"),
    ("tornado.websocket", "WebSocketClosedError"),
    ("tornado.iostream", "StreamClosedError"),
    ("starlette.websockets", "WebSocketDisconnect"),
    ("starlette.requests", "ClientDisconnect"),
)
"""What servers raise when a client is not there any more."""

_GONE = frozenset(
    (
        errno.EPIPE,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.ENOTCONN,
        errno.ESHUTDOWN,
        errno.EBADF,
        errno.ETIMEDOUT,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    )
)
_WSGI_ENDINGS = "engineio.async_drivers._websocket_wsgi"
"""Here python-engineio raises ConnectionError and StopIteration so that a server drops the request."""


def is_harmless(error: BaseException) -> bool:
    """Return whether this is not a server error."""
    kind = type(error)
    # asyncio.CancelledError, GreenletExit, SystemExit, KeyboardInterrupt and GeneratorExit are none of these
    if not issubclass(kind, Exception) or _is_one_of(kind, _REFUSALS):
        return True
    if not _is_of_a_connection(error, kind) and not _is_one_of(kind, _DEPARTURES):
        return issubclass(kind, StopIteration) and raised_in(error, _WSGI_ENDINGS)
    # a connection that the app's own code was using (a database's, say) is the app's business
    return not came_through_the_app(error)


def _is_of_a_connection(error: BaseException, kind: type) -> bool:
    # python-engineio raises a bare OSError where a WebSocket has ended
    # not isinstance: it asks an exception's own __class__, which may be anything
    number = getattr(error, "errno", None) if issubclass(kind, OSError) else 0
    return issubclass(kind, ConnectionError) or number in _GONE or (kind is OSError and number is None)


def _is_one_of(kind: type, names: tuple[tuple[str, str], ...]) -> bool:
    for module, name in names:
        found = getattr(sys.modules.get(module), name, None)
        if isinstance(found, type) and issubclass(kind, found):
            return True
    return False
