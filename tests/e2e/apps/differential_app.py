"""An app that does many things, and fails in many ways, the same each time.

python differential_app.py PORT asgi|threading

What it does depends on what a visitor asks alone, so that two runs can be compared; both libraries log all.
"""
# ruff: noqa: ARG001, ARG002, ARG005  # handlers have the signatures that python-socketio calls

import gc
import logging
import os
import sys
import threading
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs

import socketio

PORT, MODE = int(sys.argv[1]), sys.argv[2]


class WholeLines:
    """A standard error on which the lines of several threads do not mix."""

    def __init__(self) -> None:
        self.begun: dict[int, str] = defaultdict(str)

    def write(self, text: str) -> int:
        """Write what is whole."""
        thread = threading.get_ident()
        whole, newline, rest = (self.begun.pop(thread, "") + text).rpartition("\n")
        self.begun[thread] = rest
        os.write(2, (whole + newline).encode())
        return len(text)

    def flush(self) -> None:
        """Do nothing."""


class UnspeakableError(Exception):
    """Cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


sys.stderr = WholeLines()
logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
LOG = logging.getLogger("app")
OPTIONS = {"async_mode": MODE, "logger": True, "engineio_logger": True, "namespaces": "*"}
# what is said when somebody is missed would depend on how long the visits take
OPTIONS |= {"ping_interval": 3600, "ping_timeout": 3600}


def refuse(fault: str) -> bool:
    """Fail to connect, in one of the ways to do so."""
    if fault == "raise":
        raise RuntimeError("planted in connect")
    if fault == "type":
        raise TypeError("planted in connect")
    if fault == "refuse":
        raise socketio.exceptions.ConnectionRefusedError("not you", {"code": 7})
    if fault == "builtin":
        raise ConnectionRefusedError
    return fault != "false"


def fail(kind: str) -> None:
    """Fail in one of many ways."""
    if kind == "chained":
        try:
            os.environ["MISSING OF ALL NAMES"]
        except KeyError as error:
            raise LookupError("because of another") from error
    if kind == "unspeakable":
        raise UnspeakableError
    if kind == "type":
        raise TypeError("planted in a handler")
    if kind == "group":
        raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
    if kind == "deep":
        fail("deep")
    raise ValueError(f"planted {kind}")


def log(data: Any) -> str:
    """Log an exception that goes no further."""
    try:
        fail("chained")
    except LookupError:
        LOG.exception("could not do %s", data)
    LOG.error("an error without an exception")
    return "logged"


def thread(data: Any) -> str:
    """Fail in a thread of one's own."""
    one = threading.Thread(target=fail, args=("in a thread",))
    one.start()
    one.join()
    return "joined"


SIMPLE = {
    "echo": lambda data: data,
    "pair": lambda data: (data, "and more"),
    "bytes": lambda data: b"\x00\x01" * 20,
    "fail": lambda data: fail(data["kind"]),
    "log": log,
    "thread": thread,
}
disconnect_faults: dict[str, str] = {}


def begin(sid: str, environ: dict[str, Any]) -> str:
    """Return how this visitor's connect shall fail; remember how its disconnect shall."""
    query = parse_qs(environ["QUERY_STRING"])
    disconnect_faults[sid] = query["end"][0]
    return str(query["start"][0])


def end(sid: str) -> None:
    """Let go, or fail to."""
    fault = disconnect_faults.pop(sid)
    if fault != "none":
        fail(fault)


