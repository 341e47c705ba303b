"""One visit's client: its page, its connections, and what it hears, for the steps that move it on."""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from loadtest.apps.template import as_url
from loadtest.navigation.assertion import Watcher
from loadtest.navigation.opening import Caller, Opening
from loadtest.navigation.packet import Packet, PacketKind
from loadtest.navigation.phase import Phase
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import Signal
from loadtest.transport.alarm import Rang
from loadtest.transport.channel import Message
from loadtest.transport.connection import Connection
from loadtest.transport.conversation import Conversation
from loadtest.transport.fault import VisitError
from loadtest.transport.page import PageFetch
from loadtest.transport.site import Errand, Site
from loadtest.transport.tab import Tab
from loadtest.transport.twin import Twin

__all__ = ["Client"]

_now = time.monotonic
_NOTHING: Mapping[str, str | None] = MappingProxyType({})


class Client:
    """What the steps of a visit work with; it owns its connections until they are given away.

    Raises:
        VisitError, ProtocolError, OSError, WebSocketException: from any method that sends or waits.
    """

    __slots__ = (
        "_next_message",
        "alarm",
        "connection",
        "conversation",
        "errand",
        "fetch",
        "former",
        "heard_until",
        "is_counting",
        "site",
        "tab",
        "twin",
        "visit",
        "watcher",
    )

    def __init__(self, site: Site, tab: Tab, visit: Visit, errand: Errand) -> None:
        self.site = site
        self.tab = tab
        self.visit = visit
        self.errand = errand
        self.fetch = self._new_fetch()
        self.connection: Connection | None = None
        self.former: list[Connection] = []
        """Connections that were left behind: a ghost, or the twin of a duplicate."""
        self.twin: Twin | None = None
        """Hears the first socket of a duplicate."""
        self.conversation: Conversation | None = None
        self.watcher: Watcher | None = None
        self.alarm = tab.alarm_here()
        self.heard_until = 0.0
        """When it began to leave, and heard no more."""
        self.is_counting = False
        """Whether the server numbers its messages, and the tab may have to say how many it has had."""
        self._next_message = 0

    def _new_fetch(self) -> PageFetch:
        site, errand = self.site, self.errand
        trace = errand.trace + site.pages.extra(errand.shown, errand.move)
        return PageFetch(site.target, site.pages, self.tab, errand.shown.page, trace)

    @property
    def assertions(self) -> Mapping[str, str | None]:
        """What the client had to see, as far as it can be judged: None where it did.

        What comes while it leaves is not heard: a goodbye may take a second, the next page many of them.
        """
        if self.watcher is None and self.conversation is None:
            return _NOTHING
        judged = dict(self.watcher.judge(self.heard_until)) if self.watcher else {}
        return judged | (self.conversation.checks if self.conversation else {})

    def fetch_again(self) -> PageFetch:
        """Ask for the visit's page once more."""
        fetch = self._new_fetch()
        fetch.ask()
        return fetch

    def set_deadline(self, phase: Phase) -> None:
        """Give the phase its time, or what is left until the visit's own clock ends it."""
        at, leave_at = _now() + self.site.deadlines_s[phase], self.visit.leave_at
        self.alarm.set(at if leave_at is None or at < leave_at else leave_at)

    def _not_after_leaving(self, at: float) -> float:
        leave_at = self.visit.leave_at
        return at if leave_at is None else min(at, leave_at)

    def read_opening(self, body: str, *, is_copy: bool = False) -> Opening:
        """Return how a page opens its socket; of a copy of the tab, that one's page."""
        tab = self.tab
        caller = Caller(tab.tab_id, self.errand.navigation, tab.row, is_copy)
        return self.errand.behaviour.open(body, caller)

    def show(self, opening: Opening, took_ms: float | None) -> None:
        self.visit.page_read(opening, _now())
        self.visit.had_page(took_ms)
        self.tab.shows(self.errand.shown, self.errand.move, opening)
        self.listen(opening)

    def listen(self, opening: Opening) -> None:
        """Hear events only where somebody asks for them: most visits throw them away unread."""
        if self.site.assertions:
            self.watcher = Watcher(self.site.assertions)
        if self.errand.behaviour.converse is not None:
            self.conversation = Conversation(self, opening.namespace, opening.values, self._asked)
        may_reconnect = self.site.has_reconnects or self.visit.may_reconnect
        self.is_counting = may_reconnect and opening.again is not None
        if self.watcher or self.conversation or self.is_counting:
            self.visit.listener = self._hear
        self._next_message = 0

    def _asked(self, namespace: str, ack_id: int, event: str, now: float) -> None:
        if self.watcher:
            self.watcher.asked(namespace, ack_id, event, now)

    def _hear(self, packet: Packet, now: float) -> None:
        again = self.opening.again
        if again is not None and packet.kind is PacketKind.EVENT:
            self._count(packet, again.key)
        if self.conversation:
            self.conversation.hear(packet)
        if self.watcher:
            self.watcher.hear(packet, now)

    def _count(self, packet: Packet, key: str) -> None:
        match packet.decode():
            case [str(), {**message}, *_]:
                number = message.get(key)
                if isinstance(number, int):
                    self._next_message = max(self._next_message, number + 1)

    def opening_again(self) -> Opening:
        """Return how the page opens its socket again, having heard what it has heard."""
        opening = self.opening
        if opening.again is None or not self._next_message:
            return opening
        return opening.again.opening(self._next_message)

    def detour(self, signal: Signal) -> None:
        """Take note of the step that only this departure takes."""
        self.visit.detour_taken()
        self.visit.happened(signal, _now())

    @property
    def opening(self) -> Opening:
        assert self.visit.opening is not None, "the page is read first"
        return self.visit.opening

    @property
    def open_connection(self) -> Connection:
        assert self.connection is not None, "it is opened first"
        return self.connection

    def new_connection(self) -> Connection:
        self.connection = Connection(self.site, self.tab, self.errand, self.opening.query)
        return self.connection

    @property
    def sid(self) -> str:
        """The Engine.IO session's id, as it stands in a query."""
        assert self.visit.opened is not None, "the open packet is read first"
        return as_url(self.visit.opened.sid)

    def read_message(self) -> None:
        self.take(self.open_connection.channel.receive())

    def take(self, message: Message) -> None:
        """Take in a message, and send what it wants to be answered with."""
        answer = self.hear(message)
        if answer is not None:
            self.send((answer,))

    def hear(self, message: Message) -> str | None:
        """Take in a message; return what must be sent in answer, if anything."""
        if isinstance(message, bytes):  # an attachment
            if self.conversation:
                self.conversation.hear(message)
            return None
        return self.visit.receive(message, _now())

    def send(self, messages: Sequence[Message]) -> None:
        """Send packets."""
        self.open_connection.channel.send_all(messages)

    def say(self, messages: Sequence[Message]) -> None:
        """Send packets of the conversation's: its waits have used up the alarm, so each has its own time."""
        self.set_deadline(Phase.ACTIVE)
        self.send(messages)

    def hear_until(self, until: float) -> bool:
        """Take in one message and return True, or return False when the time has come.

        Raises:
            Rang: the visit's own departure has come before.
            VisitError: the visit has ended otherwise.
        """
        limit = self._not_after_leaving(until)
        if _now() < limit:
            self.alarm.set(limit)
            try:
                self.open_connection.channel.await_message()
            except Rang:
                pass
            else:
                message = self._receive_rest()
                if message is not None:
                    self.take(message)
                self._fail_if_ended()
                return True
        if limit < until:
            raise Rang
        return False

    def _receive_rest(self) -> Message | None:
        """Wait for the rest of a message that has begun to come."""
        self.set_deadline(Phase.ACTIVE)
        try:
            return self.open_connection.channel.receive_next()
        except Rang:
            leave_at = self.visit.leave_at
            if leave_at is not None and _now() >= leave_at:
                raise
            raise VisitError(Outcome.TIMED_OUT, "half a message, and no rest within the deadline") from None

    def _fail_if_ended(self) -> None:
        visit = self.visit
        if visit.outcome is not None:
            raise VisitError(visit.outcome, visit.error or visit.outcome, visit.detail)
