"""Whether the pool of tabs, and the open files, can carry a profile: said before the run, by Little's law."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from loadtest.navigation.point import Manner
from loadtest.profile.curve import Curve
from loadtest.profile.forecast import departures_of, visit_s
from loadtest.profile.model import Profile

__all__ = ["Need", "need_of", "shortages"]

_SPREAD = 3.0
"""Standard deviations of the number of tabs at work that a pool should still hold."""
_LINES_PER_TAB = 2
"""Open sockets of a tab at work: the kept-alive connection of its pages, and its own."""
_OTHER_FILES = 100
"""Open files of a process that sends nothing yet."""
_WINDOWS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where within a visit's time after a corner of the rate the busiest moment is looked for."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a profile takes when it is busiest."""

    visit_s: float
    """A visit's mean time; what the server and the network take comes on top."""
    at_work: float
    """Tabs at work, on average."""
    burst_size: int
    peak_per_s: float
    silent: float
    """Sockets that are held open in silence by the end of the run."""

    @property
    def tabs(self) -> float:
        """Return the tabs of a pool that seldom has none free.

        The number of tabs at work is Poisson when people come one by one (M/G/∞), so its variance is its
        mean; when they come in bursts, it is so many times that.
        """
        return max(self.at_work + _SPREAD * math.sqrt(self.at_work * self.burst_size), self.burst_size)

    def carried_per_s(self, tabs: int) -> float:
        """Return the peak rate, in the same course, that a pool of so many tabs carries."""
        if not self.at_work:
            return math.inf
        spread = _SPREAD * math.sqrt(self.burst_size)
        root = (math.sqrt(spread * spread + 4 * tabs) - spread) / 2
        return self.peak_per_s * root * root / self.at_work

    def files(self, tabs: int, processes: int) -> float:
        """Return the open files of each of so many processes that share a pool of so many tabs."""
        return (_LINES_PER_TAB * min(self.tabs, tabs) + self.silent) / processes + _OTHER_FILES


def need_of(profile: Profile) -> Need:
    """Return what a profile takes: by Little's law, in the window of a visit's time that is busiest."""
    mixes = (profile.mix, *(mix for _, mix in profile.later_mixes))
    longest_s = max(visit_s(profile, mix) for mix in mixes)
    silent = sum(row.visits for row in departures_of(profile) if row.choice.manner is Manner.SILENT)
    if profile.is_closed:
        users = max(max(stage.users or (0.0,)) for stage in profile.stages)
        return Need(longest_s, 0.0, math.ceil(users), 0.0, silent)
    curve = Curve(profile.stages, profile.turns)
    corners = {0.0, *(segment.start_s for segment in curve.segments), curve.duration_s}
    ends = (corner + part * longest_s for corner in corners for part in _WINDOWS)
    return Need(
        visit_s=longest_s,
        at_work=max(curve.mass_at(end_s) - curve.mass_at(end_s - longest_s) for end_s in ends),
        burst_size=max(stage.burst_size for stage in profile.stages),
        peak_per_s=curve.peak_per_s,
        silent=silent,
    )


def shortages(profile: Profile, *, tabs: int | None = None, processes: int = 1, files: int) -> Iterator[str]:
    """Yield a sentence for each thing that this run has too little of, with the number that would do.

    Args:
        tabs: the pool, where it is not the profile's own (``-u``).
        files: the open files that each process may have (``ulimit -n``).
    """
    need = need_of(profile)
    pool = profile.max_users if tabs is None else tabs
    if not profile.is_closed and need.tabs > pool:
        name = "users.max =" if pool == profile.max_users else "-u"
        yield (
            f"{name} {pool:,} carries about {_about(need.carried_per_s(pool))} navigations a second, "
            f"where a visit takes {need.visit_s:.2g} s and the server no time; the peak of "
            f"{need.peak_per_s:,.4g} needs about {_about(need.tabs, up=True)}, or visits will be dropped"
        )
    each = need.files(pool, processes)
    if each > files:
        silent = (
            f", {need.silent:,.0f} of them silent sockets that are held to the end"
            if need.silent >= 1
            else ""
        )
        yield (
            f"ulimit -n is {files:,}, and this takes about {_about(each, up=True)} open files"
            f"{' in each process' if processes > 1 else ''}{silent}; "
            f"raise it with ulimit -n, or share the load out with --workers"
        )


def _about(number: float, *, up: bool = False) -> str:
    """Write a number with two digits that count, rounded to the safe side."""
    if number < 10:
        return f"{number:.2g}"
    step = 10 ** (math.floor(math.log10(number)) - 1)
    return f"{(math.ceil if up else math.floor)(number / step) * step:,}"
