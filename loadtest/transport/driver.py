"""Drives visits: one assignment in, one navigation record out."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.apps.app import App
from loadtest.navigation.departure import Departure
from loadtest.navigation.phase import Phase
from loadtest.navigation.protocol import Visit
from loadtest.navigation.record import NavigationRecord, navigation_id
from loadtest.transport.keeper import Keeper
from loadtest.transport.page import PageRequests
from loadtest.transport.site import Errand, Site
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests
from loadtest.transport.visitor import Visitor

__all__ = ["Assignment", "Driver"]

_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """One navigation of the schedule."""

    number: int
    due_s: float
    """Seconds after the run's t0."""
    page: str
    """Path and query, below the target's base path."""
    departure: Departure


class Driver:
    """Runs the visits of a process; any number of greenlets may share it.

    Args:
        deadlines_s: how long each phase may take; 10 s where a phase is not named.
        run: 16 hex digits.
        t0: this process's ``time.monotonic()`` at the run's t0.

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
    ) -> None:
        self._site = Site(
            target=target,
            app=app,
            pages=PageRequests(target, app.access.headers),
            upgrades=UpgradeRequests(target, app.access.socket_path, app.access.headers),
            deadlines_s={phase: deadlines_s.get(phase, _DEADLINE_S) for phase in Phase},
            keeper=keeper,
        )
        self._run = run
        self._t0 = t0
        self.ping_s = 0.0
        """The largest ping interval + ping timeout that an open packet has named."""

    def visit(self, tab: Tab, assignment: Assignment) -> NavigationRecord:
        """Run one visit in this tab, to its one record.

        Raises:
            GreenletExit, KeyboardInterrupt: the user is not wanted any more. The visit's connections are
                closed by then, without any wait.
        """
        started = time.monotonic()
        navigation = navigation_id(self._run, assignment.number)
        visit = Visit(assignment.departure, started)
        errand = Errand(assignment.page, navigation, _trace_lines(navigation))
        Visitor(self._site, tab, visit, errand).run()
        if visit.opened is not None:
            self.ping_s = max(self.ping_s, visit.opened.ping_interval_s + visit.opened.ping_timeout_s)
        assert visit.outcome is not None, "a visit that has left has an outcome"
        return NavigationRecord(
            number=assignment.number,
            navigation=navigation,
            page=assignment.page,
            due_s=assignment.due_s,
            started_s=started - self._t0,
            left_s=time.monotonic() - self._t0,
            planned_at=assignment.departure.at,
            planned_manner=assignment.departure.manner,
            actual=visit.actual,
            outcome=visit.outcome,
            phases_ms=visit.phases_ms,
            error=visit.error,
            detail=visit.detail,
        )


def _trace_lines(navigation: str) -> bytes:
    """Return the header lines that carry the trace id (W3C Trace Context, 3.2; not sampled)."""
    span = random.getrandbits(64) or 1  # an all-zero span is invalid
    lines = f"traceparent: 00-{navigation}-{span:016x}-00\r\nx-loadtest-navigation: {navigation}\r\n"
    return lines.encode("ascii")
