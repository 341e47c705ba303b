"""What a visit sends after it has read its page: the app's part of the protocol, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Again", "Caller", "Handshake", "HandshakeWay", "Namespace", "Opening"]


class HandshakeWay(StrEnum):
    """How an app's page shakes hands."""

    EVENT = "event"
    """The page emits an event after CONNECT: P16, P16b, P17 and P18 exist."""
    IN_CONNECT = "in_connect"
    """CONNECT itself is the handshake (NiceGUI 3.7+): no P16, P16b, P17."""
    NONE = "none"
    """The app has none: no P16b, P17, P18."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who opens a page's socket."""

    tab_id: str
    """UUID text that a tab keeps over its pages, as an app keeps it in sessionStorage."""
    navigation: str
    """Trace id, 32 hex digits."""
    row: Mapping[str, str] = field(default_factory=dict)
    """The tab's row of the profile's ``data`` file, by column."""
    is_copy: bool = False
    """Whether the tab is a duplicate, which began with a copy of the other's sessionStorage."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """The event that an app's page emits after CONNECT, and what answers it."""

    packet: str
    """The whole Engine.IO text frame, such as ``420["handshake",{"client_id":"…"}]``."""
    ack_id: int | None = None
    """The id that the acknowledgement will carry, when the event asks for one."""
    answer: str | None = None
    """The name of the event that answers, when no acknowledgement does."""
    refusal: str | None = None
    """The JSON text of an acknowledgement that means "no", such as ``[false]``."""

    @property
    def is_answered(self) -> bool:
        """Whether anything answers at all; otherwise the handshake is done when it is sent."""
        return self.ack_id is not None or self.answer is not None


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace of a connection, with the packets that enter and leave it."""

    name: str
    connect: str
    disconnect: str


@dataclass(frozen=True, slots=True)
class Again:
    """How a page whose server numbers its messages opens its socket again."""

    key: str
    """Key of the number in an event's first argument, such as ``_id``."""
    opening: "Callable[[int], Opening]"
    """Called with the number of the next message that the page has not had."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a page opens its socket."""

    way: HandshakeWay
    query: str = ""
    """Query of the socket's address beyond ``EIO`` and ``transport``, encoded, without ``&`` at its ends."""
    connect: str = "40"
    """The CONNECT packet with its namespace and auth."""
    disconnect: str = "41"
    """The DISCONNECT packet of the same namespace."""
    handshake: Handshake | None = None
    """Given exactly when ``way`` is ``EVENT``."""
    namespace: str = "/"
    """The namespace of ``connect`` and of the handshake."""
    others: tuple[Namespace, ...] = ()
    """Further namespaces that the page enters on the same connection, right after the first."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What steps may name as ``$name``: what was taken out of the page, and who opens it."""

    again: Again | None = field(default=None, compare=False)
    """None: a reconnect opens the socket as it was opened before."""

    @property
    def connects(self) -> tuple[str, ...]:
        """The CONNECT packets of all namespaces, in the order in which they are sent."""
        return (self.connect, *(other.connect for other in self.others))

    @property
    def disconnects(self) -> tuple[str, ...]:
        """The DISCONNECT packets of all namespaces."""
        return (self.disconnect, *(other.disconnect for other in self.others))
