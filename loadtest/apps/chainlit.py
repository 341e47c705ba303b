"""Chainlit 2: a new session for each page load, and the event that starts its chat."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator

from loadtest.apps.app import Access
from loadtest.apps.mistake import Mistake, mistaken, show
from loadtest.apps.opening import connect_packet, disconnect_packet, document_id, event_packet, values_of
from loadtest.apps.table import BUILT_IN, AppTable, SocketPath, Transports
from loadtest.apps.template import as_url
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening
from loadtest.navigation.point import Transport

__all__ = ["ChainlitApp", "ChainlitTable", "build_chainlit"]

_MARK = '<meta property="og:root_path"'
"""What ``server.py`` puts into every page (2.0.0 to 2.12.0)."""
_SESSION = "$session"
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _read_user_env(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ API_KEY = "…" }}')
    wrong = [name for name in value if not isinstance(value[name], str)]
    if wrong:
        raise mistaken([Mistake((name,), f"{show(value[name])} is not a string") for name in wrong])
    return value


class ChainlitTable(AppTable):
    """What the preset ``chainlit`` lets a profile say."""

    values: ClassVar[tuple[str, ...]] = (*BUILT_IN, "session_id")

    preset: str = "chainlit"
    transports: Transports = (Transport.UPGRADE, Transport.WEBSOCKET)
    """The upgrade is what a page does unless the app's ``transports`` setting says otherwise."""
    socket_path: SocketPath = "/ws/socket.io/"
    chat_profile: str = ""
    """The chat profile that the page has chosen; an app that defines some wants one."""
    user_env: Annotated[dict[str, str], PlainValidator(_read_user_env)] = Field(default_factory=dict)
    """What the app's ``user_env`` setting asks its users for."""
    answer: str = "clear_call_fn"
    """The event that ends the handshake: by default the last that Chainlit itself sends, before the app's
    ``on_chat_start`` begins. An app that greets has ``new_message``."""


@dataclass(frozen=True, slots=True)
class ChainlitApp:
    """A Chainlit app without a log-in."""

    access: Access
    connect: str
    """The CONNECT packet with ``$session`` where the session's id belongs."""
    disconnect: str
    handshake: Handshake
    preset: str = "chainlit"
    namespaces: tuple[str, ...] = ("/",)

    def open(self, body: str, caller: Caller) -> Opening:
        """Begin a session, as the page's JavaScript does at every load: a reload is a new session.

        Source: ``socket.py``, ``server.py`` and the frontend of 2.0.0, 2.4.0, 2.8.0 and 2.12.0; the frames of
        2.12.0 are those that Chromium sent. The browser also fetches settings over HTTP before (from 2.8.0
        on it posts the session's id for a cookie, for load balancers), and the socket needs none of it.

        Raises:
            ExtractionError: this is no page of Chainlit.
        """
        if _MARK not in body:
            raise ExtractionError("not a page of Chainlit")
        session = document_id(caller.navigation)
        return Opening(
            way=HandshakeWay.EVENT,
            connect=self.connect.replace(_SESSION, session, 1),
            disconnect=self.disconnect,
            handshake=self.handshake,
            values=values_of(caller, {"session_id": session}),
        )


def build_chainlit(table: ChainlitTable) -> ChainlitApp:
    """Prepare an app: every packet is written here, once."""
    auth = {
        "clientType": "webapp",
        "sessionId": _SESSION,
        "threadId": "",
        "userEnv": _encode(table.user_env),
        "chatProfile": as_url(table.chat_profile),
    }
    return ChainlitApp(
        access=table.access(),
        connect=connect_packet("/", auth),
        disconnect=disconnect_packet("/"),
        handshake=Handshake(event_packet("/", "connection_successful", []), answer=table.answer),
    )
