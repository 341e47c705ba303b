"""An app in a server of its own loop that says which process it is: counted_loop.py PORT aiohttp|tornado."""

import asyncio
import os
import sys
from typing import Any

import socketio

PORT, MODE = int(sys.argv[1]), sys.argv[2]
sio = socketio.AsyncServer(async_mode=MODE, ping_interval=1, ping_timeout=1)


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


if MODE == "aiohttp":
    from aiohttp import web

    app = web.Application()
    sio.attach(app)
    web.run_app(app, host="127.0.0.1", port=PORT)
else:
    import tornado.web

    async def serve() -> None:
        """Serve until the end."""
        handler = socketio.get_tornado_handler(sio)
        tornado.web.Application([(r"/socket.io/", handler)]).listen(PORT, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(serve())
