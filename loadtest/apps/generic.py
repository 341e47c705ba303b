"""Any Socket.IO app, described by a few keys of a profile: the preset ``generic``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.apps.generic_table import GenericTable, HandshakeTable
from loadtest.apps.opening import connect_packet, disconnect_packet, document_id, event_packet
from loadtest.apps.template import Template, as_json, as_url
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Handshake, HandshakeWay, Opening

__all__ = ["GenericApp", "build_generic"]

_ACK_ID = 0
"""What the first acknowledgement that a page asks for has."""


@dataclass(frozen=True, slots=True)
class _HandshakeTemplate:
    packet: Template
    ack_id: int | None
    answer: str | None

    def fill(self, values: Mapping[str, str]) -> Handshake:
        return Handshake(self.packet.fill(values, as_json), ack_id=self.ack_id, answer=self.answer)


@dataclass(frozen=True, slots=True)
class GenericApp:
    """An app whose page and packets a profile describes."""

    pages: tuple[tuple[str, float], ...]
    socket_path: str
    quiet_s: float
    headers: Mapping[str, str]
    extract: Mapping[str, re.Pattern[str]]
    query: Template
    connect: Template
    disconnect: str
    handshake: _HandshakeTemplate | None
    preset: str = "generic"

    def open(self, body: str, tab_id: str, navigation: str) -> Opening:
        """Take the named values out of the page, and put them where the profile wants them.

        Raises:
            ExtractionError: the page does not hold one of them.
        """
        values = {"tab_id": tab_id, "document_id": document_id(navigation), "navigation": navigation}
        for name, regex in self.extract.items():
            found = regex.search(body)
            if found is None or found[1] is None:
                raise ExtractionError(f"the page does not hold {name}")
            values[name] = found[1]
        return Opening(
            way=HandshakeWay.EVENT if self.handshake else HandshakeWay.NONE,
            query=self.query.fill(values, as_url),
            connect=self.connect.fill(values, as_json),
            disconnect=self.disconnect,
            handshake=self.handshake.fill(values) if self.handshake else None,
        )


def build_generic(table: GenericTable) -> GenericApp:
    """Prepare an app: every packet is written here, once."""
    (namespace,) = table.namespaces
    query = [
        Template.join("=", [Template.parse(key, as_url), Template.parse(value, as_url)])
        for key, value in table.query.items()
    ]
    return GenericApp(
        pages=table.pages,
        socket_path=table.socket_path,
        quiet_s=table.quiet_s,
        headers=table.headers,
        extract={name: extract.regex for name, extract in table.extract.items()},
        query=Template.join("&", query),
        connect=Template.parse(connect_packet(namespace, table.auth)),
        disconnect=disconnect_packet(namespace),
        handshake=_prepare_handshake(namespace, table.handshake) if table.handshake else None,
    )


def _prepare_handshake(namespace: str, table: HandshakeTable) -> _HandshakeTemplate:
    ack_id = _ACK_ID if table.ack else None
    arguments = [] if table.data is None else [table.data]
    packet = event_packet(namespace, table.event, arguments, ack_id)
    return _HandshakeTemplate(Template.parse(packet), ack_id, table.answer)
