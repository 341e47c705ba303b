"""The keys of ``[[visits]]``: a list of visits, each with its time, in the place of stages and their rate."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.app import App
from loadtest.apps.distribution import Seconds
from loadtest.apps.mistake import Mistake, mistaken
from loadtest.apps.table import wrong_path
from loadtest.navigation.departure import STAY, Choice, Mix
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.profile.departures_table import DepartureKeys, choices_of, read_word, wrong_departures
from loadtest.profile.listing import ListedVisit, Listing
from loadtest.profile.model import Arrivals, Piece, Stage

__all__ = [
    "MOST_VISITS",
    "VisitTable",
    "listed_stage",
    "listing_of",
    "mix_of",
    "wrong_beside_list",
    "wrong_list",
    "wrong_visits",
]

MOST_VISITS = 100_000
_MOST_S = 1e7
_LARGEST = 2**63 - 1
_LEAST_S = 1.0
"""A list is at least so long, however soon its last visit is due: a rate is so many a second."""
_MOST_PIECES = 400
_STAY = DepartureKeys(at=STAY)


def _read_page(value: Any) -> str | None:
    if value is not None and (wrong := wrong_path(value)):
        raise mistaken(wrong)
    return None if value is None else str(value)


def _read_move(value: Any) -> Move | None:
    return None if value is None else read_word(value, Move)


class VisitTable(DepartureKeys):
    """One of ``[[visits]]``; what it does not say is drawn, as it always is."""

    is_needed: ClassVar[bool] = False

    due_s: float = Field(ge=0, le=_MOST_S, examples=[0.5])
    number: int | None = Field(default=None, ge=0, le=_LARGEST)
    tab: int | None = Field(default=None, ge=0, le=_LARGEST)
    move: Annotated[Move | None, PlainValidator(_read_move)] = None
    page: Annotated[str | None, PlainValidator(_read_page)] = None
    dwell_s: Seconds | None = None

    @field_validator("transport", "manner")
    @classmethod
    def _is_of_a_departure(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("at", "") is None and info.data.get("after_s", "") is None:
            raise mistaken("says how to leave, and nothing says where; write at or after_s beside it")
        return value

    @property
    def departs(self) -> bool:
        """Whether it says how it leaves."""
        return self.at is not None or self.after_s is not None

    def build(self, place: int) -> ListedVisit:
        """Return the visit.

        Args:
            place: its place in the list, which is its number unless it says another one.
        """
        return ListedVisit(
            due_s=self.due_s,
            number=place if self.number is None else self.number,
            tab=self.tab,
            move=self.move,
            page=self.page,
            at=self.at,
            after_s=self.after_s,
            since=self.since,
            manner=self.manner,
            transport=self.transport,
            jitter_s=self.jitter_s,
            dwell_s=self.dwell_s,
        )


def wrong_list(rows: Sequence[VisitTable]) -> list[Mistake]:
    """Return what no single row can know: the order of their times, and whose numbers are the same."""
    mistakes: list[Mistake] = []
    places: dict[int, int] = {}
    for place, row in enumerate(rows):
        before_s = rows[place - 1].due_s if place else 0.0
        if row.due_s < before_s:
            wrong = f"{row.due_s:g} is before the visit above, at {before_s:g}; write them in order"
            mistakes.append(Mistake((place, "due_s"), wrong))
        number = place if row.number is None else row.number
        first = places.setdefault(number, place)
        if first != place:
            wrong = f"{number} is the number of visits[{first}] already; each visit is drawn from its own"
            mistakes.append(Mistake((place, "number"), wrong))
    return mistakes


def wrong_beside_list(rows: Sequence[VisitTable], turns: int, departures: int) -> Iterator[Mistake]:
    """Yield what a profile with a list has beside it that the list leaves nothing to do."""
    if turns:
        wrong = "a list of visits has no rate and no weights that could be turned; leave one of the two out"
        yield Mistake(("turns",), wrong)
    if departures and all(row.departs for row in rows):
        wrong = "each of [[visits]] says how it leaves, so nobody is drawn a departure; leave them out"
        yield Mistake(("departures",), wrong)


def wrong_visits(rows: Sequence[VisitTable], app: App) -> Iterator[Mistake]:
    """Yield which of them leave where the app does not lead."""
    return wrong_departures([row if row.departs else _STAY for row in rows], app, "visits")


def listing_of(rows: Sequence[VisitTable], app: App, drawn: Mix) -> Listing:
    """Return the list.

    Args:
        drawn: the departures of the visits that do not say theirs.
    """
    visits = tuple(row.build(place) for place, row in enumerate(rows))
    pairs = zip(visits, rows, strict=True)
    own = {visit.number: _own_mix(row, app, drawn) for visit, row in pairs if row.departs or row.dwell_s}
    return Listing(visits, drawn, own)


def _own_mix(row: VisitTable, app: App, drawn: Mix) -> Mix:
    choices = tuple(choices_of(row, app)) if row.departs else drawn.choices
    return replace(drawn, choices=choices, dwell_s=row.dwell_s or drawn.dwell_s)


def mix_of(listing: Listing, seed: int) -> Mix:
    """Return the departures of a list as one mix: each weighs as many visits as leave so.

    Departures by the clock that differ in nothing but their time, and those at a point in how long after it,
    are one: its time is drawn from the shortest to the longest.
    """
    chosen = [listing.mix_of(visit.number).choose(seed, visit.number) for visit in listing.visits]
    counts = Counter(replace(choice, weight=1.0, after_s=None) for choice in chosen)
    laws: dict[Choice, list[Distribution]] = {}
    for choice in chosen:
        if choice.after_s is not None:
            laws.setdefault(replace(choice, weight=1.0, after_s=None), []).append(choice.after_s)
    dwells = [listing.mix_of(visit.number).dwell_s for visit in listing.visits]
    return replace(
        listing.mix,
        choices=tuple(
            replace(choice, weight=float(count), after_s=_together(laws.get(choice, ())))
            for choice, count in counts.items()
        ),
        dwell_s=_together(dwells) or listing.mix.dwell_s,
    )


def _together(laws: Sequence[Distribution]) -> Distribution | None:
    if not laws:
        return None
    if all(law == laws[0] for law in laws):
        return laws[0]
    means = [law.mean for law in laws]
    return Distribution(Law.UNIFORM, min(means), max(means))


def listed_stage(listing: Listing) -> Stage:
    """Return the one stage of a list, which tells its rate: as many a second as there are visits in it."""
    last_s = listing.visits[-1].due_s
    duration_s = max(last_s, _LEAST_S)
    pieces = max(min(math.floor(duration_s), _MOST_PIECES), 1)
    width_s = duration_s / pieces
    counts = Counter(min(int(visit.due_s / width_s), pieces - 1) for visit in listing.visits)
    at_once = Counter(visit.due_s for visit in listing.visits)
    number = len(listing.visits)
    visits = "1 visit" if number == 1 else f"{number:,} visits"
    return Stage(
        duration_s=duration_s,
        pieces=tuple(Piece(width_s, rate, rate) for rate in (counts[i] / width_s for i in range(pieces))),
        arrivals=Arrivals.CONSTANT,
        burst_size=max(at_once.values()),
        text=f"{visits}, as listed, in {last_s:.10g} s",
    )
