"""A NiceGUI app that writes down what its server sees of one browser: python nicegui_witness.py PORT.

One JSON line on standard output for each request of a page and of the socket; each Engine.IO session's
``open`` and ``gone``; each handler's begin (``connect``) and end (``connect.``); each ``client`` that NiceGUI
makes for a page, and ``shaken`` when that one has shaken hands; each WebSocket's ``close`` with the code that
the server read (1001 "going away"; 1005 none was given). What else is fetched is an
``asset``, what else is said an ``event``.

Ids are numbers in the order in which they came: ``socket`` 1 is the first Engine.IO session. So two visitors
who do the same leave the same lines, but for ``at`` and ``headers``. Each page changes its text once it has a
socket, so each tab gets one message. Runs under NiceGUI 2.10.1 and later.

With ``--storable`` its pages come without NiceGUI's ``Cache-Control: no-store``, as most apps' do.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import socketio

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PAGES = ("/", "/other")
SOCKET_PATH = "/_nicegui_ws/socket.io/"
IDS = {"client_id": "client", "document_id": "document", "tab_id": "tab", "old_tab_id": "old_tab"}
TOLD = ("handshake", "connect", "disconnect")
"""The handlers whose begin and end are told; of other events one line tells that they came."""

_numbers: dict[str, dict[str, int]] = defaultdict(dict)


def number_of(kind: str, identity: str) -> int:
    """Return this identity's number: 1 for the first of its kind."""
    known = _numbers[kind]
    return known.setdefault(identity, len(known) + 1)


def tell(what: str, **details: Any) -> None:
    """Write one line."""
    print(json.dumps({"what": what, **details, "at": time.monotonic()}), flush=True)


def told(values: dict[str, Any]) -> dict[str, Any]:
    """Return a handshake's values, from a query or an event, with ids made numbers.

    A value that is not given is not there; JavaScript's null is "null" in a query.
    """
    line: dict[str, Any] = {}
    for key, name in IDS.items():
        if key in values:
            missing = values[key] in (None, "null", "")
            line[name] = None if missing else number_of(name.removeprefix("old_"), values[key])
    if "next_message_id" in values:
        line["next"] = int(values["next_message_id"])
    return line


def query_of(text: str) -> dict[str, str]:
    """Return a query's values, in order."""
    return {key: values[0] for key, values in parse_qs(text, keep_blank_values=True).items()}


def headers_of(scope: Scope) -> dict[str, str]:
    """Return a request's headers, in order."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


class Witness(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio has no types
    """A Socket.IO server that tells of its Engine.IO sessions and of its handlers."""

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        query = query_of(environ["QUERY_STRING"])
        transport = query.pop("transport")
        socket = number_of("socket", eio_sid)
        environ["asgi.scope"].get("socket", {})["number"] = socket
        tell("open", socket=socket, transport=transport, keys=[*query], **told(query))
        return await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        try:
            await super()._handle_eio_disconnect(eio_sid, reason)
        finally:
            tell("gone", socket=number_of("socket", eio_sid), reason=reason)

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        eio_sid = self.manager.eio_sid_from_sid(args[0], namespace)
        socket = number_of("socket", eio_sid)
        if event not in TOLD:
            tell("event", socket=socket, name=event)
            return await super()._trigger_event(event, namespace, *args)
        details: dict[str, Any] = {}
        if event == "handshake":
            details = {"keys": [*args[1]], **told(args[1])}
        if event == "disconnect":
            details = {"reason": args[1]}
        tell(event, socket=socket, **details)
        ended = "raised"
        try:
            answer = await super()._trigger_event(event, namespace, *args)
            ended = "refused" if answer is False else "returned"
        finally:
            tell(event + ".", socket=socket, ended=ended)
        return answer


class Requests:
    """ASGI middleware that tells of each request."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._app(scope, self._tell_close(scope, receive), send)
            return
        if scope["type"] == "http":
            path = scope["path"]
            if path in PAGES:
                tell("page", path=path, headers=headers_of(scope))
                send = storable(send) if "--storable" in sys.argv else send
            elif path != SOCKET_PATH:
                tell("asset", path=path, headers=headers_of(scope))
            else:
                query = query_of(scope["query_string"].decode())
                known = number_of("socket", query["sid"]) if "sid" in query else None
                tell("poll" if scope["method"] == "GET" else "post", socket=known, headers=headers_of(scope))
        await self._app(scope, receive, send)

    def _tell_close(self, scope: Scope, receive: Receive) -> Receive:
        query = query_of(scope["query_string"].decode())
        tell("upgrade", client=told(query).get("client"), headers=headers_of(scope))
        socket: dict[str, int] = {}
        if "sid" in query:  # a session that began by polling
            socket["number"] = number_of("socket", query["sid"])
        scope["socket"] = socket  # or its number will come with its session

        async def hear() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                tell("close", socket=socket.get("number"), code=message.get("code"))
            return message

        return hear


def storable(send: Send) -> Send:
    """Return a ``send`` that leaves out what forbids to store an answer."""

    async def send_storable(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [header for header in message["headers"] if header[0] != b"cache-control"]
        await send(message)

    return send_storable


def main() -> None:
    """Serve two pages, each with a link to the other."""
    socketio.AsyncServer = Witness  # before NiceGUI makes its own
    from nicegui import app, ui

    def show(path: str, other: str) -> None:
        client = ui.context.client
        tell("client", client=number_of("client", client.id), path=path)
        ui.link("Go", other)
        state = ui.label("No socket yet")
        client.on_connect(lambda: state.set_text("Connected"))

    @ui.page("/")  # type: ignore[untyped-decorator]  # NiceGUI is in the app's environment only
    def index() -> None:
        show("/", "/other")

    @ui.page("/other")  # type: ignore[untyped-decorator]
    def other() -> None:
        show("/other", "/")

    app.on_connect(lambda client: tell("shaken", client=number_of("client", client.id)))
    app.add_middleware(Requests)
    ui.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        reload=False,
        show=False,
        storage_secret="of the witness",  # so that pages set a cookie
    )


main()
