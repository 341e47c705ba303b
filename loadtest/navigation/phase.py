"""The phases of a visit, in the order in which it passes through them."""

from enum import StrEnum

__all__ = ["Phase"]


class Phase(StrEnum):
    """A stretch of a visit that has a duration and a deadline of its own."""

    PAGE = "page"
    """From the visit's start until the page's body is read."""
    OPEN = "open"
    """From the page until the Engine.IO open packet is read (TCP, WebSocket upgrade or GET, open packet)."""
    UPGRADE = "upgrade"
    """Only of a visit that upgrades: from the open packet until the upgrade packet is sent."""
    CONNECT = "connect"
    """From the Socket.IO CONNECT sent until its reply is read."""
    HANDSHAKE = "handshake"
    """From the app's handshake emitted until its acknowledgement or answer is read."""
    ACTIVE = "active"
    """From there until the visit begins to leave."""
    LEAVING = "leaving"
    """From the departure's first act until the socket is given up."""
