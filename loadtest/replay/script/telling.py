"""One way to visit, while a script of it is written: what carries packets, what is unanswered."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.navigation.act import Act
from loadtest.navigation.point import Manner, Transport
from loadtest.replay.script.app_part import AppPart
from loadtest.replay.script.source import INSTEAD, CannotScriptError, literal
from loadtest.replay.script.way import Way

__all__ = ["ONLY_PAGE", "Telling"]

ONLY_PAGE = frozenset({"P00", "P01", "P02", "P03"})
"""Points of visits that never open a socket."""
_WITHOUT_PINGS_S = 3.0
"""NiceGUI's servers ping every 4 s, and no others of the presets more often."""


@dataclass(slots=True)
class Telling:
    """What the steps of one way know while they are told, one after another."""

    way: Way
    app: AppPart
    acts: Sequence[Act] = ()
    socket_path: str = "/socket.io/"
    connection: str = "http.client.HTTPConnection(parts.netloc, timeout=60)"
    """Expression of a connection that HTTP goes over."""
    has_headers: bool = False
    """Whether there is a dict ``HEADERS`` that every request has."""
    has_cookies: bool = False
    """Whether the profile's cookies are among them."""
    is_function: bool = False
    """Whether the lines stand in a function, whose variables are gone when it ends."""
    verifies: bool = True
    """Whether a certificate is looked at."""
    has_socket: bool = field(init=False, default=False)
    """Whether a WebSocket carries the packets already."""
    is_posting: bool = field(init=False, default=False)
    """Whether the last POST's answer is unread."""
    is_listening: bool = field(init=False, default=False)
    """Whether a GET is pending."""

    @property
    def space(self) -> str:
        """The first namespace as packets spell it."""
        return "" if self.app.namespace == "/" else f"{self.app.namespace},"

    @property
    def path(self) -> str:
        """Expression of the page's path."""
        return "path" if self.is_function else literal(self.way.page)

    @property
    def headers_given(self) -> str:
        """What a request's call has for the headers."""
        return ", headers=HEADERS" if self.has_headers else ""

    @property
    def is_polling(self) -> bool:
        """Whether long-polling carries the packets."""
        return self.way.transport is not Transport.WEBSOCKET and not self.has_socket

    def send(self, *packets: str) -> list[str]:
        """Return the lines that send packets, given as expressions."""
        if not self.is_polling:
            return [f"ws.send({packet})" for packet in packets]
        body = ' + "\\x1e" + '.join(packets)
        lines = [*self.finish_posting(), f'post.request("POST", url, {body}, headers)']
        self.is_posting = True
        return lines

    def finish_posting(self) -> list[str]:
        """Return the line that reads the answer of a POST that still waits for it."""
        if not self.is_posting:
            return []
        self.is_posting = False
        return ["post.getresponse().read()"]

    def kept(self, *names: str) -> list[str]:
        """Return the line that keeps connections when the function that made them has ended.

        Closed while bytes lie unread in it, a connection would send RST.
        """
        return [f"kept.extend([{', '.join(names)}])"] if self.is_function else []

    def hear(self, begin: str) -> list[str]:
        """Return the lines that wait for a packet that begins so; ``begin`` is an expression."""
        if not self.is_polling:
            return [f"hear(ws, {begin})"]
        return [*self.finish_posting(), *self.listen(), f"hear({begin})"]

    def listen(self) -> list[str]:
        """Return the line that makes a GET pending, unless one is."""
        if not self.is_polling or self.is_listening:
            return []
        self.is_listening = True
        return ['get.request("GET", url, headers=headers)']

    def stay(self, seconds: float) -> list[str]:
        """Return the lines that let time pass; over a WebSocket pings are answered that can come meanwhile.

        Raises:
            CannotScriptError: it is too long for long-polling, whose pings nobody would answer.
        """
        if seconds < _WITHOUT_PINGS_S:
            return [
                *self.finish_posting(),
                *self.listen(),
                *([f"time.sleep({seconds:.3g})"] if seconds else []),
            ]
        if self.is_polling:
            raise CannotScriptError(
                f"a stay of {seconds:.3g} s over long-polling has pings to answer; {INSTEAD}"
            )
        return [f"stay(ws, {seconds:.3g})"]

    def half(self, packet: str) -> list[str]:
        """Return the lines that send half of a packet, or of the POST that brings it."""
        if not self.is_polling:
            return [
                f"frame = websocket.ABNF.create_frame({packet}, websocket.ABNF.OPCODE_TEXT).format()",
                "ws.sock.sendall(frame[: len(frame) // 2])",
            ]
        return [
            *self.finish_posting(),
            f"body = {packet}",
            'length = {"Content-Length": str(len(body))}',
            'post.request("POST", url, body[: len(body) // 2], headers | length)',
        ]

    @property
    def connections(self) -> Sequence[str]:
        """The names of the connections that long-polling has."""
        at, manner = self.way.at, self.way.manner
        if at == "P04" or (at == "P05" and manner is not Manner.EIO_CLOSE):
            return ("get",)
        return ("get",) if self.way.transport is Transport.UPGRADE and at != "P05" else ("get", "post")
