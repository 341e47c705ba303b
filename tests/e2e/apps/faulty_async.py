"""An ASGI app with planted faults, for the hooks' tests: python faulty_async.py PORT.

The disconnect handler looks up what only the handshake fills, as NiceGUI 2.11.0 did. Every planted
exception is told on standard output first: ``raised <what>``.
"""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import sys
from typing import Any

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)
documents: dict[str, str] = {}


class UnspeakableError(Exception):
    """Cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def tell(what: str) -> None:
    print(f"raised {what}", flush=True)


@sio.on("connect")  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
    query = environ["QUERY_STRING"]
    if "fault=connect" in query:
        tell("RuntimeError")
        raise RuntimeError("planted in connect")
    if "fault=type" in query:
        tell("TypeError")
        raise TypeError("planted in connect")
    if "fault=refuse" in query:
        raise socketio.exceptions.ConnectionRefusedError("not you")
    if "fault=builtin" in query:
        raise ConnectionRefusedError


@sio.on("handshake")  # type: ignore[untyped-decorator]
async def handshake(sid: str, data: dict[str, Any]) -> bool:
    documents[sid] = data["document"]
    await sio.enter_room(sid, data["document"])
    return True


@sio.on("boom")  # type: ignore[untyped-decorator]
def boom(sid: str) -> None:
    tell("UnspeakableError")
    raise UnspeakableError


@sio.on("bye")  # type: ignore[untyped-decorator]
async def bye(sid: str) -> None:
    await sio.disconnect(sid)


@sio.on("disconnect")  # type: ignore[untyped-decorator]
def disconnect(sid: str) -> None:
    if sid not in documents:
        tell("KeyError")
    del documents[sid]


@sio.on("connect", namespace="/legacy")  # type: ignore[untyped-decorator]
def connect_legacy(sid: str, environ: dict[str, Any]) -> None:
    return None


@sio.on("disconnect", namespace="/legacy")  # type: ignore[untyped-decorator]
def disconnect_legacy(sid: str) -> None:
    return None


if __name__ == "__main__":
    app = socketio.ASGIApp(sio)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), ws="wsproto", access_log=False)
