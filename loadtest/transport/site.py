"""What visits share, and what each of them brings along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loadtest.apps.app import App
from loadtest.navigation.assertion import Assertion
from loadtest.navigation.journey import Move
from loadtest.navigation.opening import Caller, Opening
from loadtest.navigation.phase import Phase
from loadtest.transport.conversation import Conversation
from loadtest.transport.keeper import Keeper
from loadtest.transport.page import PageRequests
from loadtest.transport.polling import PollRequests
from loadtest.transport.tab import Shown
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests

__all__ = ["Behaviour", "Errand", "Onward", "Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """What all visits of a run share."""

    target: Target
    app: App
    pages: PageRequests
    polls: PollRequests
    upgrades: UpgradeRequests
    deadlines_s: Mapping[Phase, float]
    keeper: Keeper
    assertions: Sequence[Assertion] = ()
    has_reconnects: bool = False
    """Whether tabs of this run reconnect: then the server's numbered messages are counted."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What visits of one kind do: the app's own way, or a user's."""

    open: Callable[[str, Caller], Opening]
    """Reads a page (its text) and says how it opens its socket; raises ExtractionError."""
    converse: Callable[[Conversation], None] | None = None
    """Called after the handshake; None: nothing is said."""


@dataclass(frozen=True, slots=True)
class Onward:
    """The navigation that a tab goes on to when it leaves."""

    number: int
    shown: Shown
    move: Move
    trace: bytes
    """The header lines of its page's request."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What one visit brings along."""

    number: int
    shown: Shown
    move: Move
    navigation: str
    """Trace id, 32 hex digits."""
    trace: bytes
    """The header lines that carry it."""
    behaviour: Behaviour
    onward: Callable[[], Onward | None]
    """Asked when the visit leaves as a browser that goes on does: where to, None for nowhere."""
