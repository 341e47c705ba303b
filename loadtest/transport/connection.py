"""One Engine.IO connection of a visit, on its way from nothing to open, over any transport."""

import contextlib
from collections.abc import Iterator, Sequence

from websocket import ABNF

from loadtest.transport.channel import Channel, Message
from loadtest.transport.line import Line
from loadtest.transport.manners import leave_by_fin
from loadtest.transport.polling import Polling
from loadtest.transport.site import Errand, Site
from loadtest.transport.tab import Tab
from loadtest.transport.upgrade import read_upgrade
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["Connection"]

_PROBE = "2probe"
_UPGRADE = "5"
_NOOP = "6"


class Connection:
    """The connection, each step of its opening a method; it owns its lines.

    Args:
        query: of the socket's address, as the page wants it.

    Raises:
        VisitError, OSError, WebSocketException, ProtocolError: from any method; see ``Channel``.
    """

    __slots__ = ("_accept", "_errand", "_line", "_query", "_site", "_tab", "polling", "socket")

    def __init__(self, site: Site, tab: Tab, errand: Errand, query: str) -> None:
        self._site = site
        self._tab = tab
        self._errand = errand
        self._query = query
        self._line: Line | None = None
        self._accept = b""
        self.socket: LeanWebSocket | None = None
        """The WebSocket, once the server has switched to it."""
        self.polling: Polling | None = None
        """Long-polling, until the upgrade packet is sent."""

    @property
    def channel(self) -> Channel:
        """What carries packets now."""
        channel = self.polling or self.socket
        assert channel is not None, "it is opened first"
        return channel

    @property
    def lines(self) -> Sequence[Line]:
        """Every connection that is open, the WebSocket's first."""
        own = [] if self._line is None else [self._line]
        return [*own, *(self.polling.lines if self.polling else ())]

    def ask_poll(self) -> None:
        """Send the GET that opens Engine.IO."""
        self.polling = Polling(
            self._site.target, self._site.polls, self._tab, self._query, self._errand.trace
        )
        self.polling.ask()

    def ask_upgrade(self, sid: str | None = None) -> None:
        """Ask for a WebSocket: for a new session, or for one that long-polling has opened."""
        query = self._query if sid is None else "&".join(filter(None, (self._query, f"sid={sid}")))
        upgrade = self._site.upgrades.of(query, self._errand.trace, self._tab.cookies.header)
        self._line = self._site.target.connect()
        self._line.send(upgrade.request)
        self._accept = upgrade.accept

    def ask_probe(self, sid: str) -> None:
        """Poll, as a client does while it probes, and ask for the WebSocket."""
        self._get_polling().ask()
        self.ask_upgrade(sid)

    def read_upgrade(self) -> None:
        """Read the answer: the WebSocket is there."""
        assert self._line is not None, "the upgrade is asked for first"
        head = read_upgrade(self._line, self._accept)
        if head.cookies:
            self._tab.cookies.take(head.cookies)
        self.socket = LeanWebSocket(self._line)

    def send_probe(self) -> None:
        """Send the probe over the WebSocket."""
        self._get_socket().send_text(_PROBE)

    def read_probe(self) -> Message:
        """Read what comes over the WebSocket: the probe's answer."""
        return self._get_socket().receive()

    def read_last_polls(self) -> Iterator[Message]:
        """Yield what long-polling still brings, to the end of the payload with the noop that ends it.

        A client sends the upgrade packet only then (engine.io-client: ``transport.pause``; that ends with the
        poll that is in flight whatever it brings, this one goes on to the noop that every server sends).
        """
        polling, is_over = self._get_polling(), False
        while polling.is_waiting or not is_over:
            message = polling.receive()
            if message == _NOOP:
                is_over = True
            else:
                yield message

    def send_upgrade(self) -> None:
        """Send the upgrade packet; long-polling is over."""
        self._get_socket().send_text(_UPGRADE)
        polling, self.polling = self._get_polling(), None
        for line in polling.lines:
            with contextlib.suppress(OSError):  # the server has dropped it: nothing hangs on it any more
                leave_by_fin(line)

    def send_half(self, messages: Sequence[Message]) -> None:
        """Send the first half of a frame, or of a POST."""
        if self.polling is not None:
            self.polling.send_half(messages)
            return
        frame = ABNF.create_frame(messages[0], ABNF.OPCODE_TEXT).format()
        self._get_socket().line.send(frame[: len(frame) // 2])

    def _get_polling(self) -> Polling:
        assert self.polling is not None, "long-polling opens first"
        return self.polling

    def _get_socket(self) -> LeanWebSocket:
        assert self.socket is not None, "the upgrade is read first"
        return self.socket

    def give_lines_away(self) -> None:
        """Let somebody else own the connections."""
        self._line = None
        if self.polling is not None:
            self.polling.give_lines_away()

    def close(self) -> None:
        """Close every connection; never waits."""
        for line in self.lines:
            line.close()
        self.give_lines_away()
