"""What a page does between its handshake and its leaving: the steps of a profile, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.navigation.draw import Distribution

__all__ = ["Act", "Emit", "Think", "Wait"]


@dataclass(frozen=True, slots=True)
class Emit:
    """Emits an event; with ``ack`` it waits for the acknowledgement."""

    event: str
    data: tuple[Any, ...] = ()
    """The event's arguments; strings in them may name values as ``$name``."""
    namespace: str = "/"
    ack: bool = False
    within_s: float = 10.0
    """How long the acknowledgement may take."""
    attachment_bytes: int | None = None
    """Given: a last argument of so many random bytes, which makes it a binary event."""
    save: Mapping[str, str] = field(default_factory=dict)
    """Names for values out of the acknowledgement, each by a JMESPath expression over its arguments."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits for an event."""

    event: str
    namespace: str = "/"
    within_s: float = 10.0
    save: Mapping[str, str] = field(default_factory=dict)
    """As in ``Emit``, over the event's arguments."""


@dataclass(frozen=True, slots=True)
class Think:
    """Does nothing for a while; pings are answered."""

    seconds: Distribution


Act = Emit | Wait | Think
