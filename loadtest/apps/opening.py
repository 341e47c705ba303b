"""The packets that open a page's socket, written by python-socketio's own classes, once for each run."""

from collections.abc import Mapping
from typing import Any

import engineio.packet
import socketio.packet

from loadtest.navigation.opening import Caller

__all__ = ["connect_packet", "disconnect_packet", "document_id", "event_packet", "values_of"]


def document_id(navigation: str) -> str:
    """Return the UUID (version 4) text that a browser would draw for a page load, made from its trace id."""
    return f"{navigation[:8]}-{navigation[8:12]}-4{navigation[13:16]}-8{navigation[17:20]}-{navigation[20:]}"


def values_of(caller: Caller, extracted: Mapping[str, str]) -> Mapping[str, str]:
    """Return what templates may name: who opens the page, the tab's row of data, what the page holds."""
    return {
        "tab_id": caller.tab_id,
        "document_id": document_id(caller.navigation),
        "navigation": caller.navigation,
        **caller.row,
        **extracted,
    }


def connect_packet(namespace: str, auth: dict[str, Any] | None = None) -> str:
    """Return the text frame of a CONNECT."""
    return _frame(socketio.packet.CONNECT, namespace, auth)


def disconnect_packet(namespace: str) -> str:
    """Return the text frame of a DISCONNECT."""
    return _frame(socketio.packet.DISCONNECT, namespace)


def event_packet(namespace: str, event: str, arguments: list[Any], ack_id: int | None = None) -> str:
    """Return the text frame of an EVENT, which asks for an acknowledgement when it has an id."""
    return _frame(socketio.packet.EVENT, namespace, [event, *arguments], ack_id)


def _frame(kind: int, namespace: str, data: Any = None, ack_id: int | None = None) -> str:
    packet = socketio.packet.Packet(kind, data=data, namespace=namespace, id=ack_id)
    frame: str = engineio.packet.Packet(engineio.packet.MESSAGE, data=packet.encode()).encode()
    return frame
