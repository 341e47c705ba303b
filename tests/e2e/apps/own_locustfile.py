"""A user's own locustfile: own opening, own steps, own assertions, own departures; the README shows it."""

import re
from dataclasses import replace

from locust import events

from loadtest.swarm.own import (
    Caller,
    Conversation,
    Departure,
    ExtractionError,
    Handshake,
    HandshakeWay,
    Manner,
    Opening,
    PoolShape,
    TabUser,
    register,
)

__all__ = ["NoteTaker", "PoolShape"]

register(events)


class NoteTaker(TabUser):
    """Joins the demo's board, pins a note, and waits until it is there."""

    def opening(self, body: str, caller: Caller) -> Opening:  # noqa: ARG002
        """Read who the page says that one is."""
        found = re.search(r'data-visitor="([^"]+)"', body)
        if found is None:
            raise ExtractionError("the page does not name its visitor")
        packet = f'420["join",{{"visitor":"{found[1]}"}}]'
        return Opening(
            HandshakeWay.EVENT, handshake=Handshake(packet, ack_id=0), values={"visitor": found[1]}
        )

    def converse(self, page: Conversation) -> None:
        """Pin a note, and see it."""
        page.emit("note", f"I am {page.values['visitor']}")
        note = page.wait_for("note", within_s=3)[0]
        page.check(set(note) == {"visitor", "text"}, "a note says who wrote it", f"it is {note!r}")
        page.check(note["text"].startswith("I was "), "a note is in the past tense", "it is not")
        page.think(0.05)

    def departure(self, number: int, planned: Departure) -> Departure:
        """Let every fourth visit vanish right after the handshake."""
        return replace(planned, at="P18", manner=Manner.RST) if number % 4 == 0 else planned