if MODE == "asgi":
    import uvicorn

    sio: Any = socketio.AsyncServer(**OPTIONS)

    async def connect(sid: str, environ: dict[str, Any], auth: Any) -> bool:
        """Let most people in, with a welcome."""
        is_let_in = refuse(begin(sid, environ))
        await sio.emit("welcome", {"auth": auth}, to=sid)
        return is_let_in

    async def task(sid: str, data: Any) -> str:
        """Do something in the background, or fail there."""
        sio.start_background_task(background, sid, data)
        return "started"

    async def background(sid: str, data: dict[str, Any]) -> None:
        """Say so when it is done."""
        if data["fails"]:
            fail("in the background")
        await sio.emit("done", data, to=sid)

    async def room(sid: str, data: dict[str, Any]) -> str:
        """Speak to a room."""
        await sio.enter_room(sid, data["room"])
        await sio.emit("in", data, room=data["room"])
        return "entered"

    async def ask(sid: str, data: Any) -> None:
        """Ask back."""

        async def thank(*answer: Any) -> None:
            await sio.emit("thanks", answer, to=sid)

        await sio.emit("question", data, to=sid, callback=thank)

    async def session(sid: str, data: Any) -> dict[str, Any]:
        """Keep something."""
        async with sio.session(sid) as kept:
            kept["last"] = data
        return dict(await sio.get_session(sid))

    async def kick(sid: str, data: Any) -> None:
        """Throw a visitor out."""
        await sio.disconnect(sid)

    async def disconnect(sid: str, reason: str) -> None:
        """Let go, or fail to."""
        end(sid)

    class Chat(socketio.AsyncNamespace):  # type: ignore[misc]  # python-socketio has no types
        """A namespace of a class."""

        async def on_connect(self, sid: str, environ: dict[str, Any]) -> None:
            """Let everybody in."""

        async def on_say(self, sid: str, data: Any) -> str:
            """Answer, or fail."""
            if data["fails"]:
                fail("in a class")
            return f"you said {data['word']}"

else:
    from werkzeug.serving import make_server

    sio = socketio.Server(**OPTIONS)

    def connect(sid: str, environ: dict[str, Any], auth: Any) -> bool:  # type: ignore[misc]
        """Let most people in, with a welcome."""
        is_let_in = refuse(begin(sid, environ))
        sio.emit("welcome", {"auth": auth}, to=sid)
        return is_let_in

    def task(sid: str, data: Any) -> str:  # type: ignore[misc]
        """Do something in the background, or fail there."""
        sio.start_background_task(background, sid, data)
        return "started"

    def background(sid: str, data: dict[str, Any]) -> None:  # type: ignore[misc]
        """Say so when it is done."""
        if data["fails"]:
            fail("in the background")
        sio.emit("done", data, to=sid)

    def room(sid: str, data: dict[str, Any]) -> str:  # type: ignore[misc]
        """Speak to a room."""
        sio.enter_room(sid, data["room"])
        sio.emit("in", data, room=data["room"])
        return "entered"

    def ask(sid: str, data: Any) -> None:  # type: ignore[misc]
        """Ask back."""
        sio.emit("question", data, to=sid, callback=lambda *answer: sio.emit("thanks", answer, to=sid))

    def session(sid: str, data: Any) -> dict[str, Any]:  # type: ignore[misc]
        """Keep something."""
        with sio.session(sid) as kept:
            kept["last"] = data
        return dict(sio.get_session(sid))

    def kick(sid: str, data: Any) -> None:  # type: ignore[misc]
        """Throw a visitor out."""
        sio.disconnect(sid)

    def disconnect(sid: str, reason: str) -> None:  # type: ignore[misc]
        """Let go, or fail to."""
        end(sid)

    class Chat(socketio.Namespace):  # type: ignore[misc,no-redef]
        """A namespace of a class."""

        def on_connect(self, sid: str, environ: dict[str, Any]) -> None:
            """Let everybody in."""

        def on_say(self, sid: str, data: Any) -> str:
            """Answer, or fail."""
            if data["fails"]:
                fail("in a class")
            return f"you said {data['word']}"


for handler in (connect, task, room, ask, session, kick, disconnect):
    sio.on(handler.__name__, handler)
for name, answer in SIMPLE.items():
    sio.on(name, lambda sid, data, answer=answer: answer(data))
sio.register_namespace(Chat("/chat"))
sio.on("*", lambda event, sid, data: [event, data], namespace="/wild")

try:
    if MODE == "asgi":
        uvicorn.run(socketio.ASGIApp(sio), host="127.0.0.1", port=PORT, access_log=False)
    else:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        make_server("127.0.0.1", PORT, socketio.WSGIApp(sio), threaded=True).serve_forever()
finally:
    gc.collect()
    print("over", flush=True)
