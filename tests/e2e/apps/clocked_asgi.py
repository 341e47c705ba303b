"""A plain python-socketio app that tells when it answers a page, and a connect: clocked_asgi.py PORT."""

import sys
import time
from typing import Any

import socketio
import uvicorn
from telling import navigation_in, tell

sio = socketio.AsyncServer(async_mode="asgi")


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def connect(sid: str, environ: dict[str, Any]) -> None:  # noqa: ARG001
    """Tell when this visit's socket is connected: its answer is sent next."""
    tell("connect", navigation_in(environ), time.time())


async def index(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer with an empty page, and tell when."""
    del receive
    headers = {f"HTTP_{name.decode().upper()}": value.decode() for name, value in scope["headers"]}
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
    tell("page", navigation_in(headers), time.time())


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=index)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning")
