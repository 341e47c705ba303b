"""A Flask-SocketIO app that tells what it sees: flask_app.py PORT threading|gevent."""

import sys
from typing import Any

PORT, MODE = int(sys.argv[1]), sys.argv[2]
if MODE == "gevent":
    from gevent import monkey

    monkey.patch_all()

from flask import Flask, request  # noqa: E402  # gevent patches before anything else is imported
from flask_socketio import SocketIO  # noqa: E402
from telling import navigation_in, new_page, tell  # noqa: E402

app = Flask(__name__)
# Who polled is missed after ping interval and time-out, and a sweep: short ones, for the test waits for them.
socketio = SocketIO(app, async_mode=MODE, ping_interval=1, ping_timeout=1)
clients: set[str] = set()


@app.get("/")
def index() -> Any:
    """Show a page to a new client."""
    page, client = new_page()
    clients.add(client)
    tell("page", navigation_in(request.environ), client)
    return page


@socketio.on("connect")  # type: ignore[untyped-decorator]  # Flask-SocketIO has no types
def connect() -> None:
    """Tell who connects."""
    tell("connect", navigation_in(request.environ))


@socketio.on("handshake")  # type: ignore[untyped-decorator]
def handshake(data: dict[str, str]) -> bool:
    """Say whether the page of this client is ours."""
    tell("handshake", navigation_in(request.environ), data["client_id"])
    return data["client_id"] in clients


@socketio.on("disconnect")  # type: ignore[untyped-decorator]
def disconnect(reason: str) -> None:
    """Tell who goes, and why."""
    tell("disconnect", navigation_in(request.environ), reason)


if __name__ == "__main__":
    unsafe = {"allow_unsafe_werkzeug": True} if MODE == "threading" else {}
    socketio.run(app, host="127.0.0.1", port=PORT, **unsafe)
