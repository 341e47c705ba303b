"""Which departures led to what some visits showed: points first, then manners, transports and moves."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadtest.navigation.journey import Move
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.record import NavigationRecord
from loadtest.report.attribution import Tally, fisher, guilty
from loadtest.report.finding import ANY, ENDED_BY_SERVER, Aspect, Finding, FindingKind

__all__ = ["Visit", "place", "point_place", "visits_of"]

_EXAMPLES = 5
_POINT_PLACES = {point: place for place, point in enumerate(POINTS)}


def point_place(point: str) -> tuple[int, str]:
    """Return a sort key that puts points in the order of a connection's life, unknown ones last."""
    return (_POINT_PLACES.get(point, len(_POINT_PLACES)), point)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit by what may have led to something."""

    at: str
    manner: str
    transport: str
    move: str
    navigation: str


_KEY_OF: Mapping[Aspect, Callable[[Visit], str]] = MappingProxyType(
    {
        Aspect.MANNER: lambda visit: visit.manner,
        Aspect.TRANSPORT: lambda visit: visit.transport,
        Aspect.MOVE: lambda visit: visit.move,
    }
)
_ORDER: Mapping[Aspect, Sequence[str]] = MappingProxyType(
    {
        Aspect.MANNER: (*Manner, ENDED_BY_SERVER),
        Aspect.TRANSPORT: tuple(Transport),
        Aspect.MOVE: tuple(Move),
    }
)


def visits_of(records: Iterable[NavigationRecord]) -> Mapping[int, Visit]:
    """Return the visits by number; navigations that never started play no part."""
    return {
        record.number: Visit(
            record.actual.at,
            record.actual.manner or ENDED_BY_SERVER,
            record.transport,
            record.move,
            record.navigation,
        )
        for record in records
        if record.actual is not None
    }


def place(
    kind: FindingKind,
    what: str,
    showed: frozenset[int],
    visits: Mapping[int, Visit],
    aspects: Collection[Aspect] = tuple(Aspect),
    *,
    is_tested: bool = True,
    **details: Any,
) -> Finding:
    """Return the finding of what some visits showed, with the departures that led to it.

    The points come first. Then, among the visits at these, each aspect is tested: the one that chance
    explains least narrows them down, and the others are tested among those that are left. So a fault of
    long-polling alone does not blame the manners that only a WebSocket has for being without it.

    Args:
        showed: the numbers of the visits that showed it, those without a record too.
        visits: all visits that could have shown it.
        aspects: which may be blamed beside the points.
        is_tested: whether anything may be blamed; otherwise it is only told where it showed.
    """
    points = _tally(visits, showed, lambda visit: visit.at)
    causes = guilty(points) if is_tested else frozenset()
    at = sorted(causes or (tally.key for tally in points if tally.hit), key=point_place)
    here = {number: visit for number, visit in visits.items() if visit.at in at}
    needed, tallies = _narrow(here, showed, aspects if is_tested else ())
    in_order = sorted(number for number in showed if number in here)
    return Finding(
        kind=kind,
        what=what,
        showed=showed,
        at=tuple(at),
        manners=_needed(needed, Aspect.MANNER),
        transports=_needed(needed, Aspect.TRANSPORT),
        moves=_needed(needed, Aspect.MOVE),
        count=len(in_order),
        of=len(here),
        elsewhere=len(showed & visits.keys()) - len(in_order),
        elsewhere_of=len(visits) - len(here),
        navigation=here[in_order[0]].navigation if in_order else None,
        is_points_doing=bool(causes),
        attributed=bool(causes or needed),
        by_manner=_in_order(tallies, Aspect.MANNER),
        by_transport=_in_order(tallies, Aspect.TRANSPORT),
        by_move=_in_order(tallies, Aspect.MOVE),
        unplaced=len(showed - visits.keys()),
        examples=tuple(here[number].navigation for number in in_order[:_EXAMPLES]),
        **details,
    )


_Tallies = Mapping[Aspect, Sequence[Tally]]


def _narrow(
    here: Mapping[int, Visit], showed: frozenset[int], aspects: Collection[Aspect]
) -> tuple[Mapping[Aspect, frozenset[str]], _Tallies]:
    """Return what visits had to have, by aspect, and the counts by which that was told."""
    needed: dict[Aspect, frozenset[str]] = {}
    tallies: dict[Aspect, Sequence[Tally]] = {}
    while True:
        rest = [aspect for aspect in Aspect if aspect not in needed]
        tallies.update({aspect: _tally(here, showed, _KEY_OF[aspect]) for aspect in rest})
        blamed = {aspect: guilty(tallies[aspect]) for aspect in rest if aspect in aspects}
        clear = [aspect for aspect in rest if blamed.get(aspect)]
        if not clear:
            return needed, tallies
        aspect = min(clear, key=lambda one: _chance(tallies[one], blamed[one]))
        needed[aspect] = blamed[aspect]
        here = {number: visit for number, visit in here.items() if _KEY_OF[aspect](visit) in needed[aspect]}


def _chance(tallies: Sequence[Tally], blamed: frozenset[str]) -> float:
    inside = [tally for tally in tallies if tally.key in blamed]
    return fisher(
        sum(tally.hit for tally in inside),
        sum(tally.of for tally in inside),
        sum(tally.hit for tally in tallies),
        sum(tally.of for tally in tallies),
    )


def _needed(needed: Mapping[Aspect, frozenset[str]], aspect: Aspect) -> str | tuple[str, ...]:
    return tuple(sorted(needed.get(aspect, ()), key=_ORDER[aspect].index)) or ANY


def _in_order(tallies: _Tallies, aspect: Aspect) -> Mapping[str, Tally]:
    ordered = sorted(tallies[aspect], key=lambda tally: _ORDER[aspect].index(tally.key))
    return {tally.key: tally for tally in ordered}


def _tally(
    visits: Mapping[int, Visit], showed: frozenset[int], key_of: Callable[[Visit], str]
) -> Sequence[Tally]:
    hit: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for number, visit in visits.items():
        of[key_of(visit)] += 1
        hit[key_of(visit)] += number in showed
    return [Tally(key, hit[key], total) for key, total in of.items()]
