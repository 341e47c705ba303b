"""One visit on a network: does the steps that the protocol asks for, until it leaves."""

import contextlib
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from websocket import ABNF

from loadtest.navigation.opening import Caller, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import Signal, State, Step
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.fault import TOO_LATE, fault_of
from loadtest.transport.line import Line
from loadtest.transport.manners import ACTS, Leaving, leave_by_fin
from loadtest.transport.page import PageFetch
from loadtest.transport.site import Errand, Site
from loadtest.transport.tab import Tab
from loadtest.transport.upgrade import read_upgrade
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["Visitor"]

_now = time.monotonic

_HALF_EVENT = '42["loadtest","the second half of this frame never comes"]'
_BEFORE_SOCKET = frozenset({State.NEW, State.HALF_REQUEST, State.PAGE_ASKED, State.PAGE_READ})
"""Whoever leaves in these states leaves with what the page came over."""


class Visitor:
    """One visit's client; it owns its connections, and gives the page's back to the tab."""

    __slots__ = ("_accept", "_alarm", "_errand", "_fetch", "_line", "_site", "_socket", "_tab", "_visit")

    def __init__(self, site: Site, tab: Tab, visit: Visit, errand: Errand) -> None:
        self._site = site
        self._tab = tab
        self._visit = visit
        self._errand = errand
        self._fetch = PageFetch(site.target, site.pages, tab, errand.page, errand.trace)
        self._line: Line | None = None
        self._accept = b""
        self._socket: LeanWebSocket | None = None
        self._alarm = Alarm()

    def run(self) -> None:
        """Visit and leave; whatever happens to the visit is in ``visit`` afterwards.

        Raises:
            GreenletExit, KeyboardInterrupt: this user is not wanted any more; its connections are closed.
        """
        try:
            self._go()
            self._leave()
        finally:
            self._alarm.close()
            self._tidy()

    def _go(self) -> None:
        visit = self._visit
        phase = None
        try:
            while (step := visit.next_step()) is not Step.LEAVE:
                if visit.phase is not phase:
                    phase = visit.phase
                    self._set_deadline(phase)
                _STEPS[step](self)
            if visit.outcome is None and visit.state in _LAST_ACTS:
                self._set_deadline(visit.phase)
                _LAST_ACTS[visit.state](self)
        except Rang:
            if visit.leave_at is None or _now() < visit.leave_at:
                visit.end(Outcome.TIMED_OUT, TOO_LATE[visit.phase])
        except Exception as error:  # the top of a visit: its record tells
            self._end_by(error)

    def _end_by(self, error: Exception) -> None:
        fault = fault_of(error)
        self._visit.end(fault.outcome, fault.error, fault.detail)

    def _set_deadline(self, phase: Phase) -> None:
        at = _now() + self._site.deadlines_s[phase]
        leave_at = self._visit.leave_at
        self._alarm.set(at if leave_at is None else min(at, leave_at))

    @property
    def _opening(self) -> Opening:
        assert self._visit.opening is not None, "the page is read first"
        return self._visit.opening

    @property
    def _open_socket(self) -> LeanWebSocket:
        assert self._socket is not None, "the upgrade is read first"
        return self._socket

    def _connect_only(self) -> None:
        self._fetch.connect()

    def _send_half_request(self) -> None:
        self._fetch.send_half()
        self._visit.happened(Signal.HALF_SENT, _now())

    def _ask_page(self) -> None:
        self._fetch.ask()
        self._visit.happened(Signal.PAGE_ASKED, _now())

    def _read_part(self) -> None:
        self._fetch.read_part()

    def _read_page(self) -> None:
        body = self._fetch.read()
        now = _now()
        opening = self._site.app.open(body, Caller(self._tab.tab_id, self._errand.navigation))
        self._visit.page_read(opening, now)

    def _ask_upgrade(self) -> None:
        upgrade = self._site.upgrades.of(self._opening.query, self._errand.trace, self._tab.cookies.header)
        self._line = self._site.target.connect()
        self._line.send(upgrade.request)
        self._accept = upgrade.accept
        self._visit.happened(Signal.UPGRADE_ASKED, _now())

    def _read_upgrade(self) -> None:
        assert self._line is not None, "the upgrade is asked for first"
        head = read_upgrade(self._line, self._accept)
        if head.cookies:
            self._tab.cookies.take(head.cookies)
        self._socket = LeanWebSocket(self._line)
        self._visit.happened(Signal.SWITCHED, _now())

    def _read_message(self) -> None:
        message = self._open_socket.receive()
        if isinstance(message, str):  # a binary one is an attachment that nobody here asks for
            answer = self._visit.receive(message, _now())
            if answer is not None:
                self._open_socket.send_text(answer)

    def _send_connect(self) -> None:
        self._open_socket.send_text(self._opening.connect)
        self._visit.happened(Signal.CONNECT_SENT, _now())

    def _handshake_packet(self) -> str:
        assert self._opening.handshake is not None, "the protocol asks only where there is one"
        return self._opening.handshake.packet

    def _send_handshake(self) -> None:
        self._open_socket.send_text(self._handshake_packet())
        self._visit.handshake_sent(_now())

    def _send_half_handshake(self) -> None:
        self._send_half(self._handshake_packet())

    def _send_half_frame(self) -> None:
        self._send_half(_HALF_EVENT)

    def _send_half(self, text: str) -> None:
        frame = ABNF.create_frame(text, ABNF.OPCODE_TEXT).format()
        self._open_socket.line.send(frame[: len(frame) // 2])
        self._visit.happened(Signal.HALF_SENT, _now())

    def _dwell(self) -> None:
        """Stay, answering pings, until the visit's own time is up."""
        visit = self._visit
        now = _now()
        until = now + visit.departure.dwell_s if visit.leave_at is None else visit.leave_at
        if now < until:
            self._alarm.set(until)
            try:
                while visit.outcome is None:
                    self._read_message()
                return
            except Rang:
                now = _now()
        self._alarm.set(now + self._site.deadlines_s[Phase.ACTIVE])
        visit.happened(Signal.DWELT, now)

    def _leave(self) -> None:
        visit = self._visit
        began = _now()
        line = self._give_line()
        manner: Manner | None = visit.manner
        if visit.outcome is None and line is not None:
            self._alarm.set(began + self._site.deadlines_s[Phase.LEAVING])
            disconnect = visit.opening.disconnect if visit.opening else ""
            try:
                ACTS[visit.manner](Leaving(line, self._socket, disconnect, self._site.keeper, self._alarm))
            except Rang:
                visit.end(Outcome.TIMED_OUT, TOO_LATE[Phase.LEAVING])
            except Exception as error:  # the server was faster; or a fault of ours, and the record tells
                self._end_by(error)
        if visit.outcome is not None:
            manner = None if line is None or visit.outcome is Outcome.LOST else Manner.FIN
            if line is not None:
                with contextlib.suppress(OSError):
                    leave_by_fin(line)
        elif manner is Manner.SILENT:
            self._forget(line)
        visit.leave(manner, began, _now())

    def _give_line(self) -> Line | None:
        """Hand over the connection that this departure is about; the tab does not use it again."""
        if self._visit.state not in _BEFORE_SOCKET:
            return self._line
        if self._tab.line is self._fetch.line:
            self._tab.line = None
        return self._fetch.line

    def _forget(self, line: Line | None) -> None:
        """The keeper has it now."""
        if line is self._line:
            self._line = None
        else:
            self._fetch.line = None

    def _tidy(self) -> None:
        """Close what is still this visit's; never waits."""
        if self._line is not None:
            self._line.close()
        if self._fetch.line is not None and self._fetch.line is not self._tab.line:
            self._fetch.line.close()


_STEPS: Mapping[Step, Callable[[Visitor], None]] = MappingProxyType(
    {
        Step.ASK_PAGE: Visitor._ask_page,
        Step.SEND_HALF_REQUEST: Visitor._send_half_request,
        Step.READ_PAGE: Visitor._read_page,
        Step.ASK_UPGRADE: Visitor._ask_upgrade,
        Step.READ_UPGRADE: Visitor._read_upgrade,
        Step.READ_OPEN: Visitor._read_message,
        Step.SEND_CONNECT: Visitor._send_connect,
        Step.AWAIT_CONNECT: Visitor._read_message,
        Step.SEND_HANDSHAKE: Visitor._send_handshake,
        Step.SEND_HALF_HANDSHAKE: Visitor._send_half_handshake,
        Step.AWAIT_ANSWER: Visitor._read_message,
        Step.DWELL: Visitor._dwell,
        Step.SEND_HALF_FRAME: Visitor._send_half_frame,
    }
)
"""How each step is done; ``LEAVE`` ends the steps."""

_LAST_ACTS: Mapping[State, Callable[[Visitor], None]] = MappingProxyType(
    {State.NEW: Visitor._connect_only, State.PAGE_ASKED: Visitor._read_part}
)
"""What a departure at these states does first: P00 has connected, P02 has read part of the answer."""
