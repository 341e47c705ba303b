"""An app that does itself harm: python fragile.py PORT die|freeze|forget|double [SECONDS] [--again].

``die``: its disconnect handler ends the process for a visitor that never shook hands (left at P16).
``freeze``: its handshake handler stands still, and with it the event loop, once, for SECONDS.
``forget``: a tab that left without shaking hands is not welcomed when it comes the next time.
``double``: a page whose socket comes again is welcomed twice.
``--again``: who died is started again half a second later, as a supervisor does, and needs fewer words.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import socketio
import uvicorn

PORT, FAULT = int(sys.argv[1]), sys.argv[2]
HANDSHAKES_BEFORE_FREEZE = 30
HANDSHAKES_BEFORE_DEATH = 0 if "--again" in sys.argv else 20
"""Who dies only once dies when its hooks have been heard: they speak once a second."""
DOWN_S = 0.5
"""So long a supervisor waits (systemd's RestartSec): whoever comes then is refused."""

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
shaken: list[str] = []
tab_of: dict[str, str] = {}
left_early: set[str] = set()
pages: set[str] = set()


@sio.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Welcome who comes."""
    query = parse_qs(environ["QUERY_STRING"])
    tab, document = query.get("tab", [""])[0], query.get("document", [""])[0]
    tab_of[sid] = tab
    times = 0 if FAULT == "forget" and tab in left_early else 1
    times = 2 if FAULT == "double" and document in pages else times
    left_early.discard(tab)
    pages.add(document)
    await asyncio.sleep(0.01)
    for _ in range(times):
        await sio.emit("welcome", to=sid)


@sio.event  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: object) -> bool:
    """Shake hands; with the freeze, stand still once."""
    del data
    shaken.append(sid)
    if FAULT == "freeze" and len(shaken) == HANDSHAKES_BEFORE_FREEZE:
        time.sleep(float(sys.argv[3]))
    return True


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str) -> None:
    """Count on everybody having shaken hands."""
    if sid not in shaken:
        left_early.add(tab_of[sid])
        if FAULT == "die" and len(shaken) >= HANDSHAKES_BEFORE_DEATH:
            os._exit(1)


async def page(scope: dict[str, Any], receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer every path with an empty page."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def serve() -> None:
    """Serve until the end."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", PORT))
        config = uvicorn.Config(
            socketio.ASGIApp(sio, other_asgi_app=page), ws="wsproto", lifespan="off", log_level="error"
        )
        uvicorn.Server(config).run([listener])


def supervise() -> None:
    """Serve in a child, again whenever it ends, until this process is asked to end.

    The child is forked with everything imported: on a slow machine too, it lives much longer than it takes
    to start.
    """
    children: list[int] = []

    def end(number: int, frame: object) -> None:
        del number, frame
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            serve()
            os._exit(0)
        children[:] = [child]
        os.waitpid(child, 0)
        children.clear()
        time.sleep(DOWN_S)


if __name__ == "__main__":
    if "--again" in sys.argv:
        supervise()
    else:
        serve()
