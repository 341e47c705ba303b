"""Finds an Engine.IO server by trying: its path, transports, ping times and namespaces."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from loadtest.apps.opening import connect_packet, disconnect_packet
from loadtest.discovery.fetch import Answer, Fetcher, UnansweredError
from loadtest.errors import ProtocolError
from loadtest.navigation.packet import Open, Packet, PacketKind, read_open, read_packet
from loadtest.navigation.point import Transport
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["Engine", "Family", "Trial", "Version", "read_family", "try_namespaces", "try_path"]

_SEPARATOR = "\x1e"
_MOST_PACKETS = 100
_OLD_STARTS = ("\x00", "�")
"""Of a payload in Engine.IO 3's binary form: lengths in bytes that are no text."""


class Version(StrEnum):
    """The protocol that a server speaks."""

    CURRENT = "Engine.IO 4"
    OLD = "Engine.IO 3"
    """Socket.IO 2 and before: recognised, and not spoken by this tool."""


class Family(StrEnum):
    """Whose open packet it is, by the order of its keys."""

    PYTHON = "python-engineio"
    NODE = "engine.io for Node, or one that copies it"
    OTHER = "another"


_ORDERS: Mapping[tuple[str, ...], Family] = {
    ("pingTimeout", "pingInterval"): Family.PYTHON,
    ("pingInterval", "pingTimeout"): Family.NODE,
}


@dataclass(frozen=True, slots=True)
class Engine:
    """An Engine.IO server that answered."""

    socket_path: str
    transports: tuple[Transport, ...]
    """Those over which it sent its open packet; the best for a load test first."""
    open: Open
    family: Family
    server: str
    """What its HTTP answers say that it is."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one path said."""

    socket_path: str
    engine: Engine | None
    words: str
    """One line for a person."""
    version: Version | None = None


def try_path(fetcher: Fetcher, socket_path: str) -> Trial:
    """Ask whether an Engine.IO server is at a path, over polling and over WebSocket."""
    path = f"{fetcher.target.base_path}{socket_path}?EIO=4&transport=polling"
    server, polled = "", None
    try:
        answer = fetcher.get(path)
        server, said = answer.server, _words(answer)
        if _is_old(answer.body):
            return Trial(socket_path, None, "Engine.IO 3 (Socket.IO 2 and before)", Version.OLD)
        polled = _open_in(answer.body) if answer.is_ok else None
    except UnansweredError as error:
        said = str(error)
    if polled is not None:
        with suppress(UnansweredError):  # it would wait for us until its ping time-out
            fetcher.post(f"{path}&sid={polled[0].sid}", "1")
    switched, refusal = _try_websocket(fetcher, socket_path)
    given = switched or polled
    if given is None:
        return Trial(socket_path, None, said if said == refusal else f"{said}; WebSocket: {refusal}")
    opened, family = given
    ways = ((Transport.WEBSOCKET, switched), (Transport.POLLING, polled))
    transports = tuple(way for way, has_come in ways if has_come)
    engine = Engine(socket_path, transports, opened, family, server)
    return Trial(socket_path, engine, f"Engine.IO 4 over {' and '.join(transports)}", Version.CURRENT)


def _words(answer: Answer) -> str:
    text = " ".join(answer.body[:200].split())
    is_short = text and not text.startswith("<") and not answer.is_ok
    return f"answered {answer.status}" + (f" {text[:80]}" if is_short else "")


def _is_old(body: str) -> bool:
    """Return whether this is a payload of Engine.IO 3: each packet after its length."""
    digits, colon, rest = body[:400].partition(":")
    is_text = bool(colon) and digits.isascii() and digits.isdecimal() and rest.startswith("0{")
    return is_text or (body.startswith(_OLD_STARTS) and '{"sid"' in body[:40])


def read_family(packet: Packet) -> Family:
    """Return whose open packet this is."""
    data = packet.decode()
    order = tuple(key for key in data if key in ("pingTimeout", "pingInterval"))
    return _ORDERS.get(order, Family.OTHER)


def _open_in(text: str) -> tuple[Open, Family] | None:
    """Read an open packet, with its first packet alone when more came with it."""
    try:
        packet = read_packet(text.split(_SEPARATOR, 1)[0])
        if packet.kind is not PacketKind.OPEN:
            return None
        opened = read_open(packet)
        return (opened, read_family(packet)) if opened.sid.isascii() and opened.sid.isprintable() else None
    except ProtocolError:
        return None


def _receive_text(socket: LeanWebSocket) -> str:
    message = socket.receive()
    return message if isinstance(message, str) else ""


def _try_websocket(fetcher: Fetcher, socket_path: str) -> tuple[tuple[Open, Family] | None, str]:
    try:
        with fetcher.websocket(socket_path) as exchange:
            opened = _open_in(exchange(_receive_text))
            exchange(LeanWebSocket.send_going_away)
            return opened, "" if opened else "no open packet"
    except UnansweredError as error:
        return None, str(error)


def try_namespaces(fetcher: Fetcher, engine: Engine, names: Sequence[str]) -> Mapping[str, str | None]:
    """Enter each namespace; return the server's reason for each, None where it let us in."""
    reasons: dict[str, str | None] = dict.fromkeys(names, "no answer to CONNECT")

    def hear(text: str) -> bool:
        """Take a packet in; return whether all have been answered."""
        with suppress(ProtocolError):
            packet = read_packet(text)
            if packet.namespace in reasons and packet.kind in (PacketKind.CONNECT, PacketKind.CONNECT_ERROR):
                is_in = packet.kind is PacketKind.CONNECT
                reasons[packet.namespace] = None if is_in else _reason(packet)
                waiting.discard(packet.namespace)
        return not waiting

    waiting = set(names)
    with suppress(UnansweredError):
        if Transport.WEBSOCKET in engine.transports:
            _enter_over_websocket(fetcher, engine.socket_path, names, hear)
        else:
            _enter_over_polling(fetcher, engine.socket_path, names, hear)
    return reasons


def _reason(packet: Packet) -> str:
    with suppress(ProtocolError):
        data = packet.decode()
        message = data.get("message") if isinstance(data, dict) else data
        return json.dumps(message, ensure_ascii=False)[:100]
    return "refused"


def _enter_over_websocket(
    fetcher: Fetcher, socket_path: str, names: Sequence[str], hear: Callable[[str], bool]
) -> None:
    def enter(socket: LeanWebSocket) -> None:
        _receive_text(socket)
        for name in names:
            socket.send_text(connect_packet(name))
        for _ in range(_MOST_PACKETS):
            if hear(_receive_text(socket)):
                return

    def leave(socket: LeanWebSocket) -> None:
        for name in names:
            socket.send_text(disconnect_packet(name))
        socket.send_going_away()

    with fetcher.websocket(socket_path) as exchange:
        exchange(enter)
        exchange(leave)


def _enter_over_polling(
    fetcher: Fetcher, socket_path: str, names: Sequence[str], hear: Callable[[str], bool]
) -> None:
    path = f"{fetcher.target.base_path}{socket_path}?EIO=4&transport=polling"
    given = _open_in(fetcher.get(path).body)
    if given is None:
        return
    path += f"&sid={given[0].sid}"
    fetcher.post(path, _SEPARATOR.join(map(connect_packet, names)))
    for _ in range(len(names) + 1):
        answers = [hear(text) for text in fetcher.get(path).body.split(_SEPARATOR)[:_MOST_PACKETS]]
        if answers[-1]:
            break
    fetcher.post(path, _SEPARATOR.join([*map(disconnect_packet, names), "1"]))
