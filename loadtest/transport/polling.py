"""Engine.IO over HTTP long-polling: a GET that waits for packets, a POST for what is sent.

Source: the Engine.IO protocol, revision 4, "HTTP long-polling": payloads are packets with ``\\x1e`` between
them, binary ones are base64 behind a ``b``.
"""

import base64
import binascii
import random
from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from loadtest.errors import ProtocolError
from loadtest.navigation.record import Outcome
from loadtest.transport.body import decode_body
from loadtest.transport.channel import Message
from loadtest.transport.exchange import Answer, Exchange
from loadtest.transport.fault import VisitError
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.line import Line
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target

__all__ = ["PollRequests", "Polling", "read_payload", "write_payload"]

_SEPARATOR = "\x1e"
_XHR: Mapping[str, str] = MappingProxyType({"Accept": "*/*", "Connection": "keep-alive"})
_POST: Mapping[str, str] = MappingProxyType({"Content-Type": "text/plain;charset=UTF-8"})


def write_payload(messages: Sequence[Message]) -> str:
    """Return one payload of these packets."""
    return _SEPARATOR.join(
        message if isinstance(message, str) else "b" + base64.b64encode(message).decode("ascii")
        for message in messages
    )


def read_payload(text: str) -> list[Message]:
    """Take a payload apart.

    Raises:
        ProtocolError: a binary packet in it is no base64.
    """
    messages: list[Message] = []
    for part in text.split(_SEPARATOR):
        if part[:1] != "b":
            messages.append(part)
            continue
        try:
            messages.append(base64.b64decode(part[1:], validate=True))
        except (binascii.Error, ValueError) as error:
            raise ProtocolError(f"a binary packet that is no base64: {part[:80]!r}") from error
    return messages


class PollRequests:
    """The parts of polling's requests that are the same for every visit of a run."""

    def __init__(self, target: Target, socket_path: str, headers: Mapping[str, str]) -> None:
        self._path = f"{target.base_path}{socket_path}?EIO=4&transport=polling".encode("ascii")
        host = {"Host": target.host_header}
        self._get = b" HTTP/1.1\r\n" + header_lines(host, BROWSER, _XHR, headers)
        origin = {"Origin": target.origin}
        self._post = b" HTTP/1.1\r\n" + header_lines(host, origin, BROWSER, _XHR, headers, _POST)

    def get(self, query: bytes, trace: bytes) -> bytes:
        """Return a GET; ``query`` begins with ``&``, ``trace`` is header lines, cookies among them."""
        return b"".join((b"GET ", self._path, query, self._get, trace, b"\r\n"))

    def post(self, query: bytes, trace: bytes, body: bytes) -> bytes:
        """Return a POST with its body."""
        length = b"Content-Length: %d\r\n" % len(body)
        return b"".join((b"POST ", self._path, query, self._post, length, trace, b"\r\n", body))


class Polling:
    """The long-polling channel of one visit.

    Args:
        query: what the socket's address has beyond ``EIO`` and ``transport``, encoded.
        trace: the header lines that name the visit.

    A POST's answer is read before the next thing is sent, not when the POST is: who leaves right after a
    POST leaves while the server's handler runs.
    """

    __slots__ = ("_get", "_messages", "_post", "_query", "_requests", "_tab", "_trace")

    def __init__(self, target: Target, requests: PollRequests, tab: Tab, query: str, trace: bytes) -> None:
        self._requests = requests
        self._tab = tab
        self._query = b"&" + query.encode("ascii") if query else b""
        self._trace = trace
        self._get = Exchange(target)
        self._post = Exchange(target)
        self._messages: deque[Message] = deque()

    @property
    def lines(self) -> Sequence[Line]:
        """The connections of the GET and of the POST, as far as they have been opened."""
        return [line for line in (self._get.line, self._post.line) if line is not None]

    def opened(self, sid: str) -> None:
        """Name the session in every request from now on."""
        self._query += b"&sid=" + sid.encode("ascii", "replace")

    def _complete(self) -> tuple[bytes, bytes]:
        stamp = b"&t=%08x" % random.getrandbits(32)  # a browser's cache must not answer (engine.io-client)
        return stamp + self._query, self._trace + self._tab.cookies.header

    def ask(self) -> None:
        """Send a GET unless one is on its way."""
        if not self._get.is_waiting:
            self._get.send(self._requests.get(*self._complete()))

    listen = ask

    def send_all(self, messages: Sequence[Message]) -> None:
        """Post messages in one payload; the answer is read later."""
        self.finish_sending()
        self._post.send(self._requests.post(*self._complete(), write_payload(messages).encode()))

    def send_half(self, messages: Sequence[Message]) -> None:
        """Send a POST up to the middle of its body."""
        self.finish_sending()
        body = write_payload(messages).encode()
        request = self._requests.post(*self._complete(), body)
        self._post.send(request[: len(request) - (len(body) + 1) // 2])

    def finish_sending(self) -> None:
        """Wait for the answer to the last POST."""
        if self._post.is_waiting:
            self._take(self._post.read())

    def receive(self) -> Message:
        """Wait for a message."""
        while not self._messages:
            self.finish_sending()
            self.ask()
            answer = self._get.read()
            self._messages.extend(read_payload(self._take(answer)))
        return self._messages.popleft()

    receive_next = receive

    def await_message(self) -> None:
        """Wait until the GET's answer begins to come."""
        if not self._messages:
            if self._post.is_waiting:
                self._post.await_answer()
                self.finish_sending()
            self.ask()
            self._get.await_answer()

    @property
    def is_waiting(self) -> bool:
        """Whether a GET is on its way, or what one brought has not been received."""
        return self._get.is_waiting or bool(self._messages)

    def _take(self, answer: Answer) -> str:
        head = answer.head
        if head.cookies:  # a load balancer's, mostly
            self._tab.cookies.take(head.cookies)
        if head.status != 200:
            raise VisitError(Outcome.REFUSED, f"polling answered {head.status}", answer.words)
        return decode_body(answer.body, head.fields)

    def give_lines_away(self) -> None:
        """Let somebody else own the connections."""
        self._get.line = self._post.line = None

    def close(self) -> None:
        """Close both connections; never waits."""
        self._get.close()
        self._post.close()
