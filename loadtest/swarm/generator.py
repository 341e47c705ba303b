"""One process's share of a run: its schedule, its visits, its silent sockets, its reports."""

import time
from collections.abc import Callable

import gevent

from loadtest.apps.app import page_for
from loadtest.metrics.histogram import Histogram
from loadtest.navigation.record import NavigationRecord, Outcome, navigation_id
from loadtest.profile.load import parse_profile
from loadtest.profile.pacing import Schedule
from loadtest.swarm.dispatcher import Dispatcher, Due
from loadtest.swarm.messages import Begin, Report
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target

__all__ = ["Generator"]

_REPORT_EVERY_S = 1.0
_LAG_SLEEP_S = 0.02
"""A loop's lag is how late a sleep of this length ends."""
_MOST_LAGS = 5000
"""Of one stall: a hundred seconds of it."""


class Generator:
    """Runs the visits of one process.

    Args:
        begin: this process's share.
        send: called about once a second, and at the end, with what has been done since.
        tell: called with each record as it comes (Locust's rows).

    Raises:
        ProfileError, UsageError: the profile or the host cannot be used (the master checked them before).
    """

    def __init__(
        self, begin: Begin, *, send: Callable[[Report], None], tell: Callable[[NavigationRecord], None]
    ) -> None:
        self._begin = begin
        self._send = send
        self._tell = tell
        self._profile = parse_profile(begin.profile_text, name=begin.profile_name, source=begin.profile_name)
        self._t0 = time.monotonic() + (begin.t0_at - time.time())
        self._keeper = Keeper()
        self._driver = Driver(
            Target.resolve(begin.host),
            self._profile.app,
            self._profile.deadlines_s,
            self._keeper,
            begin.run,
            self._t0,
        )
        self._dispatcher = Dispatcher(self._record_dropped)
        self._lines: list[str] = []
        self._ended = 0
        self._failed = 0
        self._last_error: str | None = None
        self._lag = Histogram()
        self._cpu_began_s = time.process_time()
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def start(self) -> None:
        """Begin with the schedule, and with reporting."""
        schedule = Schedule(self._profile.stages, self._profile.seed, self._profile.max_visits)
        arrivals = schedule.share(self._begin.index, self._begin.generators)
        self._greenlets = [
            gevent.spawn(self._dispatcher.run, arrivals, self._t0, self._begin.time_s),
            gevent.spawn(self._watch_lag),
            gevent.spawn(self._report_often),
        ]

    def serve(self, tab: Tab) -> bool:
        """Run one visit in this tab, once one is due; False when there will be no more."""
        due = self._dispatcher.take()
        if due is None:
            return False
        seed = self._profile.seed
        assignment = Assignment(
            number=due.number,
            due_s=due.due_s,
            page=page_for(self._profile.app.access, seed, due.number),
            departure=self._profile.mix.draw(seed, due.number),
        )
        record = self._driver.visit(tab, assignment)
        self._ended += 1
        if record.outcome.is_failure:
            self._failed += 1
            self._last_error = record.error
        self._lines.append(record.to_line())
        self._tell(record)
        return True

    def stop(self) -> None:
        """Start nothing more, let waiting users go, and send the last report.

        Nothing here waits, and users go a little later: Locust is about to count and stop them, and logs
        errors about those that end meanwhile.
        """
        gevent.killall(self._greenlets, block=False)
        self.report()
        gevent.spawn(self._dispatcher.close)

    def release(self) -> None:
        """Close the silent sockets: the quiet is over."""
        self._keeper.release()

    def report(self) -> None:
        """Send what has been done since the last report."""
        lines, self._lines = self._lines, []
        self._send(
            Report(
                run=self._begin.run,
                index=self._begin.index,
                lines="".join(lines),
                due=self._dispatcher.due,
                dropped=self._dispatcher.dropped,
                ended=self._ended,
                failed=self._failed,
                last_error=self._last_error,
                is_exhausted=self._dispatcher.is_exhausted,
                silent=len(self._keeper),
                ping_s=self._driver.ping_s,
                cpu_s=time.process_time() - self._cpu_began_s,
                loop_lag=self._lag.to_json(),
            )
        )

    def _report_often(self) -> None:
        while True:
            gevent.sleep(_REPORT_EVERY_S)
            self.report()

    def _watch_lag(self) -> None:
        while True:
            began = time.monotonic()
            gevent.sleep(_LAG_SLEEP_S)
            lag_s = time.monotonic() - began - _LAG_SLEEP_S
            # what else would have been late in this stall counts too (HdrHistogram: expected interval)
            for _ in range(_MOST_LAGS):
                self._lag.record(lag_s)
                lag_s -= _LAG_SLEEP_S
                if lag_s <= 0:
                    break

    def _record_dropped(self, due: Due) -> None:
        seed = self._profile.seed
        planned = self._profile.mix.draw(seed, due.number)
        record = NavigationRecord(
            number=due.number,
            navigation=navigation_id(self._begin.run, due.number),
            page=page_for(self._profile.app.access, seed, due.number),
            due_s=due.due_s,
            started_s=None,
            left_s=None,
            planned_at=planned.at,
            planned_manner=planned.manner,
            actual=None,
            outcome=Outcome.DROPPED,
        )
        self._lines.append(record.to_line())
