"""A board that keeps a list of who is there, under ASGI: app.py PORT."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import uvicorn

# Who polled is missed after ping interval and time-out: short ones, for the test waits for them; yet a busy
# machine may stop somebody who is there for as long.
sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=3)
present: set[str] = set()


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Let a visitor in."""
    del environ
    present.add(sid)


@sio.event  # type: ignore[untyped-decorator]
async def hello(sid: str, data: object) -> int:
    """Tell how many are there."""
    del sid, data
    return len(present)


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str) -> None:
    """Take a visitor off the list."""
    present.discard(sid)


async def page(scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer every path with an empty page."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=page)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning")
