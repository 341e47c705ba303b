"""The schedule of a run: when each navigation is due, as a pure function of (stages, turns, seed, number)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from loadtest.navigation.draw import Stream, uniform
from loadtest.profile.curve import Curve, Segment
from loadtest.profile.listing import Listing
from loadtest.profile.model import Arrivals, Profile, Stage, Turn

__all__ = ["Arrival", "ListedSchedule", "Plan", "Schedule", "schedule_of"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A navigation with the time it is due at, and all that it takes to go on from it."""

    number: int
    due_s: float
    """Seconds after t0."""
    mark: float
    """The cumulated rate at which it stands; it may be a little beyond what is expected by then."""
    piece: int
    """The piece of the rate's curve that brought it."""
    more: int = 0
    """So many of its burst are still to come, at the same instant."""
    tab: int | None = None
    """The tab that has to make it, of a list that says so; else any free user's."""


_START = Arrival(-1, 0.0, 0.0, 0)
"""Before the first."""


class Schedule:
    """When navigation n is due, for an open model: whatever the server does, and on any number of workers.

    Poisson arrivals are the points of a unit-rate Poisson process mapped through the inverse of the
    cumulated rate (Çinlar, 1975): exact for rates that change. The gap before navigation n is drawn from
    (seed, n), so that no generator is kept: whoever knows one arrival knows all that follow. Constant
    arrivals stand where the cumulated rate reaches a whole number and a half, so that the first comes half a
    gap after the start, and short stages lose nothing. Bursts are Poisson arrivals of their heads, at the
    rate divided by their size.

    Args:
        turns: of the live knob, in order of time. One at T changes nothing that is due before T.
    """

    def __init__(
        self, stages: Sequence[Stage], seed: int, max_visits: int | None = None, turns: Sequence[Turn] = ()
    ) -> None:
        self._seed = seed
        self._max_visits = max_visits
        self._curve = Curve(stages, turns)
        self.duration_s = sum(stage.duration_s for stage in stages)

    @property
    def expected_count(self) -> float:
        """How many navigations are due on average over all seeds (about, when ``max_visits`` may cut)."""
        mass = self._curve.mass
        return mass if self._max_visits is None else min(mass, float(self._max_visits))

    def rate_at(self, now_s: float) -> float:
        """Return the planned navigations per second at a time after t0; 0 before and after the run."""
        return self._curve.rate_at(now_s)

    def arrivals(self, after: Arrival | None = None) -> Iterator[Arrival]:
        """Yield the navigations in order: from number 0, or those that follow one; none is held in memory.

        ``after`` may come from a schedule that had fewer turns, if they are all later than it.
        """
        return self.share(0, 1, after)

    def share(self, worker: int, workers: int, after: Arrival | None = None) -> Iterator[Arrival]:
        """Yield what one of several workers runs: the numbers n with n mod ``workers`` = ``worker``."""
        most = math.inf if self._max_visits is None else self._max_visits
        for arrival in self._walk(after or _START):
            if arrival.number >= most:
                return
            if arrival.number % workers == worker:
                yield arrival

    def _walk(self, last: Arrival) -> Iterator[Arrival]:
        segments = self._curve.segments
        number, due_s, mark = last.number + 1, last.due_s, last.mark
        for more in range(last.more - 1, -1, -1):
            yield Arrival(number, due_s, mark, last.piece, more)
            number += 1
        index = 0 if last is _START else self._curve.index_of(last.piece, due_s)
        while index < len(segments):
            segment = segments[index]
            next_mark = self._next_mark(segment, mark, number)
            # a time can be reached a rounding before the one before it, or after the end of its piece
            next_s = max(segment.when(next_mark), due_s)
            # where a turn ends a segment, time decides: just so much is as it would be without the turn
            is_beyond = next_mark >= segment.last or segment.brings_nobody
            if is_beyond or (segment.is_cut and next_s >= segment.end_s):
                index += 1
                continue
            mark, due_s = next_mark, next_s
            size = segment.burst_size if segment.arrivals is Arrivals.BURSTS else 1
            for more in range(size - 1, -1, -1):
                yield Arrival(number, due_s, mark, segment.piece, more)
                number += 1

    def _next_mark(self, segment: Segment, mark: float, number: int) -> float:
        """Return where navigation ``number`` stands if this segment brings it, after one at ``mark``."""
        match segment.arrivals:
            case Arrivals.CONSTANT:
                lowest = math.ceil(segment.alike_from - 0.5) + 0.5
                return mark + 1 if mark >= lowest else lowest
            case Arrivals.POISSON | Arrivals.BURSTS:
                size = segment.burst_size if segment.arrivals is Arrivals.BURSTS else 1
                gap = -math.log1p(-uniform(self._seed, number, Stream.ARRIVAL))
                # what came before the arrivals were spread so is forgotten: the process has no memory
                return max(mark, segment.alike_from) + size * gap
            case _:
                assert_never(segment.arrivals)


class ListedSchedule:
    """When each visit of a list is due; visits of one tab are always run by the same worker."""

    def __init__(self, listing: Listing) -> None:
        self._visits = listing.visits

    def arrivals(self, after: Arrival | None = None) -> Iterator[Arrival]:
        """Yield the visits in order: all, or those that follow one."""
        return self.share(0, 1, after)

    def share(self, worker: int, workers: int, after: Arrival | None = None) -> Iterator[Arrival]:
        """Yield what one of several workers runs: by the tab's number, of a visit without one by its own."""
        for place in range(0 if after is None else after.piece + 1, len(self._visits)):
            visit = self._visits[place]
            if (visit.number if visit.tab is None else visit.tab) % workers == worker:
                yield Arrival(visit.number, visit.due_s, float(place), place, tab=visit.tab)


class Plan(Protocol):
    """When navigations are due."""

    def share(self, worker: int, workers: int, after: Arrival | None = None) -> Iterator[Arrival]:
        """Yield what one of several workers runs, in order; ``after`` is the one that came last."""


def schedule_of(profile: Profile) -> Plan:
    """Return the schedule of a profile that is no closed model."""
    if profile.listing is not None:
        return ListedSchedule(profile.listing)
    return Schedule(profile.stages, profile.seed, profile.max_visits, profile.turns)
