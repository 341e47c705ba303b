"""An app whose handshake handler takes long, then misses its visitor: python slow_handler.py PORT SECONDS."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
present: set[str] = set()


@sio.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Note who is there."""
    del environ
    present.add(sid)


@sio.event  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: object) -> bool:
    """Take long, then count on the visitor."""
    del data
    await asyncio.sleep(float(sys.argv[2]))
    present.remove(sid)
    present.add(sid)
    return True


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str) -> None:
    """Forget who has gone."""
    present.discard(sid)


async def page(scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer every path with an empty page."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        config = uvicorn.Config(
            socketio.ASGIApp(sio, other_asgi_app=page), ws="wsproto", lifespan="off", log_level="error"
        )
        uvicorn.Server(config).run([listener])
