"""An app that writes down what it sees: one JSON line for each Engine.IO and Socket.IO event.

Run as ``python witness.py``: the first line on standard output is ``{"url": …}``, once it accepts
connections; then one line for each event: ``{"what", "edge", "sid", "navigation", "reason", "at"}``.
Connect and handshake handlers take 50 ms, so that they really run while a visitor leaves (P15, P17).
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

HANDLER_S = 0.05
PING_S = 1.0

PAGE = b"""<!doctype html>
<html><head><title>Witness</title></head>
<body data-client="c0ffee"><p>This page is watched.</p></body></html>
"""

_navigations: dict[str, str] = {}
"""Engine.IO session -> navigation, for as long as the session lives."""


def tell(what: str, edge: str, eio_sid: str, reason: str | None = None) -> None:
    """Write one line."""
    line = {
        "what": what,
        "edge": edge,
        "sid": eio_sid,
        "navigation": _navigations.get(eio_sid),
        "reason": reason,
        "at": time.monotonic(),
    }
    print(json.dumps(line), flush=True)


class Witness(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio has no types
    """A Socket.IO server that tells of its Engine.IO sessions too."""

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        _navigations[eio_sid] = environ.get("HTTP_TRACEPARENT", "--").split("-")[1]
        tell("open", "begin", eio_sid)
        return await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        tell("gone", "end", eio_sid, reason)


sio = Witness(async_mode="asgi", ping_interval=PING_S, ping_timeout=PING_S)


def _eio_sid(sid: str) -> str:
    return str(sio.manager.eio_sid_from_sid(sid, "/"))


@sio.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
    eio_sid = _eio_sid(sid)
    tell("connect", "begin", eio_sid)
    await asyncio.sleep(HANDLER_S)
    tell("connect", "end", eio_sid)


@sio.event  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: Any) -> bool:
    eio_sid = _eio_sid(sid)
    tell("handshake", "begin", eio_sid)
    await asyncio.sleep(HANDLER_S)
    tell("handshake", "end", eio_sid)
    return True


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str, reason: str) -> None:
    tell("disconnect", "begin", _eio_sid(sid), reason)


Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def page(scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
    """Answer everything that is not Socket.IO's with the page."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(PAGE)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


def main() -> None:
    """Serve on a free port of the loopback interface until killed."""
    # With the protocol named, or asyncio does not set TCP_NODELAY, and answers wait 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    app = socketio.ASGIApp(sio, page)
    config = uvicorn.Config(app, ws="wsproto", lifespan="off", log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
