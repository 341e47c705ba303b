"""Hands the visits of a list to free users; those of one tab come one after another."""

import time
from collections import deque
from collections.abc import Callable

import gevent
from gevent.event import AsyncResult

from loadtest.profile.pacing import Arrival
from loadtest.swarm.dispatcher import MOST_AHEAD_S, Share

__all__ = ["ListedDispatcher"]


class ListedDispatcher:
    """A list over a pool of users: what is due starts now or never, unless its tab is not done yet.

    A visit whose tab is on another one waits for that, and is then run by the user that has made it: a
    person does one thing after another, however late.

    Args:
        drop: hears of what no user was free for.
    """

    astray = 0
    """A list cannot be turned."""

    def __init__(self, drop: Callable[[Arrival], None]) -> None:
        self.due = 0
        self.dropped = 0
        self.is_exhausted = False
        self._drop = drop
        self._free: list[tuple[int, AsyncResult[Arrival | None]]] = []
        self._under_way: dict[int, Arrival] = {}
        """What each user makes, by its own number."""
        self._waiting: dict[int, deque[Arrival]] = {}
        """What is due and waits for its tab; each tab that is on a visit has an entry."""
        self._next: dict[int, Arrival] = {}
        """The same tab's next visit, by the number of the one before it."""
        self._is_closed = False
        self._t0 = 0.0
        self._pacing: gevent.Greenlet[..., None] | None = None

    def start(self, share: Share, t0: float, time_s: float | None) -> None:
        """Begin to go through the list; ``t0`` is a time of the monotonic clock, ``time_s`` its cap."""
        self._t0 = t0
        arrivals = [due for due in share(None) if time_s is None or due.due_s <= time_s]
        last: dict[int, int] = {}
        for due in arrivals:
            if due.tab is not None:
                if due.tab in last:
                    self._next[last[due.tab]] = due
                last[due.tab] = due.number
        self._pacing = gevent.spawn(self._run, arrivals)

    def _run(self, arrivals: list[Arrival]) -> None:
        for due in arrivals:
            ahead_s = self._t0 + due.due_s - time.monotonic()
            if ahead_s > 0 or not self._free:
                gevent.sleep(max(ahead_s, 0.0))  # behind time too: users that became free must come to wait
            self._hand_out(due)
        self.is_exhausted = True

    def _hand_out(self, due: Arrival) -> None:
        self.due += 1
        if due.tab is not None and due.tab in self._waiting:
            self._waiting[due.tab].append(due)
        elif self._free:
            user, waiter = self._free.pop()
            self._begin(user, due)
            waiter.set(due)
        else:
            self.dropped += 1
            self._drop(due)

    def _begin(self, user: int, due: Arrival) -> None:
        self._under_way[user] = due
        if due.tab is not None:
            self._waiting.setdefault(due.tab, deque())

    def take(self, tab: int, promised: int | None) -> Arrival | None:
        """Say that this user's visit is over, and wait for another one; None when there will be no more.

        Args:
            tab: the user's own number.
            promised: of no account: what a tab goes on to, nobody else can have.
        """
        del promised
        due = self._next_of_its_tab(tab)
        if due is not None:
            gevent.sleep(0)  # or a tab whose visits fail at once would keep all others out
            return due
        if self._is_closed:
            return None
        waiter: AsyncResult[Arrival | None] = AsyncResult()
        entry = (tab, waiter)
        self._free.append(entry)
        try:
            return waiter.get()
        except BaseException:  # this user is killed while it waits
            if entry in self._free:
                self._free.remove(entry)
            raise

    def _next_of_its_tab(self, user: int) -> Arrival | None:
        """Return what waits for the tab that this user is done with; without any, the tab is free."""
        done = self._under_way.pop(user, None)
        if done is None or done.tab is None:
            return None
        waiting = self._waiting[done.tab]
        if waiting and not self._is_closed:
            due = waiting.popleft()
            self._under_way[user] = due
            return due
        del self._waiting[done.tab]
        return None

    def promise(self, tab: int) -> Arrival | None:
        """Say what the tab that this user is in goes on to; None when that is far ahead, or never comes."""
        now = self._under_way.get(tab)
        due = None if now is None else self._next.get(now.number)
        if due is None or self._is_closed or self._t0 + due.due_s - time.monotonic() > MOST_AHEAD_S:
            return None
        return due

    def rest(self) -> None:
        """Let nothing more come due."""
        if self._pacing is not None:
            self._pacing.kill(block=False)

    def finish(self) -> None:
        """Let nothing more come due; what has come was all."""
        self.rest()
        self.is_exhausted = True

    def close(self) -> None:
        """Let every waiting user go; nothing more comes due."""
        self.rest()
        self._is_closed = True
        free, self._free = self._free, []
        for _, waiter in free:
            if not waiter.ready():
                waiter.set(None)
