"""A WSGI app with planted faults in threads, for the hooks' tests: python faulty_sync.py PORT."""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import sys
from typing import Any

import socketio
from werkzeug.serving import make_server

sio = socketio.Server(async_mode="threading", ping_interval=1, ping_timeout=1)
documents: dict[str, str] = {}


def say(line: str) -> None:
    """Write a line in one piece: ``print`` writes its end by itself, and another thread may come between."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@sio.on("connect")  # type: ignore[untyped-decorator]
def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
    return None


@sio.on("handshake")  # type: ignore[untyped-decorator]
def handshake(sid: str, data: dict[str, Any]) -> bool:
    documents[sid] = data["document"]
    return True


@sio.on("boom")  # type: ignore[untyped-decorator]
def boom(sid: str) -> None:
    say("raised ValueError")
    raise ValueError("planted")


@sio.on("disconnect")  # type: ignore[untyped-decorator]
def disconnect(sid: str, reason: str) -> None:
    if sid not in documents:
        say("raised KeyError")
    del documents[sid]


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), socketio.WSGIApp(sio), threaded=True).serve_forever()
