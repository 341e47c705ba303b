"""A finding's visits as a profile lists them: each pinned to what was planned for it and done."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.errors import ProfileError, UsageError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
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
    visits = tuple(
        _pinned(record, profile, due_s, tabs.get(record.number))
        for record, due_s in zip(selection.records, timing.dues_s, strict=True)
    )
    return Written(visits, timing.left_out_s)


def _pinned(record: NavigationRecord, profile: Profile, due_s: float, tab: int | None) -> ListedVisit:
    """Return a visit as it was: planned for the same point or clock, its page and its move as they came."""
    drawn = profile.draw_departure(record.number, record.due_s)
    is_drawn = (drawn.at, drawn.manner) == (record.planned_at, record.planned_manner)
    after_s = drawn.after_s if is_drawn else 0.0
    at, manner = record.planned_at, record.planned_manner
    if (
        at == BY_CLOCK and not is_drawn and record.actual is not None
    ):  # a locustfile's own clock: nobody knows it
        at, manner = record.actual.at, record.actual.manner or manner
    is_by_clock = at == BY_CLOCK
    return ListedVisit(
        due_s=due_s,
        number=record.number,
        tab=tab,
        move=record.move if profile.goes_on else None,
        page=record.page if len(profile.app.access.pages) > 1 and not record.move.needs_history else None,
        at=None if is_by_clock else at,
        after_s=_constant(after_s) if is_by_clock else None,
        since=_since(drawn) if is_by_clock else None,
        manner=None if at == STAY else manner,
        transport=record.transport,
        jitter_s=_constant(after_s) if after_s and not is_by_clock else None,
    )


def _constant(seconds: float) -> Distribution:
    return Distribution(Law.CONSTANT, seconds)


def _since(drawn: Departure) -> Phase | None:
    return None if drawn.since is Phase.PAGE else drawn.since


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
