"""A python-socketio app whose settings are its arguments: app.py PORT '{"socketio_path": "ws/socket.io"}'."""

import json
import sys
import uuid
from typing import Any

import socketio
import uvicorn

SETTINGS: dict[str, Any] = {
    "transports": ["polling", "websocket"],
    "socketio_path": "socket.io",
    "namespaces": ["/"],
    "pages": {"/": "<html></html>"},
    "locations": {},
    **json.loads(sys.argv[2]),
}

sio = socketio.AsyncServer(
    async_mode="asgi",
    transports=SETTINGS["transports"],
    namespaces=SETTINGS["namespaces"],
    ping_interval=3,
    ping_timeout=1,
)


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
async def disconnect(sid: str, reason: str) -> None:
    """Tell who goes, and why."""
    del sid
    print(f"left: {reason}", flush=True)


async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve a page, each $ID in it a new one; or send elsewhere."""
    del receive
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    path = scope["path"]
    location = SETTINGS["locations"].get(path)
    body = SETTINGS["pages"].get(path)
    status = 302 if location else 404 if body is None else 200
    headers = [(b"content-type", b"text/html")] + ([(b"location", location.encode())] if location else [])
    text = (body or "").replace("$ID", str(uuid.uuid4()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=serve, socketio_path=SETTINGS["socketio_path"])
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), ws="wsproto", lifespan="off", log_level="warning"
    )
