"""A finding's visits as a profile lists them: each pinned to what was planned for it and done."""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from loadtest.errors import ProfileError, UsageError
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.text import write_text
from loadtest.replay.selection import Selection
from loadtest.replay.timing import timing_of
from loadtest.report.info import RunInfo

__all__ = ["Written", "profile_of", "with_visits", "write_down"]

_OF_STAGES = ("stages", "departures", "turns", "max_visits", "visits", "thresholds", "gauges")
"""What a profile says about other visits than these, or about their figures."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is sent again, and what was left out of it."""

    visits: tuple[ListedVisit, ...]
    left_out_s: float
    """Idle time."""
    by_clock: int
    """Visits that had left by the clock, and now leave at the point where it had found them."""

    @property
    def duration_s(self) -> float:
        """From the first visit to the last."""
        return self.visits[-1].due_s


def profile_of(info: RunInfo) -> Profile:
    """Return the profile that a run had.

    Raises:
        UsageError: this release cannot read it.
    """
    try:
        return parse_profile(info.profile_text, name=info.profile, source=info.profile_source)
    except ProfileError as error:
        raise UsageError(
            f"the profile of run {info.id} cannot be read, so its visits cannot be sent again:\n{error}"
        ) from error


def write_down(selection: Selection, profile: Profile) -> Written:
    """Return a selection as a list of visits."""
    timing = timing_of(selection.records)
    tabs = _tabs(selection.records, len(profile.app.access.rows))
    blamed = frozenset(selection.finding.at) if selection.finding.is_points_doing else frozenset()
    visits = tuple(
        _pinned(record, profile, blamed if record.number in selection.targets else frozenset())
        for record in selection.records
    )
    return Written(
        tuple(
            replace(visit, due_s=due_s, tab=tabs.get(visit.number))
            for visit, due_s in zip(visits, timing.dues_s, strict=True)
        ),
        timing.left_out_s,
        by_clock=sum(
            record.planned_at == BY_CLOCK and visit.departs != BY_CLOCK
            for record, visit in zip(selection.records, visits, strict=True)
        ),
    )


def _pinned(record: NavigationRecord, profile: Profile, blamed: Collection[str]) -> ListedVisit:
    """Return a visit as it was: planned for the same point or clock, its page and its move as they came.

    Args:
        blamed: points that brought the finding about. Who left at one of them by the clock leaves there now:
            another time the clock would find it elsewhere.
    """
    visit = ListedVisit(
        due_s=0.0,
        number=record.number,
        move=record.move if profile.goes_on else None,
        page=record.page if len(profile.app.access.pages) > 1 and not record.move.needs_history else None,
        transport=record.transport,
    )
    drawn = profile.draw_departure(record.number, record.due_s)
    is_drawn = (drawn.at, drawn.manner) == (record.planned_at, record.planned_manner)
    if record.planned_at == STAY:
        return replace(visit, at=STAY)
    if record.planned_at != BY_CLOCK:
        jitter = _constant(drawn.after_s) if is_drawn and drawn.after_s else None
        return replace(visit, at=record.planned_at, manner=record.planned_manner, jitter_s=jitter)
    actual = record.actual
    # of the clock of a locustfile's own, nobody knows what it said
    if actual and _can_leave(actual, record.transport) and (actual.at in blamed or not is_drawn):
        return replace(visit, at=actual.at, manner=actual.manner)
    since = None if drawn.since is Phase.PAGE else drawn.since
    return replace(visit, after_s=_constant(drawn.after_s), since=since, manner=record.planned_manner)


def _can_leave(actual: ActualDeparture, transport: Transport) -> bool:
    point = POINTS.get(actual.at)
    return point is not None and actual.manner in point.manners.get(transport, ())


def _constant(seconds: float) -> Distribution:
    return Distribution(Law.CONSTANT, seconds)


def _tabs(records: Sequence[NavigationRecord], rows: int) -> Mapping[int, int]:
    """Return the tab of each visit that has to have one: several of the same, or one with its row of data.

    Args:
        rows: of the profile's ``data`` file; a tab has the row that is its number modulo these.
    """
    chosen = {record.number for record in records}
    first: dict[int, int] = {}
    for record in records:
        before = record.previous if record.previous in chosen else None
        first[record.number] = record.number if before is None else first.get(before, before)
    sizes = Counter(first.values())
    tabs: dict[int, int] = {}
    of_visit: dict[int, int] = {}
    for record in records:
        root = first[record.number]
        if rows and record.row is not None:
            tabs.setdefault(root, len(tabs) * rows + record.row)
        elif sizes[root] > 1:
            tabs.setdefault(root, len(tabs))
        if root in tabs:
            of_visit[record.number] = tabs[root]
    return of_visit


def with_visits(profile_text: str, visits: Sequence[ListedVisit], *, seed: int, description: str) -> str:
    """Return a profile's text with a list of visits in the place of all that planned others.

    What the app needs stays, and what the clients must see, and the law of how long they dwell.
    """
    data = tomllib.loads(profile_text)
    users = {key: value for key, value in data.pop("users", {}).items() if key == "max"}
    kept = {key: value for key, value in data.items() if key not in _OF_STAGES}
    rows = [visit.to_row() for visit in visits]
    return write_text(
        {
            **kept,
            "description": description,
            "seed": seed,
            **({"users": users} if users else {}),
            "visits": rows,
        }
    )
