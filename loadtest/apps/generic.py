"""Any Socket.IO app, described by a few keys of a profile: the preset ``generic``."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.apps.app import Access
from loadtest.apps.extract import Extraction, Page
from loadtest.apps.generic_table import GenericTable, HandshakeTable
from loadtest.apps.opening import connect_packet, disconnect_packet, event_packet, values_of
from loadtest.apps.template import Template, as_json, as_url
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Namespace, Opening

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

    access: Access
    namespaces: tuple[str, ...]
    extract: Mapping[str, Extraction]
    query: Template
    connect: Template
    disconnect: str
    others: tuple[Namespace, ...]
    handshake: _HandshakeTemplate | None
    preset: str

    def open(self, body: str, caller: Caller) -> Opening:
        """Take the named values out of the page, and put them where the profile wants them.

        Raises:
            ExtractionError: the page does not hold one of them.
        """
        page, extracted = Page(body), {}
        for name, extraction in self.extract.items():
            value = extraction.find(page)
            if value is None:
                raise ExtractionError(f"the page does not hold {name}")
            extracted[name] = value
        values = values_of(caller, extracted)
        return Opening(
            way=HandshakeWay.EVENT if self.handshake else HandshakeWay.NONE,
            query=self.query.fill(values, as_url),
            connect=self.connect.fill(values, as_json),
            disconnect=self.disconnect,
            handshake=self.handshake.fill(values) if self.handshake else None,
            namespace=self.namespaces[0],
            others=self.others,
            values=values,
        )


def build_generic(table: GenericTable) -> GenericApp:
    """Prepare an app: every packet is written here, once."""
    namespace, *others = table.namespaces
    query = [
        Template.join("=", [Template.parse(key, as_url), Template.parse(value, as_url)])
        for key, value in table.query.items()
    ]
    return GenericApp(
        access=table.access(namespace),
        namespaces=table.namespaces,
        extract={name: extract.prepare() for name, extract in table.extract.items()},
        query=Template.join("&", query),
        connect=Template.parse(connect_packet(namespace, table.auth)),
        disconnect=disconnect_packet(namespace),
        others=tuple(Namespace(name, connect_packet(name), disconnect_packet(name)) for name in others),
        handshake=_prepare_handshake(namespace, table.handshake) if table.handshake else None,
        preset=table.preset,
    )


def _prepare_handshake(namespace: str, table: HandshakeTable) -> _HandshakeTemplate:
    ack_id = _ACK_ID if table.ack else None
    arguments = [] if table.data is None else [table.data]
    packet = event_packet(namespace, table.event, arguments, ack_id)
    return _HandshakeTemplate(Template.parse(packet), ack_id, table.answer)
