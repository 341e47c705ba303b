"""An app that writes down what it sees: one JSON line for each page, Engine.IO and Socket.IO event.

Run as ``python witness.py``: the first line on standard output is ``{"url": …}``, once it accepts
connections; then one line for each event: ``{"what", "navigation", "session", "reason", "at"}``. Engine.IO's
events are ``open`` and ``gone``, and ``error`` for a message that raises; of Socket.IO's handlers ``connect``
is the begin and ``connect.`` the end. The namespace ``/second`` has its own: ``connect /second``.
Connect and handshake handlers take 200 ms, so that they really run while a visitor leaves (P15, P17).
With ``--busy`` they take no time, but its loop is stuck four fifths of it, and it sends news to everybody all
the time. With ``--tls CERTIFICATE KEY`` it speaks https.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import socketio
import uvicorn

HANDLER_S = 0.0 if "--busy" in sys.argv else 0.2
PING_INTERVAL_S = 3.0
PING_TIMEOUT_S = 5.0
"""So long may a busy machine stop a client, which is there yet does not answer."""

PAGE = b"""<!doctype html>
<html><head><title>Witness</title></head>
<body data-client="c0ffee"><p>This page is watched.</p></body></html>
"""

_navigations: dict[str, str] = {}
"""Engine.IO session -> navigation; kept, for a handler may end after its session."""


def tell(what: str, session: str | None, reason: str | None = None, navigation: str | None = None) -> None:
    """Write one line."""
    line = {
        "what": what,
        "navigation": navigation or _navigations.get(session or ""),
        "session": session,
        "reason": reason,
        "at": time.monotonic(),
    }
    print(json.dumps(line), flush=True)


class Witness(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio has no types
    """A Socket.IO server that tells of its Engine.IO sessions too."""

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        _navigations[eio_sid] = environ.get("HTTP_TRACEPARENT", "--").split("-")[1]
        tell("open", eio_sid)
        return await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception as error:
            tell("error", eio_sid, type(error).__name__)
            raise

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        tell("gone", eio_sid, reason)


# Under ASGI python-engineio 4.15 takes its own origin for http, and would refuse every page that is https.
ORIGINS = "*" if "--tls" in sys.argv else None

sio = Witness(
    async_mode="asgi",
    ping_interval=PING_INTERVAL_S,
    ping_timeout=PING_TIMEOUT_S,
    cors_allowed_origins=ORIGINS,
)


class Witnessed(socketio.AsyncNamespace):  # type: ignore[misc]  # python-socketio has no types
    """The handlers of a namespace."""

    def _tell(self, what: str, session: str | None, reason: str | None = None) -> None:
        tell(what if self.namespace == "/" else f"{what} {self.namespace}", session, reason)

    def _session(self, sid: str) -> str | None:
        session: str | None = sio.manager.eio_sid_from_sid(sid, self.namespace)
        return session

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:  # noqa: ARG002
        session = self._session(sid)
        self._tell("connect", session)
        await asyncio.sleep(HANDLER_S)
        self._tell("connect.", session)
        _readers.add(sid)

    async def on_handshake(self, sid: str, data: Any) -> bool:  # noqa: ARG002  # python-socketio's names
        session = self._session(sid)
        self._tell("handshake", session)
        await asyncio.sleep(HANDLER_S)
        self._tell("handshake.", session)
        return True

    async def on_disconnect(self, sid: str, reason: str) -> None:
        _readers.discard(sid)
        self._tell("disconnect", self._session(sid), reason)


sio.register_namespace(Witnessed("/"))
sio.register_namespace(Witnessed("/second"))

_readers: set[str] = set()


async def be_busy() -> None:
    """Send everybody five packets, and be stuck most of the time.

    A connection that the client closes meanwhile is now and then written to, and lost, before it is read.
    """
    while True:
        for sid in [*_readers]:
            for _ in range(5):
                await sio.emit("news", "x" * 200, to=sid)
        time.sleep(0.02)
        await asyncio.sleep(0.005)


Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def page(scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:  # noqa: ARG001  # ASGI's
    """Answer everything that is not Socket.IO's with the page."""
    if scope["type"] != "http":
        return
    traceparent = dict(scope["headers"]).get(b"traceparent", b"--").decode()
    tell("page", None, navigation=traceparent.split("-")[1])
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(PAGE)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


def main() -> None:
    """Serve on a free port of the loopback interface until killed."""
    certificate, key = sys.argv[-2:] if "--tls" in sys.argv else (None, None)
    # With the protocol named, or asyncio does not set TCP_NODELAY, and answers wait 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    scheme = "https" if certificate else "http"
    print(json.dumps({"url": f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    app = socketio.ASGIApp(sio, page, on_startup=_begin if "--busy" in sys.argv else None)
    config = uvicorn.Config(
        app, ws="wsproto", log_level="error", access_log=False, ssl_certfile=certificate, ssl_keyfile=key
    )
    uvicorn.Server(config).run(sockets=[listener])


async def _begin() -> None:
    sio.start_background_task(be_busy)


if __name__ == "__main__":
    main()
