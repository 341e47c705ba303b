"""NiceGUI 2 and 3: a page's values and its handshake in every release."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from loadtest.apps.app import Access
from loadtest.apps.opening import connect_packet, disconnect_packet, document_id, event_packet, values_of
from loadtest.apps.table import BUILT_IN, AppTable, SocketPath
from loadtest.apps.template import as_url
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Again, Caller, Handshake, HandshakeWay, Opening

__all__ = ["NiceguiApp", "NiceguiTable", "build_nicegui"]

_OPTIONS = re.compile(r'version: "(\d+)\.(\d+)[^"]*",\s*prefix: "[^"]*",\s*query: (\{.*\}),\n')
"""What a page gives ``createApp``: ``query`` is the ``repr`` of a Python dict (2.0.0 to 3.18.0)."""
_FIRST_WITH_DOCUMENT_ID = (2, 11)
_IMPLICIT = "implicit_handshake"
"""In the query of every page since 3.7.0: True means that CONNECT is the handshake, False (a page that was
asked for with ``Sec-Purpose: prefetch``) that the event still is."""
_DATA = "$data"
_encode = json.JSONEncoder(separators=(",", ":")).encode


class NiceguiTable(AppTable):
    """What the preset ``nicegui`` lets a profile say; the rest is on the page."""

    values: ClassVar[tuple[str, ...]] = (*BUILT_IN, "client_id")

    preset: str = "nicegui"
    socket_path: SocketPath = "/_nicegui_ws/socket.io/"
    quiet_s: float = 10.0
    """A silent visitor is noticed after 6 s (ping 4 s, time-out 2 s); a client is deleted 3 s after its
    disconnect. One that never shook hands is pruned 60 to 70 s after its page: set 70 to wait for that."""


@dataclass(frozen=True, slots=True)
class NiceguiApp:
    """A NiceGUI app: which handshake it wants, its pages say."""

    access: Access
    connect: str
    disconnect: str
    handshake: str
    """The handshake's packet with ``$data`` where its JSON belongs."""
    preset: str = "nicegui"
    namespaces: tuple[str, ...] = ("/",)

    def open(self, body: str, caller: Caller) -> Opening:
        """Read the page's options, and do with them what its ``nicegui.js`` does.

        Source: ``mounted()`` in ``static/nicegui.js`` of 2.0.0, 2.10.1, 2.11.0, 3.2.0, 3.6.1, 3.7.0 and
        3.18.0; the frames of 2.11.0 and 3.18.0 are those that Chromium sent.

        Raises:
            ExtractionError: this is no page of NiceGUI 2 or 3.
        """
        found = _OPTIONS.search(body)
        if found is None:
            raise ExtractionError("not a page of NiceGUI 2 or 3")
        query = _read_query(found[3])
        document, tab = document_id(caller.navigation), caller.tab_id
        identity = {"document_id": document, "tab_id": tab, "old_tab_id": None}
        if caller.is_copy:  # a duplicate finds the other's id in its sessionStorage, and takes one of its own
            identity |= {"tab_id": _other_uuid(document), "old_tab_id": tab}
        if _IMPLICIT in query:
            query |= identity
            return self._opening(caller, query, handshake=None if query[_IMPLICIT] is True else query)
        if (int(found[1]), int(found[2])) < _FIRST_WITH_DOCUMENT_ID:
            del identity["document_id"]
        handshake = {"client_id": query["client_id"], **identity}
        if "next_message_id" in query:
            handshake["next_message_id"] = query["next_message_id"]
        return self._opening(caller, query, handshake)

    def _opening(
        self, caller: Caller, query: Mapping[str, Any], handshake: Mapping[str, Any] | None
    ) -> Opening:
        def again(next_message_id: int) -> Opening:
            newer = {"next_message_id": next_message_id}
            if handshake is None:
                return self._opening(caller, {**query, **newer}, None)
            return self._opening(caller, query, {**handshake, **newer})  # its address keeps the old number

        return Opening(
            way=HandshakeWay.IN_CONNECT if handshake is None else HandshakeWay.EVENT,
            query="&".join([f"{as_url(key)}={_as_query(value)}" for key, value in query.items()]),
            connect=self.connect,
            disconnect=self.disconnect,
            values=values_of(caller, {"client_id": str(query["client_id"])}),
            again=Again("_id", again) if "next_message_id" in query else None,
            handshake=None
            if handshake is None
            else Handshake(self.handshake.replace(_DATA, _encode(handshake)), ack_id=0, refusal="[false]"),
        )


def _read_query(text: str) -> dict[str, Any]:
    try:
        query = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        query = {}
    if "client_id" not in query:
        raise ExtractionError("the page does not hold client_id")
    return dict(query)


def _other_uuid(uuid: str) -> str:
    """Return another UUID (version 4), made from one: its halves change places."""
    return f"{uuid[-8:]}-{uuid[9:13]}-{uuid[14:18]}-{uuid[19:23]}-{uuid[-12:-8]}{uuid[:8]}"


def _as_query(value: object) -> str:
    """Spell a value as JavaScript's ``encodeURIComponent`` does."""
    return as_url(value if isinstance(value, str) else _encode(value))


def build_nicegui(table: NiceguiTable) -> NiceguiApp:
    """Prepare an app: every packet is written here, once."""
    return NiceguiApp(
        access=table.access(),
        connect=connect_packet("/"),
        disconnect=disconnect_packet("/"),
        handshake=event_packet("/", "handshake", [_DATA], ack_id=0).replace(f'"{_DATA}"', _DATA),
    )
