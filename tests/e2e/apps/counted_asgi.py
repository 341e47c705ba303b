"""An ASGI app whose handlers say which process they run in: counted_asgi:app, or counted_asgi.py PORT."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import socketio


async def page(scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer every path with an empty page."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
app = socketio.ASGIApp(sio, other_asgi_app=page)


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Let everybody in."""


@sio.event  # type: ignore[untyped-decorator]
async def pid(sid: str) -> int:  # noqa: ARG001  # the signature that python-socketio calls
    """Answer with the id of the process that serves this visitor."""
    return os.getpid()


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str) -> None:
    """Let everybody go."""


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]))
