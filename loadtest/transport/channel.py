"""What carries a visit's packets: a WebSocket or long-polling, alike to whoever speaks over it."""

from collections.abc import Sequence
from typing import Protocol

from loadtest.transport.line import Line

__all__ = ["Channel", "Message"]

Message = str | bytes
"""One Engine.IO packet: text, or the attachment of a binary packet."""


class Channel(Protocol):
    """An open Engine.IO connection, seen from the client.

    Raises:
        VisitError: from any method, the server refused or closed it.
        ProtocolError, WebSocketException: no server of this protocol sends this.
        OSError: a connection broke.
    """

    @property
    def lines(self) -> Sequence[Line]:
        """Its connections, the one that the server's end of it hangs on first."""

    def send_all(self, messages: Sequence[Message]) -> None:
        """Send messages back to back."""

    def receive(self) -> Message:
        """Wait for a message."""

    def receive_next(self) -> Message | None:
        """Wait for the next thing that comes; None when it was no message of Engine.IO's."""

    def listen(self) -> None:
        """Make sure that the server can send whenever it likes; does not wait."""

    def await_message(self) -> None:
        """Wait until a message begins to come; can be broken off and tried again without loss."""
