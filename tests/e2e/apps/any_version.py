"""An app that every python-socketio since 5.0 can run: any_version.py PORT asgi|threading.

One handler returns, one raises; the disconnect handler takes what every version gives.
"""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import sys
from typing import Any

import socketio

PORT, MODE = int(sys.argv[1]), sys.argv[2]


def connect(sid: str, environ: dict[str, Any]) -> None:
    """Let everybody in."""


def hello(sid: str, name: str) -> str:
    """Greet."""
    return f"hello {name}"


def boom(sid: str) -> None:
    """Fail."""
    raise LookupError("planted")


def disconnect(sid: str, *reason: str) -> None:
    """Let everybody go."""


HANDLERS = {"connect": connect, "hello": hello, "boom": boom, "disconnect": disconnect}

if MODE == "asgi":
    import uvicorn

    sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
    for event, handler in HANDLERS.items():
        sio.on(event, handler)
    uvicorn.run(socketio.ASGIApp(sio), host="127.0.0.1", port=PORT, log_level="warning")
else:
    from werkzeug.serving import make_server

    sio = socketio.Server(async_mode="threading", ping_interval=1, ping_timeout=1)
    for event, handler in HANDLERS.items():
        sio.on(event, handler)
    make_server("127.0.0.1", PORT, socketio.WSGIApp(sio), threaded=True).serve_forever()
