"""Whether the pool of tabs, and the open files, can carry a profile: said before the run, by Little's law."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from loadtest.navigation.point import Manner
from loadtest.profile.curve import Curve, Segment
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
    silent = sum(row.visits for row in departures_of(profile) if row.choice.manner is Manner.SILENT)
    if profile.is_closed:
        users = max(max(stage.users or (0.0,)) for stage in profile.stages)
        return Need(visit_s(profile), 0.0, math.ceil(users), 0.0, silent)
    curve = Curve(profile.stages, profile.turns)
    mixes = [(0.0, profile.mix), *profile.later_mixes]
    ends = [*(from_s for from_s, _ in mixes[1:]), math.inf]
    needs = []
    for (from_s, mix), until_s in zip(mixes, ends, strict=True):
        part = [segment for segment in curve.segments if segment.end_s > from_s and segment.start_s < until_s]
        if part:
            needs.append(_need(curve, part, (from_s, until_s), visit_s(profile, mix)))
    burst_size = max(stage.burst_size for stage in profile.stages)
    return replace(max(needs, key=lambda need: need.at_work), burst_size=burst_size, silent=silent)


def _need(curve: Curve, part: Sequence[Segment], span: tuple[float, float], lasts_s: float) -> Need:
    """Return what it takes, of those who come one by one, in the part of a run in which visits last so long.

    Args:
        part: its segments.
        span: its start and its end.
    """
    first_s, last_s = max(part[0].start_s, span[0]), min(part[-1].end_s, span[1])
    corners = [first_s, *(segment.start_s for segment in part[1:]), last_s]
    at_work = max(
        curve.mass_at(min(end_s, last_s)) - curve.mass_at(max(end_s - lasts_s, first_s))
        for end_s in (corner + share * lasts_s for corner in corners for share in _WINDOWS)
    )
    rates = (
        segment.rate_at(now_s)
        for segment in part
        for now_s in (max(segment.start_s, first_s), min(segment.end_s, last_s))
    )
    return Need(lasts_s, at_work, burst_size=1, peak_per_s=max(rates), silent=0.0)


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
