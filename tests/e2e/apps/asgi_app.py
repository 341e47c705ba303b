"""A plain python-socketio app under ASGI that tells what it sees: asgi_app.py PORT."""

import sys
from typing import Any

import socketio
import uvicorn
from telling import navigation_in, new_page, tell

# Who polled is missed after ping interval and time-out, and a sweep: short ones, for the test waits for them.
sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
clients: set[str] = set()
navigations: dict[str, str] = {}


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Tell who connects."""
    navigations[sid] = navigation_in(environ)
    tell("connect", navigations[sid])


@sio.event  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: dict[str, str]) -> bool:
    """Say whether the page of this client is ours."""
    tell("handshake", navigations[sid], data["client_id"])
    return data["client_id"] in clients


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str, reason: str) -> None:
    """Tell who goes, and why."""
    tell("disconnect", navigations.pop(sid), reason)


async def index(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Show a page to a new client."""
    del receive
    page, client = new_page()
    clients.add(client)
    headers = {f"HTTP_{name.decode().upper()}": value.decode() for name, value in scope["headers"]}
    tell("page", navigation_in(headers), client)
    kind = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    await send({"type": "http.response.body", "body": page.encode()})


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=index)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning")
