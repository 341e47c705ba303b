"""The Engine.IO connections of a recording, each with its page and its packets."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from loadtest.discovery.engine import Family, read_family
from loadtest.discovery.har import PATH_CHARACTERS, Entry, Frame
from loadtest.errors import ProtocolError
from loadtest.navigation.packet import Open, Packet, PacketKind, read_open, read_packet
from loadtest.navigation.point import Transport

__all__ = ["Conversation", "Emitted", "conversations"]

_SEPARATOR = "\x1e"
_OWN = frozenset({"EIO", "transport", "sid", "t", "b64", "j"})
"""What Engine.IO's client writes into a query itself."""
_AT_ONCE_S = 2.0
"""What a page emits by itself after CONNECT it emits sooner than that; later it was a person."""
_NAMESPACE = re.compile(r"""/[^\s,?"]*""")
"""What a profile takes for one."""
_EVENTS = frozenset({PacketKind.EVENT, PacketKind.BINARY_EVENT})
_ACKS = frozenset({PacketKind.ACK, PacketKind.BINARY_ACK})


@dataclass(frozen=True, slots=True)
class Emitted:
    """The event that a page emitted right after CONNECT, and what answered it."""

    namespace: str
    event: str
    arguments: tuple[Any, ...]
    has_ack: bool
    """An acknowledgement came."""
    answer: str | None
    """Else the name of the first event that came after it."""


@dataclass(slots=True)
class _Gathered:
    """What a connection's entries hold, in the order of the file."""

    entries: list[Entry] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    page: Entry | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One Engine.IO connection."""

    page: Entry | None
    """The last page that was loaded before it."""
    first: Entry
    transport: Transport
    socket_path: str
    query: Mapping[str, str]
    version: str
    """What ``EIO`` says."""
    opened: Open | None
    family: Family
    connects: Mapping[str, Any]
    """Namespaces in the order of their CONNECTs, with the auth that was sent."""
    emitted: Emitted | None
    later_events: tuple[str, ...]
    """Names of the events that the browser sent after that."""
    has_frames: bool
    """Whether the recording holds what was said."""


def conversations(entries: Sequence[Entry]) -> Sequence[Conversation]:
    """Return the Engine.IO connections of a recording, in the order in which they were opened."""
    gathered: dict[str, _Gathered] = {}
    page: Entry | None = None
    for index, entry in enumerate(entries):
        if entry.is_page:
            page = entry
        query = dict(entry.query)
        if "EIO" not in query or query.get("transport") not in ("polling", "websocket"):
            continue
        key = query.get("sid") or (None if entry.is_websocket else _sid_in(entry)) or str(index)
        if key not in gathered:
            gathered[key] = _Gathered(page=page)
        gathered[key].entries.append(entry)
        gathered[key].frames += _frames_of(entry)
    return [_read(found) for found in gathered.values()]


def _sid_in(entry: Entry) -> str | None:
    for packet in _packets(_frames_of(entry)):
        if packet.kind is PacketKind.OPEN:
            with suppress(ProtocolError):
                return read_open(packet).sid
    return None


def _frames_of(entry: Entry) -> Sequence[Frame]:
    if entry.is_websocket:
        return entry.frames or ()
    sent_at = entry.started_s
    come_at = None if sent_at is None else sent_at + entry.took_s
    frames = [Frame(True, sent_at, text) for text in (entry.posted or "").split(_SEPARATOR) if text]
    if entry.method == "GET":  # a POST is answered by a plain "ok"
        frames += [Frame(False, come_at, text) for text in (entry.body or "").split(_SEPARATOR) if text]
    return frames


def _packets(frames: Sequence[Frame]) -> Iterator[Packet]:
    for frame in frames:
        with suppress(ProtocolError):
            yield read_packet(frame.text)


def _said(frames: Sequence[Frame], is_sent: bool) -> list[tuple[float, Packet]]:
    """Return what one side said, each with its time (of one that has none: before everything)."""
    said = []
    for frame in frames:
        if frame.is_sent is is_sent:
            with suppress(ProtocolError):
                said.append((-math.inf if frame.at_s is None else frame.at_s, read_packet(frame.text)))
    return said


def _decoded(packet: Packet) -> Any:
    with suppress(ProtocolError):
        return packet.decode()
    return None


def _read(found: _Gathered) -> Conversation:
    first = found.entries[0]
    sent, come = _said(found.frames, is_sent=True), _said(found.frames, is_sent=False)
    connects = {
        packet.namespace: _decoded(packet) if packet.data else None
        for _, packet in sent
        if packet.kind is PacketKind.CONNECT and _NAMESPACE.fullmatch(packet.namespace)
    }
    events = [(at_s, packet) for at_s, packet in sent if packet.kind in _EVENTS]
    emitted = _emitted(events[0], come) if events else None
    opened, family = _opened(come)
    ways = {entry.is_websocket for entry in found.entries}
    return Conversation(
        page=found.page,
        first=first,
        transport=Transport.UPGRADE
        if len(ways) == 2
        else Transport.WEBSOCKET
        if True in ways
        else Transport.POLLING,
        socket_path=f"/{quote(first.url.path.strip('/'), safe=PATH_CHARACTERS)}/",
        query={key: value for key, value in first.query if key not in _OWN},
        version=dict(first.query)["EIO"],
        opened=opened,
        family=family,
        connects=connects or {"/": None},
        emitted=emitted,
        later_events=tuple(
            dict.fromkeys(name for _, packet in events[1 if emitted else 0 :] if (name := _name_of(packet)))
        ),
        has_frames=bool(found.frames),
    )


def _opened(come: Sequence[tuple[float, Packet]]) -> tuple[Open | None, Family]:
    for _, packet in come:
        if packet.kind is PacketKind.OPEN:
            with suppress(ProtocolError):
                return read_open(packet), read_family(packet)
    return None, Family.OTHER


def _name_of(packet: Packet) -> str | None:
    with suppress(ProtocolError):
        return packet.event
    return None


def _emitted(sent: tuple[float, Packet], come: Sequence[tuple[float, Packet]]) -> Emitted | None:
    """Read the page's first event, if it came at once after CONNECT was answered."""
    at_s, packet = sent
    name = _name_of(packet)
    if name is None or packet.attachments or not _NAMESPACE.fullmatch(packet.namespace):
        return None
    replies = [
        when
        for when, reply in come
        if reply.kind is PacketKind.CONNECT and reply.namespace == packet.namespace and when <= at_s
    ]
    lag_s = at_s - max(replies, default=at_s)
    if math.isfinite(lag_s) and lag_s > _AT_ONCE_S:
        return None
    own = [(when, reply) for when, reply in come if reply.namespace == packet.namespace]
    has_ack = any(reply.kind in _ACKS and reply.id == packet.id for _, reply in own if packet.id is not None)
    answers = (_name_of(reply) for when, reply in own if reply.kind in _EVENTS and when >= at_s)
    return Emitted(
        namespace=packet.namespace,
        event=name,
        arguments=tuple(packet.decode()[1:]),
        has_ack=has_ack,
        answer=None if has_ack else next((answer for answer in answers if answer), None),
    )
