"""Shrinking: the fewest visits that still show a finding, then the plainest of their kind."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Generic, Protocol, TypeVar

from loadtest.errors import ExitCode, LoadtestError, ProfileError, UnjudgedError, UsageError
from loadtest.replay.trial import Seen

__all__ = ["Limits", "Shrunk", "Stopped", "ddmin", "shrink", "tries_for"]

Visit = TypeVar("Visit")
_Sent = TypeVar("_Sent", contravariant=True)
_MOST_TRIES = 5
_MISSED_AT_MOST = 0.05
"""A candidate that shows the finding is thrown away by chance in so many cases at most, while
``_MOST_TRIES`` allow that."""
_MOST_UNJUDGED = 3
"""So many trials in a row that nobody could judge, and there is no use in going on."""


class Stopped(StrEnum):
    """Why there was no further trial."""

    SMALLEST = "smallest"
    """Without any one of its visits it is not shown any more, nor with any of them plainer."""
    BUDGET = "budget"
    """Time was up."""
    INTERRUPTED = "interrupted"
    """Somebody wanted it to end."""
    UNJUDGED = "unjudged"
    """Trial after trial could not be judged."""


@dataclass(frozen=True, slots=True)
class Shrunk(Generic[Visit]):
    """What shrinking came to."""

    visits: tuple[Visit, ...]
    """The smallest list that was seen to show the finding; empty: nothing showed it."""
    shown: int
    """In how many trials of just these visits."""
    of: int
    trials: int
    """All that were run."""
    stopped: Stopped


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to go on."""

    budget_s: float
    tries: int = 1
    """How often a candidate is tried before it counts as not showing the finding (``tries_for``)."""
    repeats: int = 3
    """How often the smallest is tried at least, for the share that is told of it."""


class Trying(Protocol[_Sent]):
    """A trial of visits (``trial.Trial``), whatever a visit is."""

    def __call__(self, visits: Sequence[_Sent], /) -> Seen:
        """Send these visits, and look for the finding."""


Plainer = Callable[[tuple[Visit, ...]], Iterator[tuple[Visit, ...]]]
"""Yields lists of as many visits, each plainer than the one given, the plainest first."""


def tries_for(count: int, of: int) -> int:
    """Return how often to try a candidate when ``count`` of ``of`` visits showed the finding.

    So often that one which shows it as frequently is missed in one of twenty cases at most:
    (1 - share) ** tries <= 0.05; but five times at most.
    """
    share = count / of if of else 0.0
    if share >= 1.0:
        return 1
    if share <= 0.0:
        return _MOST_TRIES
    return max(1, min(_MOST_TRIES, math.ceil(math.log(_MISSED_AT_MOST) / math.log(1.0 - share))))


