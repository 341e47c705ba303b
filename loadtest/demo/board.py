"""The demo's app: a board of notes that everybody who has the page open shares."""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import socketio

from loadtest.demo.fault import Fault

__all__ = ["Board", "create_app"]

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[dict[str, Any]], Awaitable[None]]

_PING_INTERVAL_S = 2
_PING_TIMEOUT_S = 1
"""Short, so that silent visitors are noticed within the patience of somebody who watches a demo."""
_SESSION_S = 0.005
_DATABASE_S = 0.1
"""What this app's session store and database take; nothing else happens in that time."""
_SETTLED_S = 0.5
"""Who stays so long after joining is announced: names of people who only pass through would flicker."""
_MOMENT_S = 0.5
_MOST_NOTES = 50
_LONGEST_NOTE = 200


@dataclass(slots=True)
class _Seat:
    visitor: str
    has_notes: bool = False


class Board:
    """Who sits at the board, who of them has been announced to the others, and the notes."""

    def __init__(self, sio: socketio.AsyncServer, fault: Fault) -> None:
        self._sio = sio
        self._fault = fault
        self._seats: dict[str, _Seat] = {}
        self._announced: dict[str, str] = {}
        self._is_telling = False
        self._notes: deque[dict[str, str]] = deque(maxlen=_MOST_NOTES)
        sio.on("connect", self.handle_connect)
        sio.on("join", self.handle_join)
        sio.on("note", self.handle_note)
        sio.on("disconnect", self.handle_disconnect)

    async def handle_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:  # noqa: ARG002
        """Look up the session (python-socketio: CONNECT, answered when this returns)."""
        await asyncio.sleep(_SESSION_S)

    async def handle_join(self, sid: str, data: dict[str, Any]) -> list[dict[str, str]] | None:
        """Give a visitor a seat; the acknowledgement carries the notes. This is the app's handshake."""
        seat = self._seats[sid] = _Seat(str(data["visitor"]))
        await asyncio.sleep(_DATABASE_S)
        if sid not in self._seats:
            return None
        seat.has_notes = True
        self._sio.start_background_task(self._announce, sid)
        return list(self._notes)

    async def handle_note(self, sid: str, text: object) -> None:
        """Pin a note for everybody to see."""
        seat = self._seats.get(sid)
        if seat and seat.has_notes:
            note = {"visitor": seat.visitor, "text": str(text)[:_LONGEST_NOTE]}
            self._notes.append(note)
            await self._sio.emit("note", note)

    async def handle_disconnect(self, sid: str, reason: str) -> None:  # noqa: ARG002
        """Take a visitor's seat back, and tell the others if they knew of the visitor."""
        if sid not in self._seats and self._fault is not Fault.HANDSHAKE_LOOKUP:
            return  # left before joining
        seat = self._seats.pop(sid)  # the first fault: nobody has one before joining
        if sid in self._announced or (self._fault is Fault.EARLY_LEAVE and seat.has_notes):
            del self._announced[sid]  # the second fault: the announcement comes later than the notes
            self._tell_presence()

    async def _announce(self, sid: str) -> None:
        await asyncio.sleep(_SETTLED_S)
        if sid in self._seats:
            self._announced[sid] = self._seats[sid].visitor
            self._tell_presence()
            await self._sio.emit("announced", to=sid)

    def _tell_presence(self) -> None:
        """Tell everybody how many are here, once for all changes of a moment."""
        if not self._is_telling:
            self._is_telling = True
            self._sio.start_background_task(self._emit_presence)

    async def _emit_presence(self) -> None:
        await asyncio.sleep(_MOMENT_S)
        self._is_telling = False
        await self._sio.emit("present", len(self._announced))


def create_app(fault: Fault) -> socketio.ASGIApp:
    """Return the board as an ASGI app: a page at ``/``, Socket.IO at ``/socket.io/``."""
    sio = socketio.AsyncServer(
        async_mode="asgi", ping_interval=_PING_INTERVAL_S, ping_timeout=_PING_TIMEOUT_S
    )
    Board(sio, fault)
    page = Path(__file__).with_name("page.html").read_text(encoding="utf-8")

    async def serve_page(scope: _Scope, receive: _Receive, send: _Send) -> None:  # noqa: ARG001
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        is_page = scope["path"] == "/"
        body = page.replace("VISITOR_ID", str(uuid.uuid4())) if is_page else "There is only the board: /\n"
        kind = b"text/html; charset=utf-8" if is_page else b"text/plain; charset=utf-8"
        content = body.encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200 if is_page else 404, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return socketio.ASGIApp(sio, other_asgi_app=serve_page)
