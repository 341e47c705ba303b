"""An app that forgets nobody, and once stands still for 0.9 s: python leaky.py PORT."""

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=25, ping_timeout=1)
clients: dict[str, asyncio.Task[None]] = {}
_STALL_AT = 10


class Board:
    """What a visitor looks at."""

    async def watch(self) -> None:
        """Watch for ever."""
        await asyncio.Event().wait()


def recount() -> None:
    """Keep the loop from everything else."""
    time.sleep(0.9)


@sio.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Let everybody in."""
    del sid, environ


@sio.event  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: object) -> bool:
    """Start what nobody ends."""
    del data
    clients[sid] = asyncio.create_task(Board().watch())
    if len(clients) == _STALL_AT:
        recount()
    return True


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
