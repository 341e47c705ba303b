"""Reflex: a token for each tab, and the hydrate event, inside CONNECT or after it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainValidator

from loadtest.apps.app import Access
from loadtest.apps.mistake import mistaken, show
from loadtest.apps.opening import connect_packet, disconnect_packet, event_packet, values_of
from loadtest.apps.table import AppTable, Pages, SocketPath
from loadtest.navigation.act import Emit
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening
from loadtest.navigation.point import Manner

__all__ = ["Hydration", "ReflexApp", "ReflexTable", "build_reflex"]

_STATE = "reflex___state____state"
"""The full name of Reflex's root state, of which every app's state is a part."""


_ON_LOAD = "reflex___state____on_load_internal_state.on_load_internal"
"""What 0.9.13 and before emit right after the hydrate event; later ones have it in the one event."""


class Hydration(StrEnum):
    """When a page asks for its state."""

    CONNECT = "connect"
    """Inside CONNECT: 0.10.0 and later."""
    EVENT = "event"
    """By an event after CONNECT: 0.9.13 and before; later servers understand it too."""


def _read_hydration(value: Any) -> Hydration:
    if value not in list(Hydration):
        raise mistaken(f"{show(value)} is not one of {', '.join(Hydration)}")
    return Hydration(value)


def _read_route(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise mistaken(f'{show(value)} is not a path that begins with a slash, such as "/"')
    return value


class ReflexTable(AppTable):
    """What the preset ``reflex`` lets a profile say."""

    preset: str = "reflex"
    pages: Pages = (("/ping", 1.0),)
    """A backend alone has no page; this one exists."""
    socket_path: SocketPath = "/_event/"
    route: Annotated[str, PlainValidator(_read_route)] = "/"
    """The app's page that says it is open, which need not be what ``pages`` fetches."""
    hydrate: Annotated[Hydration, PlainValidator(_read_hydration)] = Hydration.CONNECT


@dataclass(frozen=True, slots=True)
class ReflexApp:
    """A Reflex app; its pages, from the backend or a server of their own, hold nothing that is needed."""

    access: Access
    namespaces: tuple[str, ...]
    way: HandshakeWay
    connect: str
    disconnect: str
    handshake: Handshake | None
    preset: str = "reflex"

    def open(self, body: str, caller: Caller) -> Opening:
        """Open the socket with the tab's token, which the browser keeps in its sessionStorage.

        Source: ``state.js`` and ``compiler/templates.py`` of 0.7.0, 0.8.0, 0.9.0, 0.9.4, 0.9.13, 0.10.0 and
        0.10.1, ``EventNamespace`` in ``app.py`` of 0.10.1; the frames of 0.9.13 and 0.10.1 are those that
        Chromium sent. What 0.10 adds and only a compiled page knows, hashes of its state, lets the server
        send less and is left out, as is the release that a page names as its WebSocket subprotocol.
        """
        del body
        return Opening(
            way=self.way,
            query=f"token={caller.tab_id}",
            connect=self.connect,
            disconnect=self.disconnect,
            handshake=self.handshake,
            namespace=self.namespaces[0],
            values=values_of(caller, {}),
        )


def build_reflex(table: ReflexTable) -> ReflexApp:
    """Prepare an app: every packet is written here, once."""
    namespace = table.socket_path.rstrip("/") or "/"
    # a page says goodbye in `beforeunload` (seen in Chromium: `41/_event,` before the socket closes)
    access = replace(table.access(namespace), farewell=Manner.SIO_DISCONNECT)
    way, auth, handshake = HandshakeWay.IN_CONNECT, None, None
    if table.hydrate is Hydration.CONNECT:
        auth = {"event": _event("hydrate_and_load", table.route)}
    else:
        way = HandshakeWay.EVENT
        hydrate = _event("hydrate", table.route)
        handshake = Handshake(event_packet(namespace, "event", [hydrate]), answer="event")
        on_load = Emit("event", (_event(_ON_LOAD, table.route.replace("$", "$$")),), namespace)
        access = replace(access, steps=(on_load, *access.steps))
    return ReflexApp(
        access=access,
        namespaces=(namespace,),
        way=way,
        connect=connect_packet(namespace, auth),
        disconnect=disconnect_packet(namespace),
        handshake=handshake,
    )


def _event(name: str, route: str) -> dict[str, Any]:
    return {"name": f"{_STATE}.{name}", "router_data": {"pathname": route, "asPath": route}}
