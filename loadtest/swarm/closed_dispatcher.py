"""Lets each tab go on when it is done, after a pause: the closed model."""

import time
from collections import deque

import gevent
from gevent.event import Event

from loadtest.navigation.draw import Stream, uniform
from loadtest.profile.attendance import next_at_work
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Arrival
from loadtest.swarm.dispatcher import MOST_AHEAD_S

__all__ = ["ClosedDispatcher"]

_MOST_DUES = 10_000


class ClosedDispatcher:
    """A pool of tabs that wait for nobody but the server, and for the pause after a visit.

    How many are at work the stages say; all that a stage begins with come at its start. A navigation is due
    when its tab has been free for the pause that follows from (seed, number of the visit before), and gets
    its number then: the next one of this generator's own. Nothing is dropped.

    Args:
        index, generators: the numbers, and the tabs, n with n mod ``generators`` = ``index`` are its own.
        users: at most so many tabs are at work, those of all generators together.
    """

    dropped = 0

    def __init__(self, profile: Profile, *, index: int, generators: int, users: int) -> None:
        self.due = 0
        self.astray = 0
        """Came before a turn was heard of that is earlier."""
        self.is_exhausted = False
        self._profile = profile
        self._users = users
        self._number = index
        """The next one to be given away."""
        self._generators = generators
        self._last: dict[int, int] = {}
        """The number of each tab's last visit."""
        self._promised: dict[int, Arrival] = {}
        """What a tab goes on to, by its index."""
        self._dues: deque[float] = deque(maxlen=_MOST_DUES)
        """When the last ones were due."""
        self._waiting: set[Event] = set()
        self._is_resting = False
        self._is_closed = False
        self._t0 = 0.0
        self._time_s = 0.0
        self._clock: gevent.Greenlet[[], None] | None = None

    def start(self, t0: float, time_s: float) -> None:
        """Let the tabs go; ``t0`` is a time of the monotonic clock, ``time_s`` when the load ends."""
        self._t0, self._time_s = t0, time_s
        self.is_exhausted = self._are_numbers_over
        self._clock = gevent.spawn(self._end_load)

    def _end_load(self) -> None:
        gevent.sleep(max(self._t0 + self._time_s - time.monotonic(), 0.0))
        self.is_exhausted = True

    def take(self, tab: int, promised: int | None) -> Arrival | None:
        """Wait until this tab goes on, to what it was promised if anything; None when it never does."""
        arrival = None if promised is None else self._promised.get(tab)
        due_s = self._next_due_s(tab) if arrival is None else arrival.due_s
        if due_s is None:
            self._wait_for_the_end()
            return None
        ahead_s = self._t0 + due_s - time.monotonic()
        if ahead_s > 0:
            self._sleep(ahead_s)
        else:
            gevent.sleep(0)  # or a tab whose visits fail at once would keep all others out
        if not self.is_exhausted and not self._is_resting:
            arrival = arrival or self._give_number(due_s)
            if arrival is not None:
                self._hand_out(tab, arrival)
                return arrival
        self._wait_for_the_end()
        return None

    def _hand_out(self, tab: int, arrival: Arrival) -> None:
        self.due += 1
        self._last[tab] = arrival.number
        self._promised.pop(tab, None)
        self._dues.append(arrival.due_s)
        self.is_exhausted = self._are_numbers_over and not self._promised

    def promise(self, tab: int) -> Arrival | None:
        """Promise this tab what it goes on to; None when that is far ahead, or never comes."""
        due_s = self._next_due_s(tab)
        if due_s is None or self._is_resting or self._t0 + due_s - time.monotonic() > MOST_AHEAD_S:
            return None
        arrival = self._give_number(due_s)
        if arrival is not None:
            self._promised[tab] = arrival
        return arrival

    def _next_due_s(self, tab: int) -> float | None:
        free_s = 0.0  # the first visit of each: no pause comes before it
        if tab in self._last:
            pause_s = self._profile.wait_s.at(uniform(self._profile.seed, self._last[tab], Stream.WAIT))
            free_s = time.monotonic() - self._t0 + pause_s
        due_s = next_at_work(self._profile.stages, tab, free_s) if tab < self._users else None
        return due_s if due_s is not None and due_s <= self._time_s else None

    @property
    def _are_numbers_over(self) -> bool:
        most = self._profile.max_visits
        return most is not None and self._number >= most

    def _give_number(self, due_s: float) -> Arrival | None:
        if self._are_numbers_over:
            return None
        number = self._number
        self._number += self._generators
        return Arrival(number, due_s, 0.0, 0)

    def _sleep(self, seconds: float | None) -> None:
        if self._is_closed:
            return
        event = Event()
        self._waiting.add(event)
        try:
            event.wait(seconds)
        finally:
            self._waiting.discard(event)

    def _wait_for_the_end(self) -> None:
        self._sleep(None)

    def turn(self, at_s: float, profile: Profile) -> None:
        """Go on with a profile that differs in its departures from ``at_s`` on."""
        self._profile = profile
        self.astray += sum(due_s >= at_s for due_s in self._dues)

    def rest(self) -> None:
        """Let nothing more come due."""
        self._is_resting = True
        if self._clock is not None:
            self._clock.kill(block=False)

    def finish(self) -> None:
        """Let nothing more come due; what has come was all."""
        self.rest()
        self.is_exhausted = True

    def close(self) -> None:
        """Let every waiting tab go."""
        self.rest()
        self._is_closed = True
        for event in list(self._waiting):
            event.set()