def ddmin(visits: tuple[Visit, ...], shows: Callable[[tuple[Visit, ...]], bool]) -> tuple[Visit, ...]:
    """Return a part of the visits, in their order, that shows it, and does not without any one of them.

    The algorithm is ``ddmin`` of A. Zeller and R. Hildebrandt: Simplifying and Isolating Failure-Inducing
    Input, IEEE Transactions on Software Engineering 28 (2), 2002, section 3.2.

    Args:
        visits: a list that shows it.
        shows: whether a part does; asked again about the same part now and then.
    """
    parts = 2
    while len(visits) >= 2:
        ends = accumulate(len(visits) // parts + (i < len(visits) % parts) for i in range(parts))
        bounds = list(pairwise([0, *ends]))
        subsets = [visits[begin:end] for begin, end in bounds]
        complements = [visits[:begin] + visits[end:] for begin, end in bounds] if parts > 2 else []
        if (smaller := next(filter(shows, subsets), None)) is not None:
            visits, parts = smaller, 2
        elif (smaller := next(filter(shows, complements), None)) is not None:
            visits, parts = smaller, max(parts - 1, 2)
        elif parts < len(visits):
            parts = min(len(visits), 2 * parts)
        else:
            break
    return visits


def shrink(
    visits: Sequence[Visit],
    trial: Trying[Visit],
    limits: Limits,
    *,
    now: Callable[[], float],
    tell: Callable[[str], None],
    guesses: Sequence[tuple[Visit, ...]] = (),
    plainer: Plainer[Visit] = lambda _: iter(()),
) -> Shrunk[Visit]:
    """Find the smallest list of visits that still shows a finding.

    First the guesses, in their order; the first one that shows it is where the search begins, else the whole
    list is. Then ``ddmin``, then whatever ``plainer`` makes of what is left, until nothing changes any more.

    Args:
        now: seconds of a monotonic clock.
        tell: told of each trial, in a line.

    Returns:
        The smallest list so far, too, when time is up, or somebody wants it to end.

    Raises:
        UsageError: nothing can be sent, whatever the list.
    """
    search = _Search(trial, limits, now, tell)
    stopped = Stopped.SMALLEST
    try:
        if any(map(search.shows, [*guesses, tuple(visits)])):
            _descend(search, plainer)
            search.repeat()
    except _Enough as enough:
        stopped = enough.stopped
    except KeyboardInterrupt:
        stopped = Stopped.INTERRUPTED
    smallest = search.smallest
    shown, of = search.counts.get(smallest, (0, 0))
    return Shrunk(smallest, shown, of, search.trials, stopped)


def _descend(search: "_Search[Visit]", plainer: Plainer[Visit]) -> None:
    before: tuple[Visit, ...] = ()
    while search.smallest != before:
        before = search.smallest
        ddmin(search.smallest, search.shows)
        is_plainest = False
        while not is_plainest:
            is_plainest = not any(map(search.shows, plainer(search.smallest)))


class _Enough(Exception):  # noqa: N818  # no error: it ends the search
    def __init__(self, stopped: Stopped) -> None:
        super().__init__(stopped)
        self.stopped = stopped


class _Search(Generic[Visit]):
    """The trials so far, and the smallest list that showed it."""

    def __init__(
        self, trial: Trying[Visit], limits: Limits, now: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        self._trial = trial
        self._limits = limits
        self._now = now
        self._tell = tell
        self._until = now() + limits.budget_s
        self._longest_s = 0.0
        self._unjudged = 0
        self.trials = 0
        self.smallest: tuple[Visit, ...] = ()
        self.counts: dict[tuple[Visit, ...], tuple[int, int]] = {}
        """Of each list: in how many trials it showed the finding, of how many."""

    def shows(self, visits: tuple[Visit, ...]) -> bool:
        """Return whether a list shows the finding; one that does is the smallest from now on.

        One that has been tried is not tried again.

        Raises:
            _Enough: there is no time for a trial.
        """
        shown, of = self.counts.get(visits, (0, 0))
        while not shown and of < self._limits.tries:
            self._try(visits)
            shown, of = self.counts[visits]
        if shown:
            self.smallest = visits
        return shown > 0

    def repeat(self) -> None:
        """Try the smallest again, for the share that is told of it.

        Raises:
            _Enough: there is no time for it.
        """
        while self.counts[self.smallest][1] < self._limits.repeats:
            try:
                self._try(self.smallest)
            except _Enough as enough:
                if enough.stopped is Stopped.BUDGET:
                    return  # the smallest it is all the same
                raise

    def _try(self, visits: tuple[Visit, ...]) -> None:
        began = self._now()
        if self.trials and began + self._longest_s > self._until:
            raise _Enough(Stopped.BUDGET)
        self.trials += 1
        shown, of = self.counts.get(visits, (0, 0))
        try:
            is_shown = self._trial(visits).is_again
            self._unjudged = 0
        except LoadtestError as error:
            if isinstance(error, UsageError) and not isinstance(error, ProfileError):
                raise  # no other list would be sent either
            self._give_up_on(error)
            is_shown = False
        self._longest_s = max(self._longest_s, self._now() - began)
        self.counts[visits] = (shown + is_shown, of + 1)
        if is_shown:
            self.smallest = visits
        so_far = f" · smallest so far {len(self.smallest)}" if self.smallest else ""
        self._tell(f"trial {self.trials}: {_count(visits)}: {'shown' if is_shown else 'not shown'}{so_far}")

    def _give_up_on(self, error: LoadtestError) -> None:
        if isinstance(error, UnjudgedError) and error.exit_code is ExitCode.INTERRUPTED:
            raise _Enough(Stopped.INTERRUPTED)
        self._tell(f"trial {self.trials} cannot be judged: {error}")
        self._unjudged += 1
        if self._unjudged >= _MOST_UNJUDGED:
            raise _Enough(Stopped.UNJUDGED)


def _count(visits: Sequence[object]) -> str:
    return "1 visit" if len(visits) == 1 else f"{len(visits)} visits"
