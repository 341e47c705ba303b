"""A board that greets its visitors and counts how long they stay: app.py PORT bad|fixed.

The bad one reads in its disconnect handler what no handler has written.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import uvicorn

WHEN = {"bad": "since", "fixed": "arrived_at"}[sys.argv[2]]

# Who polled is missed after ping interval and time-out: short ones, for the test waits for them; yet a busy
# machine may stop somebody who is there for as long.
sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=3)
stays_s: list[float] = []


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Remember when a visitor came."""
    del environ
    await sio.save_session(sid, {"arrived_at": time.monotonic()})


@sio.event  # type: ignore[untyped-decorator]
async def hello(sid: str, data: object) -> str:
    """Greet."""
    del sid, data
    return "hello"


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str, reason: str) -> None:
    """Note how long the visitor stayed."""
    del reason
    session = await sio.get_session(sid)
    stays_s.append(time.monotonic() - session[WHEN])


async def page(scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer every path with an empty page."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=page)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning")
