"""One process's share of a run: its schedule, its visits, its silent sockets, its reports."""

import logging
import time
from collections.abc import Callable

import gevent

from loadtest.apps.app import App
from loadtest.metrics.histogram import Histogram
from loadtest.navigation.departure import Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.profile.load import parse_profile
from loadtest.profile.pacing import Arrival
from loadtest.report.client_figures import LATE_S
from loadtest.swarm.closed_dispatcher import ClosedDispatcher
from loadtest.swarm.dispatcher import Dispatcher, share_of
from loadtest.swarm.lag import watch_lag
from loadtest.swarm.listed_dispatcher import ListedDispatcher
from loadtest.swarm.listed_tabs import ListedTabs
from loadtest.swarm.messages import Begin, Report, Turned
from loadtest.swarm.unvisited import record_unvisited
from loadtest.swarm.ways import PlainWays, Ways
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target

__all__ = ["Generator"]

_LOG = logging.getLogger(__name__)
_REPORT_EVERY_S = 1.0
_PAGE_ONLY = "P03"
_OWN_WAYS = PlainWays()
_TOGETHER = 16
"""Records are written and told so many at a time: their code is in the processor's caches then, which makes
a whole navigation 7 % cheaper; other visits wait 0.3 ms for it."""


class Generator:
    """Runs the visits of one process.

    Args:
        begin: this process's share.
        send: called about once a second, and at the end, with what has been done since.
        tell: called with each record (Locust's rows), some together, before they are sent.

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
            Target.resolve(begin.host, self._profile.app.access.tls),
            self._profile.app,
            self._profile.deadlines_s,
            self._keeper,
            begin.run,
            self._t0,
            self._profile.assertions,
            has_reconnects=self._profile.has_reconnects,
        )
        self._dispatcher = self._new_dispatcher()
        self._goes_on = self._profile.goes_on
        self._listed_tabs = ListedTabs(self._profile.listing, self._driver.new_tab)
        self._turns = 0
        self._records: list[NavigationRecord] = []
        """Of visits that have ended: not written yet, nor told."""
        self._lines: list[str] = []
        self._tabs = 0
        self._ended = 0
        self._failed = 0
        self._late = 0
        self._last_error: str | None = None
        self._lag = Histogram()
        self._cpu_began_s = time.process_time()
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def start(self) -> None:
        """Begin with the schedule, and with reporting."""
        begin, dispatcher = self._begin, self._dispatcher
        if isinstance(dispatcher, ClosedDispatcher):
            dispatcher.start(self._t0, self._profile.duration_s if begin.time_s is None else begin.time_s)
        else:
            dispatcher.start(share_of(self._profile, begin.index, begin.generators), self._t0, begin.time_s)
        self._greenlets = [gevent.spawn(watch_lag, self._lag), gevent.spawn(self._report_often)]

    def _new_dispatcher(self) -> Dispatcher | ListedDispatcher | ClosedDispatcher:
        begin, profile = self._begin, self._profile
        index, generators = begin.index, begin.generators
        if profile.is_closed:
            return ClosedDispatcher(profile, index=index, generators=generators, users=begin.users)
        if profile.listing is not None:
            return ListedDispatcher(self._record_dropped)
        return Dispatcher(
            self._record_dropped, index=index, generators=generators, max_visits=profile.max_visits
        )

    def turn(self, turned: Turned) -> None:
        """Apply a turn of the live knob; one of another run is not heard."""
        if turned.run != self._begin.run:
            return
        self._turns += 1
        self._profile = profile = turned.put_into(self._profile)
        if isinstance(self._dispatcher, ClosedDispatcher):
            self._dispatcher.turn(turned.at_s, profile)
        elif isinstance(self._dispatcher, Dispatcher):
            share = share_of(profile, self._begin.index, self._begin.generators)
            self._dispatcher.turn(turned.at_s, share)

    def rest(self, run: str) -> None:
        """Start nothing more: what has come due was all; another run's word is not heard."""
        if run == self._begin.run:
            self._dispatcher.finish()

    @property
    def seed(self) -> int:
        """The profile's seed."""
        return self._profile.seed

    @property
    def app(self) -> App:
        """The app under test, as the profile describes it."""
        return self._profile.app

    def new_tab(self) -> Tab:
        """Return another tab, with its own row of the ``data`` file, whichever process it is in."""
        index = self._begin.index + self._tabs * self._begin.generators
        self._tabs += 1
        return self._driver.new_tab(index)

    def serve(self, tab: Tab, ways: Ways) -> bool:
        """Run one visit in this tab, once one is due; False when there will be no more."""
        promised, tab.promised = tab.promised, None
        due = self._dispatcher.take(tab.index, promised)
        if due is None:
            return False
        assignment = self._assign(due, ways)
        behaviour = ways.behaviour(due.number)
        here = self._listed_tabs.lend(due) or tab
        try:
            record = self._driver.visit(here, assignment, behaviour, lambda: self._promise(tab, ways))
        except Exception as error:  # without a record the run would wait for this visit for ever
            _LOG.exception("a fault of loadtest's own")
            record = record_unvisited(self._begin.run, assignment, Outcome.FAILED, repr(error))
        self._listed_tabs.give_back(due)
        self._ended += 1
        self._late += record.started_s is not None and record.started_s - record.due_s > LATE_S
        if record.outcome.is_failure:
            self._failed += 1
            self._last_error = record.error
        self._records.append(record)
        if len(self._records) >= _TOGETHER:
            self._write_records()
        return True

    def _promise(self, tab: Tab, ways: Ways) -> Assignment | None:
        """Return the navigation that a tab goes on to, which is its own from now on."""
        if not self._goes_on:
            return None
        due = self._dispatcher.promise(tab.index)
        if due is None:
            return None
        tab.promised = due.number
        return self._assign(due, ways)

    def _assign(self, due: Arrival, ways: Ways) -> Assignment:
        """Return navigation n of the schedule: but for a user's own ways, a pure function of seed and n."""
        profile, number = self._profile, due.number
        move = profile.draw_move(number)
        departure = profile.draw_departure(number, due.due_s)
        nobody_comes = move is Move.PREFETCH and not profile.journey.is_used(profile.seed, number)
        if move is Move.ABANDON or nobody_comes:
            departure = Departure(_PAGE_ONLY, Manner.FIN, departure.transport)
        return Assignment(
            number=number,
            due_s=due.due_s,
            page=profile.draw_page(number),
            departure=ways.plan(number, departure),
            move=move,
        )

    def _write_records(self) -> None:
        records, self._records = self._records, []
        for record in records:
            self._lines.append(record.to_line())
        for record in records:
            self._tell(record)

    def stop(self) -> None:
        """Start nothing more, let waiting users go, and send the last report.

        Nothing here waits, and users go a little later: Locust is about to count and stop them, and logs
        errors about those that end meanwhile.
        """
        self._dispatcher.rest()
        gevent.killall(self._greenlets, block=False)
        self.report()
        gevent.spawn(self._dispatcher.close)

    def release(self) -> None:
        """Close the silent sockets, and the tabs of a list: the quiet is over."""
        self._keeper.release()
        self._listed_tabs.close()

    def report(self) -> None:
        """Send what has been done since the last report."""
        self._write_records()
        lines, self._lines = self._lines, []
        self._send(
            Report(
                run=self._begin.run,
                index=self._begin.index,
                lines="".join(lines),
                due=self._dispatcher.due,
                late=self._late,
                dropped=self._dispatcher.dropped,
                ended=self._ended,
                failed=self._failed,
                last_error=self._last_error,
                is_exhausted=self._dispatcher.is_exhausted,
                silent=len(self._keeper),
                ping_s=self._driver.ping_s,
                cpu_s=time.process_time() - self._cpu_began_s,
                loop_lag=self._lag.to_json(),
                turns=self._turns,
                astray=self._dispatcher.astray,
            )
        )

    def _report_often(self) -> None:
        while True:
            gevent.sleep(_REPORT_EVERY_S)
            self.report()

    def _record_dropped(self, due: Arrival) -> None:
        planned = self._assign(due, _OWN_WAYS)
        self._lines.append(record_unvisited(self._begin.run, planned, Outcome.DROPPED).to_line())
