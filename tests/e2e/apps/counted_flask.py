"""A Flask-SocketIO app whose handlers say which process they run in.

``counted_flask:app``, or counted_flask.py PORT [reload]; in the environment MODE is the async mode, and
PATCH says whose monkey-patching comes first.
"""

import os
import sys

if os.environ.get("PATCH") == "gevent":
    from gevent import monkey

    monkey.patch_all()
if os.environ.get("PATCH") == "eventlet":
    import eventlet

    eventlet.monkey_patch()

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode=os.environ.get("MODE", "threading"), ping_interval=1, ping_timeout=1)


@app.get("/")
def index() -> str:
    """Show a page."""
    return "Good day"


@socketio.on("connect")  # type: ignore[untyped-decorator]  # Flask-SocketIO has no types
def connect() -> None:
    """Let everybody in."""


@socketio.on("pid")  # type: ignore[untyped-decorator]
def pid() -> int:
    """Answer with the id of the process that serves this visitor."""
    return os.getpid()


@socketio.on("disconnect")  # type: ignore[untyped-decorator]
def disconnect() -> None:
    """Let everybody go."""


if __name__ == "__main__":
    is_reloading = "reload" in sys.argv
    unsafe = {"allow_unsafe_werkzeug": True} if socketio.async_mode == "threading" else {}
    socketio.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        debug=is_reloading,
        use_reloader=is_reloading,
        **unsafe,
    )
