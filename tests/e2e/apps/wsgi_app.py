"""A plain python-socketio app under WSGI (werkzeug's threads) that tells what it sees: wsgi_app.py PORT."""

import sys
from collections.abc import Callable
from typing import Any

import socketio
from telling import navigation_in, new_page, tell
from werkzeug.serving import run_simple

# Who polled is missed after ping interval and time-out, and a sweep: short ones, for the test waits for them.
sio = socketio.Server(async_mode="threading", ping_interval=1, ping_timeout=1)
clients: set[str] = set()
navigations: dict[str, str] = {}


@sio.event  # type: ignore[untyped-decorator]  # python-socketio has no types
def connect(sid: str, environ: dict[str, Any]) -> None:
    """Tell who connects."""
    navigations[sid] = navigation_in(environ)
    tell("connect", navigations[sid])


@sio.event  # type: ignore[untyped-decorator]
def handshake(sid: str, data: dict[str, str]) -> bool:
    """Say whether the page of this client is ours."""
    tell("handshake", navigations[sid], data["client_id"])
    return data["client_id"] in clients


@sio.event  # type: ignore[untyped-decorator]
def disconnect(sid: str, reason: str) -> None:
    """Tell who goes, and why."""
    tell("disconnect", navigations.pop(sid), reason)


def index(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Show a page to a new client."""
    page, client = new_page()
    clients.add(client)
    tell("page", navigation_in(environ), client)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [page.encode()]


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), socketio.WSGIApp(sio, index), threaded=True)
