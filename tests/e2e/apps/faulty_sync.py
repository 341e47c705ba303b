"""A WSGI app with planted faults in threads, for the hooks' tests: python faulty_sync.py PORT."""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import sys
from typing import Any

import socketio
from werkzeug.serving import make_server

sio = socketio.Server(async_mode="threading", ping_interval=1, ping_timeout=1)
documents: dict[str, str] = {}


@sio.on("connect")  # type: ignore[untyped-decorator]
def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
    return None


@sio.on("handshake")  # type: ignore[untyped-decorator]
def handshake(sid: str, data: dict[str, Any]) -> bool:
    documents[sid] = data["document"]
    return True


@sio.on("boom")  # type: ignore[untyped-decorator]
def boom(sid: str) -> None:
    print("raised ValueError", flush=True)
    raise ValueError("planted")


@sio.on("disconnect")  # type: ignore[untyped-decorator]
def disconnect(sid: str, reason: str) -> None:
    if sid not in documents:
        print("raised KeyError", flush=True)
    del documents[sid]


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), socketio.WSGIApp(sio), threaded=True).serve_forever()
