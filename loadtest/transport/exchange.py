"""HTTP over one kept-alive connection: one request and its answer at a time."""

from dataclasses import dataclass

from loadtest.navigation.record import Outcome
from loadtest.transport.body import read_body
from loadtest.transport.fault import CLOSED, VisitError
from loadtest.transport.head import Head, read_head
from loadtest.transport.line import Line
from loadtest.transport.target import Target

__all__ = ["Answer", "Exchange", "first_words"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, its body as it came over the wire."""

    head: Head
    body: bytes

    @property
    def words(self) -> str | None:
        """How the body of a refusal begins, when it is text."""
        fields = self.head.fields
        is_text = b"content-encoding" not in fields and b"text" in fields.get(b"content-type", b"")
        return first_words(self.body) if is_text else None


def first_words(body: bytes) -> str | None:
    """Return how a refusal's body begins, in one line; None when it has no words, or is a page of HTML."""
    text = " ".join(body[:200].decode("utf-8", "replace").split())
    return None if text.startswith("<") else text or None


class Exchange:
    """Sends requests, and reads each one's answer, over a connection that it opens when it needs one.

    Args:
        line: a connection that is open already, and kept from an earlier exchange.

    Raises:
        VisitError, OSError: from any method, there is no answer.
    """

    __slots__ = ("_is_reused", "_request", "_target", "is_spent", "is_waiting", "line")

    def __init__(self, target: Target, line: Line | None = None) -> None:
        self._target = target
        self._request = b""
        self._is_reused = line is not None
        self.line = line
        """The connection, from its first use on."""
        self.is_spent = False
        """Whether the server takes no further request over it."""
        self.is_waiting = False
        """Whether a request has been sent whose answer has not been read."""

    def connect(self) -> Line:
        """Open a connection, and wait until it stands."""
        line = self._open()
        line.finish_connecting()
        return line

    def _open(self) -> Line:
        if self.is_spent:
            self.close()
        if self.line is None:
            self._is_reused = self.is_spent = False
            self.line = self._target.connect()
        return self.line

    def _current(self) -> Line:
        assert self.line is not None, "a request is sent before its answer is read"
        return self.line

    def send(self, request: bytes) -> None:
        """Send a request; a kept connection that the server has closed meanwhile is replaced, once."""
        self._request = request
        self.is_waiting = True
        try:
            self._open().send(request)
        except OSError:
            if not self._is_reused:
                raise
            self._send_again()

    def _send_again(self) -> None:
        self.close()
        self._open().send(self._request)

    def await_answer(self) -> None:
        """Wait for the first bytes of the answer."""
        line = self._current()
        try:
            has_come = bool(line.buffer) or line.fill()
        except OSError:
            if not self._is_reused:
                raise
            has_come = False
        if not has_come and self._is_reused:
            self._send_again()
            has_come = self._current().fill()
        if not has_come:
            raise VisitError(Outcome.LOST, CLOSED)

    def read(self) -> Answer:
        """Read the answer; 103 Early Hints and the like, which come before it, are passed over."""
        self.await_answer()
        line = self._current()
        head = read_head(line)
        while head.status < 200:
            line.buffer = line.buffer[head.size_bytes :]
            head = read_head(line)
        body, is_kept = read_body(line, head)
        self.is_waiting = False
        self._is_reused, self.is_spent = True, not is_kept
        return Answer(head, body)

    def close(self) -> None:
        """Close the connection; never waits."""
        line, self.line = self.line, None
        if line is not None:
            line.close()
