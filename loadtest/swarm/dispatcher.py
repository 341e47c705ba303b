"""Hands each navigation that comes due to a free user, or counts it as dropped: the open model."""

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterator

import gevent
from gevent.event import AsyncResult

from loadtest.profile.model import Profile
from loadtest.profile.pacing import Arrival, schedule_of

__all__ = ["MOST_AHEAD_S", "Dispatcher", "Share", "share_of"]

MOST_AHEAD_S = 5.0
"""A navigation that is due later is promised to nobody: the page that is asked for ahead would grow old."""
_MARK_EVERY_S = 1.0
_MOST_MARKS = 600
_NOT_DUE_ANY_MORE = Arrival(-1, 0.0, 0.0, 0)
"""What a user gets for a promise that a turn has made void."""

Share = Callable[[Arrival | None], Iterator[Arrival]]
"""The navigations of one generator that follow one; from the first on after None."""


def share_of(profile: Profile, index: int, generators: int) -> Share:
    """Return what one of several generators runs of a profile."""
    schedule = schedule_of(profile)
    return lambda after: schedule.share(index, generators, after)


class Dispatcher:
    """An open schedule over a pool of users: what is due starts now or never.

    Users wait in ``take``; the one that became free last is served first, so that its kept-alive
    connection is still warm. A user that goes on may have the next navigation promised (``promise``)
    before it is due: that one is then its own.

    Args:
        index, generators: the share are the numbers n with n mod ``generators`` = ``index``.
        max_visits: number ``max_visits`` and those after it never come.
    """

    def __init__(
        self,
        drop: Callable[[Arrival], None],
        *,
        index: int = 0,
        generators: int = 1,
        max_visits: int | None = None,
    ) -> None:
        self.due = 0
        self.dropped = 0
        self.astray = 0
        """Came as they were before a turn, of which this process heard only when they had come."""
        self.is_exhausted = False
        self._drop = drop
        self._last_number = (math.inf if max_visits is None else max_visits) - generators
        self._number = index - generators
        """Of the last navigation that has come due."""
        self._free: list[AsyncResult[Arrival | None]] = []
        self._is_closed = False
        self._share: Share = lambda _: iter(())
        self._arrivals: Iterator[Arrival] = iter(())
        self._coming: deque[Arrival] = deque()
        """Navigations that have been looked at and are not due yet, in order."""
        self._past: Arrival | None = None
        """The last one that has come due, where the schedule has it."""
        self._marks: deque[Arrival] = deque(maxlen=_MOST_MARKS)
        """Of those that have come due, the first of each second: a late turn goes on from one of them."""
        self._next_mark_s = -math.inf
        self._t0 = 0.0
        self._time_s: float | None = None
        self._was_turned = False
        self._is_resting = False
        self._promised: dict[int, AsyncResult[Arrival | None]] = {}
        self._pacing: gevent.Greenlet[[], None] | None = None

    def take(self, tab: int = 0, promised: int | None = None) -> Arrival | None:
        """Wait for a navigation, for the promised one if there is one; None when there will be no more."""
        del tab  # any user may have any navigation
        if promised is not None and promised in self._promised:
            waiter = self._promised[promised]
            try:
                due = waiter.get()
            finally:
                if self._promised.get(promised) is waiter:  # else a turn has given it to another by now
                    del self._promised[promised]
            if due is not _NOT_DUE_ANY_MORE:
                return due
        if self._is_closed:
            return None
        waiter = AsyncResult()
        self._free.append(waiter)
        try:
            return waiter.get()
        except BaseException:  # this user is killed while it waits
            if waiter in self._free:
                self._free.remove(waiter)
            raise

    def promise(self, tab: int = 0) -> Arrival | None:
        """Promise the next navigation that nobody has; None when there is none, or only one far ahead."""
        del tab
        if self._is_closed:
            return None
        due = next((due for due in self._coming if due.number not in self._promised), None) or self._look()
        if due is None or self._is_far(due):
            return None
        self._promised[due.number] = AsyncResult()
        return due

    def _is_far(self, due: Arrival) -> bool:
        return self._t0 + due.due_s - time.monotonic() > MOST_AHEAD_S

    def _look(self) -> Arrival | None:
        """Look at one navigation more of the schedule."""
        for arrival in self._arrivals:
            if self._time_s is not None and arrival.due_s > self._time_s:
                self._arrivals = iter(())
                return None
            self._coming.append(arrival)
            return arrival
        return None

    def start(self, share: Share, t0: float, time_s: float | None) -> None:
        """Begin to go through the schedule; ``t0`` is a time of the monotonic clock, ``time_s`` its cap."""
        self._share, self._arrivals = share, share(None)
        self._t0, self._time_s = t0, time_s
        self._pacing = gevent.spawn(self._run)

    def join(self) -> None:
        """Wait until everything has come due."""
        while self._pacing is not None and not self._pacing.dead:
            self._pacing.join()

    def _run(self) -> None:
        coming, free, t0 = self._coming, self._free, self._t0
        while coming or self._look():
            due = coming[0]
            ahead_s = t0 + due.due_s - time.monotonic()
            if ahead_s > 0 or not free:
                # behind time too: users that have become free must come to wait, or they would be missed
                gevent.sleep(max(ahead_s, 0.0))
                if not coming or coming[0] is not due:
                    continue  # a turn came meanwhile
            coming.popleft()
            self._hand_out(due)
        if self._was_turned and self._time_s is not None and self._number < self._last_number:
            gevent.sleep(max(t0 + self._time_s - time.monotonic(), 0.0))  # it may be turned up again
        self.is_exhausted = True

    def _hand_out(self, due: Arrival) -> None:
        self.due += 1
        self._past, self._number = due, due.number
        if due.due_s >= self._next_mark_s:
            self._marks.append(due)
            self._next_mark_s = due.due_s + _MARK_EVERY_S
        promised = self._promised.get(due.number)
        if promised is not None:
            promised.set(due)  # its user has it now, or as soon as it has left where it is
        elif self._free:
            self._free.pop().set(due)
        else:
            self.dropped += 1
            self._drop(due)

    def turn(self, at_s: float, share: Share) -> None:
        """Go on in a schedule that differs from this one in what is due at ``at_s`` or later.

        What has been looked at is looked at anew. A promise holds if its navigation still comes, and soon;
        else its user waits for another one. If the turn comes too late, what has come due since stays as it
        was, and is counted as ``astray``; the numbers that follow are those of the new schedule, at once
        where they would have been due already.
        """
        after = self._past
        if after is not None and after.due_s >= at_s:
            after = self._mark_before(at_s)
            self.astray += sum(arrival.due_s >= at_s for arrival in _up_to(self._share(after), self._number))
        self._share, self._was_turned = share, True
        self._coming.clear()
        self._arrivals = arrivals = share(after)
        for arrival in arrivals:
            if arrival.number > self._number:
                self._arrivals = itertools.chain([arrival], arrivals)
                break
            after = arrival
        self._past = after
        self._keep_promises()
        if self._pacing is not None and not self._is_resting:
            self.is_exhausted = False
            self._pacing.kill(block=False)  # it sleeps until what may never come now; all it knows is here
            self._pacing = gevent.spawn(self._run)

    def _mark_before(self, at_s: float) -> Arrival | None:
        """Return one that came due before then, so that few must be drawn again; later ones are forgotten."""
        while self._marks and self._marks[-1].due_s >= at_s:
            self._marks.pop()
        return self._marks[-1] if self._marks else None

    def _keep_promises(self) -> None:
        waiting = {number for number in self._promised if number > self._number}
        kept: set[int] = set()
        while waiting - kept:
            due = self._coming[len(kept)] if len(kept) < len(self._coming) else self._look()
            if due is None or self._is_far(due):
                break
            kept.add(due.number)
        for number in waiting - kept:
            self._promised.pop(number).set(_NOT_DUE_ANY_MORE)

    def rest(self) -> None:
        """Let nothing more come due."""
        self._is_resting = True
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
        for waiter in (*free, *self._promised.values()):
            if not waiter.ready():
                waiter.set(None)


def _up_to(arrivals: Iterator[Arrival], number: int) -> Iterator[Arrival]:
    for arrival in arrivals:
        if arrival.number > number:
            return
        yield arrival
