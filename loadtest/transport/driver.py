"""Drives visits: one assignment in, one navigation record out."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loadtest.apps.app import App
from loadtest.navigation.assertion import Assertion
from loadtest.navigation.departure import Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.packet import Open
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Transport
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import NavigationRecord, navigation_id
from loadtest.transport.client import Client
from loadtest.transport.keeper import Keeper
from loadtest.transport.login import new_tab
from loadtest.transport.page import PageRequests
from loadtest.transport.polling import PollRequests
from loadtest.transport.site import Behaviour, Errand, Onward, Site
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests
from loadtest.transport.visitor import run_visit

__all__ = ["Assignment", "Driver"]

_DEADLINE_S = 10.0
_AHEAD_FROM = "P03"
"""Who leaves before this point has not read its page: nothing may be asked for ahead."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One navigation of the schedule."""

    number: int
    due_s: float
    """Seconds after the run's t0."""
    page: str
    """Path and query, below the target's base path: where a link leads."""
    departure: Departure
    move: Move = Move.NAVIGATE
    """How the tab is to come there; one whose history does not allow it navigates."""


class Driver:
    """Runs the visits of a process; any number of greenlets may share it.

    Args:
        deadlines_s: how long each phase may take; 10 s where a phase is not named.
        run: 16 hex digits.
        t0: this process's ``time.monotonic()`` at the run's t0.
        has_reconnects: whether tabs reconnect, for which the server's numbered messages are counted.

    Raises:
        UsageError: the app's headers cannot be sent.
    """

    def __init__(
        self,
        target: Target,
        app: App,
        deadlines_s: Mapping[Phase, float],
        keeper: Keeper,
        run: str,
        t0: float,
        assertions: Sequence[Assertion] = (),
        *,
        has_reconnects: bool = False,
    ) -> None:
        access = app.access
        self._site = Site(
            target=target,
            app=app,
            pages=PageRequests(target, access.headers),
            polls=PollRequests(target, access.socket_path, access.headers),
            upgrades=UpgradeRequests(target, access.socket_path, access.headers),
            deadlines_s={phase: deadlines_s.get(phase, _DEADLINE_S) for phase in Phase},
            keeper=keeper,
            assertions=assertions,
            has_reconnects=has_reconnects,
        )
        self._own_way = Behaviour(app.open)
        self._run = run
        self._t0 = t0
        self.ping_s = 0.0
        """How long a server may take to notice that a visitor is gone, by what its open packets named."""

    def new_tab(self, index: int) -> Tab:
        """Return the tab with this index, with its row of the ``data`` file and its cookies."""
        return new_tab(self._site.app.access, index)

    def visit(
        self,
        tab: Tab,
        assignment: Assignment,
        behaviour: Behaviour | None = None,
        onward: Callable[[], Assignment | None] = lambda: None,
    ) -> NavigationRecord:
        """Run one visit in this tab, to its one record.

        Args:
            behaviour: what it does otherwise than the app's pages do.
            onward: asked as the last act of a visit that leaves as a browser does: the navigation that the
                tab goes on to, whose page is then asked for before the socket is dropped.

        Raises:
            GreenletExit, KeyboardInterrupt: the user is not wanted any more. The visit's connections are
                closed by then, without any wait.
        """
        move = _possible_move(tab, assignment)
        was_ahead = tab.ahead is not None and tab.ahead.number == assignment.number
        if tab.ahead is not None and was_ahead:
            move = tab.ahead.move
        departure, navigation = assignment.departure, navigation_id(self._run, assignment.number)
        visit = Visit(departure, time.monotonic())
        errand = Errand(
            number=assignment.number,
            shown=tab.leads_to(move, assignment.page),
            move=move,
            navigation=navigation,
            trace=_trace_lines(navigation),
            behaviour=behaviour or self._own_way,
            onward=lambda: self._onward(tab, onward()),
        )
        client = Client(self._site, tab, visit, errand)
        run_visit(client)
        if visit.opened is not None:
            self.ping_s = max(self.ping_s, _noticed_within_s(visit.opened, departure.transport))
        previous, tab.previous = tab.previous, assignment.number
        return self._record(assignment, client, previous, was_ahead=was_ahead)

    def _record(
        self, assignment: Assignment, client: Client, previous: int | None, *, was_ahead: bool
    ) -> NavigationRecord:
        visit, errand, departure = client.visit, client.errand, assignment.departure
        assert visit.outcome is not None, "a visit that has left has an outcome"
        return NavigationRecord(
            number=assignment.number,
            navigation=errand.navigation,
            page=errand.shown.page,
            due_s=assignment.due_s,
            started_s=visit.started - self._t0,
            left_s=time.monotonic() - self._t0,
            planned_at=departure.at,
            planned_manner=departure.manner,
            actual=visit.actual,
            outcome=visit.outcome,
            transport=departure.transport,
            move=errand.move,
            planned_move=assignment.move,
            previous=previous,
            was_ahead=was_ahead,
            row=client.tab.index % len(rows) if (rows := self._site.app.access.rows) else None,
            phases_ms=visit.phases_ms,
            assertions=client.assertions,
            error=visit.error,
            detail=visit.detail,
        )

    def _onward(self, tab: Tab, assignment: Assignment | None) -> Onward | None:
        if assignment is None or not _has_page(assignment):
            return None
        move = _possible_move(tab, assignment)
        if move is Move.RECONNECT:
            return None  # there is no page to ask for
        shown = tab.leads_to(move, assignment.page)
        trace = _trace_lines(navigation_id(self._run, assignment.number))
        return Onward(assignment.number, shown, move, trace)


def _trace_lines(navigation: str) -> bytes:
    """Return the header lines that carry the trace id (W3C Trace Context, 3.2; not sampled)."""
    span = random.getrandbits(64) or 1  # an all-zero span is invalid
    lines = f"traceparent: 00-{navigation}-{span:016x}-00\r\nx-loadtest-navigation: {navigation}\r\n"
    return lines.encode("ascii")


def _noticed_within_s(opened: Open, transport: Transport) -> float:
    """Return the longest time after which a server drops a visitor who is gone.

    python-engineio frees one who polled only in a sweep that comes to every session once in a ping time-out
    (``_service_task``): up to one more of those. Measured with its defaults: 13 of 17 were still there after
    interval + time-out + 3 s.
    """
    timeouts = 1 if transport is Transport.WEBSOCKET else 2
    return opened.ping_interval_s + timeouts * opened.ping_timeout_s


def _has_page(assignment: Assignment) -> bool:
    """Return whether a visit comes as far as having read its page."""
    at = assignment.departure.at
    return not at.startswith("P") or at >= _AHEAD_FROM


def _possible_move(tab: Tab, assignment: Assignment) -> Move:
    move = assignment.move
    if not tab.can(move):
        return Move.NAVIGATE
    at = assignment.departure.at
    if move is Move.RECONNECT and at.startswith("P") and at <= _AHEAD_FROM:
        return Move.NAVIGATE  # its departure is before any socket, and a reconnect begins with one
    return move
