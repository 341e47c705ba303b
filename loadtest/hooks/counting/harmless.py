"""Exceptions that are no errors: refusals, work that was called off, and clients that have left."""

from __future__ import annotations

import errno
import sys

from .fingerprint import came_through_the_app, modules_below_the_app, raised_in

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
    ("simple_websocket", "ConnectionClosed"),
    ("websockets.exceptions", "ConnectionClosed"),
    ("wsproto.utilities", "LocalProtocolError"),
    ("wsproto.utilities", "RemoteProtocolError"),
    ("h11", "ProtocolError"),
    ("h11", "LocalProtocolError"),
    ("h11", "RemoteProtocolError"),
    ("geventwebsocket.exceptions", "WebSocketError"),
    ("eventlet.websocket", "ConnectionClosedError"),
)
"""What servers raise when a client is not there any more, and clients when a server is not."""

_VISITOR_LEFT = (
    ("uvicorn.protocols.utils", "ClientDisconnected"),
    ("starlette.requests", "ClientDisconnect"),
    ("starlette.websockets", "WebSocketDisconnect"),
    ("tornado.iostream", "StreamClosedError"),
    ("tornado.websocket", "WebSocketClosedError"),
    ("django.http", "UnreadablePostError"),
)
"""What a page's handler gets that still reads its request or writes its answer when the visitor has left.

It comes through the app's frames, and is no fault of its: nothing else raises these. (An app that speaks to
others by tornado's bare streams would have them too; tornado's HTTP client has exceptions of its own.)
"""
_ANSWERS = frozenset(
    (
        *("aiohttp.web_fileresponse", "aiohttp.web_response", "aiohttp.web_ws"),
        *("eventlet.wsgi", "gevent.pywsgi", "gunicorn.http.body", "werkzeug.serving"),
    )
)
"""Modules by which an app reads its request and writes its answer; no client has part in them.

aiohttp's HTTP client and sockets of all kinds raise the very same exceptions.
"""

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
_GROUPS = (("builtins", "BaseExceptionGroup"), ("exceptiongroup", "BaseExceptionGroup"))
_WSGI_ENDINGS = "engineio.async_drivers._websocket_wsgi"
"""Here python-engineio raises ConnectionError and StopIteration so that a server drops the request."""


def is_harmless(error: BaseException) -> bool:
    """Return whether this is not a server error."""
    kind = type(error)
    # asyncio.CancelledError, GreenletExit, SystemExit, KeyboardInterrupt and GeneratorExit are none of these
    if not issubclass(kind, Exception) or _is_one_of(kind, _REFUSALS + _VISITOR_LEFT):
        return True
    if _is_one_of(kind, _GROUPS):
        return all(is_harmless(part) for part in error.exceptions)  # type: ignore[attr-defined]
    if not _is_of_a_connection(error, kind) and not _is_one_of(kind, _DEPARTURES):
        return issubclass(kind, StopIteration) and raised_in(error, _WSGI_ENDINGS)
    # a connection that the app's own code was using (a database's, say) is the app's business
    return not came_through_the_app(error) or not _ANSWERS.isdisjoint(modules_below_the_app(error))


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
