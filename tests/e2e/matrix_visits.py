"""Visits made by hand for the matrix: one that meets a fault, and ones that leave in every manner."""

import contextlib
import json
import socket
import struct
from http.client import HTTPConnection
from typing import Any

import websocket

from tests.hooks.receiver import RUN

__all__ = ["FAULTS", "Polling", "WebSocket", "fetch_page", "leave_in_every_manner", "meet", "trace"]

FAULTS = (
    "connect",
    "type",
    "plain",
    "coroutine",
    "disconnect",
    "logged",
    "background",
    "loose",
    "ack",
    "page",
)
_TIMEOUT_S = 10


def trace(number: int) -> dict[str, str]:
    """Return the header by which the server knows a navigation."""
    return {"traceparent": f"00-{RUN}{number:016x}-00000000000000aa-00"}


def fetch_page(port: int, number: int) -> int:
    """Ask for the page, and return the answer's status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    with contextlib.closing(connection):
        connection.request("GET", "/page", headers=trace(number))
        return connection.getresponse().status


class WebSocket:
    """A visitor by WebSocket."""

    def __init__(self, port: int, number: int, query: str = "") -> None:
        address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket{query}"
        header = [f"{name}: {value}" for name, value in trace(number).items()]
        self.socket = websocket.create_connection(address, _TIMEOUT_S, header=header)
        assert str(self.socket.recv())[0] == "0"

    def say(self, packet: str) -> None:
        """Send a packet."""
        self.socket.send(packet)

    def hear(self, beginning: str) -> str:
        """Return the first packet that begins so; answer pings meanwhile."""
        while True:
            packet = str(self.socket.recv())
            if packet.startswith(beginning):
                return packet
            if packet == "2":
                self.socket.send("3")

    def leave(self) -> None:
        """Close as a browser does, and wait until the server has."""
        self.socket.close()


class Polling:
    """A visitor by long polling."""

    def __init__(self, port: int, number: int, query: str = "") -> None:
        self.path = f"/socket.io/?EIO=4&transport=polling{query}"
        self.headers = trace(number)
        self.http = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
        self.waiting: list[str] = []
        opened = self._ask("GET")
        self.path += "&sid=" + json.loads(opened[1:])["sid"]

    def _ask(self, method: str, body: str | None = None) -> str:
        self.http.request(method, self.path, body, self.headers)
        return self.http.getresponse().read().decode()

    def say(self, packet: str) -> None:
        """Send a packet."""
        self._ask("POST", packet)

    def hear(self, beginning: str) -> str:
        """Return the first packet that begins so; answer pings meanwhile."""
        while True:
            while self.waiting:
                packet = self.waiting.pop(0)
                if packet.startswith(beginning):
                    return packet
                if packet == "2":
                    self.say("3")
            self.waiting = self._ask("GET").split("\x1e")

    def leave(self) -> None:
        """Say that it goes, and close."""
        self.say("1")
        self.http.close()


def meet(kind: type[WebSocket] | type[Polling], port: int, number: int, fault: str) -> None:
    """Make one visit that meets the fault, and leaves."""
    if fault == "page":
        fetch_page(port, number)
        return
    visitor = kind(port, number, f"&fault={fault}")
    visitor.say("40")
    if fault not in ("connect", "type"):
        visitor.hear("40")
        event = {"disconnect": "badly", "ack": "ask"}.get(fault, fault)
        visitor.say(f'421["{event}"]')
        if fault == "ack":
            visitor.say("43" + visitor.hear("42")[2:].partition("[")[0] + "[]")
        elif fault not in ("plain", "coroutine"):
            visitor.hear("431")
    with contextlib.suppress(OSError, websocket.WebSocketException):
        visitor.leave()


def leave_in_every_manner(kind: type[WebSocket] | type[Polling], port: int) -> int:
    """Make a visit for each point and manner of leaving; return how many there were."""
    number = 0
    for point in _POINTS:
        for manner in _WS_MANNERS if kind is WebSocket else _POLLING_MANNERS:
            number += 1
            fetch_page(port, number)
            visitor = kind(port, number)
            for packet, answer in point:
                visitor.say(packet)
                if answer:
                    visitor.hear(answer)
            with contextlib.suppress(OSError, websocket.WebSocketException):
                manner(visitor)
    return number


_POINTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("40", ""),),
    (("40", "40"),),
    (("40", "40"), ('421["plain"]', "")),
    (("40", "40"), ('421["plain"]', "431"), ('422["background"]', ""), ('423["loose"]', "")),
    (("40", "40"), ('421["ask"]', "42")),
    (("40", "40"), ('421["coroutine"]', ""), ('422["badly"]', "")),
)


def _socket_of(visitor: Any) -> socket.socket | None:
    """Return the connection, None when the server has closed it after its last answer (werkzeug does)."""
    found = (visitor.socket if isinstance(visitor, WebSocket) else visitor.http).sock
    assert found is None or isinstance(found, socket.socket)
    return found


def _reset(visitor: Any) -> None:
    sock = _socket_of(visitor)
    assert sock
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _fin(visitor: Any) -> None:
    sock = _socket_of(visitor)
    if sock:
        sock.close()


def _leave(visitor: Any) -> None:
    visitor.leave()


def _eio_close(visitor: Any) -> None:
    visitor.say("1")
    _fin(visitor)


def _sio_disconnect(visitor: Any) -> None:
    visitor.say("41")
    _fin(visitor)


def _reset_in_poll(visitor: Any) -> None:
    visitor.http.request("GET", visitor.path, headers=visitor.headers)
    _reset(visitor)


def _fin_in_poll(visitor: Any) -> None:
    visitor.http.request("GET", visitor.path, headers=visitor.headers)
    _fin(visitor)


_WS_MANNERS = (_leave, _fin, _reset, _eio_close, _sio_disconnect)
_POLLING_MANNERS = (_leave, _fin, _sio_disconnect, _fin_in_poll, _reset_in_poll)
