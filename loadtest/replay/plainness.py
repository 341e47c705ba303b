"""How plain a visit is, and what would be plainer: its point, manner, transport and the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from loadtest.navigation.counterpart import browser_manner
from loadtest.navigation.departure import STAY
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.point import POINTS, Manner, Point, Transport
from loadtest.navigation.routes import DETOURS
from loadtest.profile.listing import ListedVisit
from loadtest.report.finding import ANY, Finding

__all__ = ["SPACING_S", "Scope", "plain_visit", "plainer", "plainest_point", "point_rank"]

SPACING_S = 1.0
"""Between the visits of a list that need not be near each other: the lowest rate."""
_ALONE = 5
"""Lists of more visits are made plainer as a whole only: each visit by itself costs a trial."""
_AT_ONCE = Distribution(Law.CONSTANT, 0.0)
_TRANSPORTS = (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE)
"""The plainest first: one connection; requests and answers; both, and a change from one to the other."""
_MANNERS = (
    *(Manner.WS_CLOSE, Manner.FIN, Manner.RST, Manner.SIO_DISCONNECT, Manner.EIO_CLOSE),
    Manner.SILENT,
)
"""The plainest first: what a browser does that navigates; what any client does that goes; the rarer ones; and
last the one that a server notices only after its ping times."""
_PLACES = {point: place for place, point in enumerate(POINTS)}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a finding leaves open, and the app's pages."""

    points: Sequence[str]
    """The points whose visits showed it."""
    manners: Sequence[Manner]
    """The manners in which they had to leave; all: any."""
    transports: Sequence[Transport]
    pages: Sequence[str]

    @classmethod
    def of(cls, finding: Finding, pages: Sequence[str]) -> "Scope":
        """Return what a finding leaves open."""
        manners, transports = finding.manners, finding.transports
        return cls(
            points=[point for point in finding.at if point in POINTS],
            manners=[manner for manner in _MANNERS if manners == ANY or manner in manners],
            transports=[way for way in _TRANSPORTS if transports == ANY or way in transports],
            pages=pages,
        )


def plainest_point(points: Sequence[str]) -> str | None:
    """Return the point that is the plainest to come to, by the rule "at rest, straight, early".

    At rest: nothing of the server's runs there that a slow machine could miss (not P15, P06, P17, P23).
    Straight: a visit comes there by doing what every page does (no half frame: not P16b, P20; no reconnect).
    Early: of those left, the first in a connection's life. So of P15, P16 and P16b it is P16.
    """
    return min(points, key=point_rank, default=None)


def point_rank(point: str | None) -> tuple[bool, bool, int]:
    """Return how plain it is to leave at a point; what is no point (a stay, the clock) is the least plain."""
    if point is None or point not in POINTS:
        return True, True, len(POINTS)
    return POINTS[point].is_fleeting, point in DETOURS, _PLACES[point]


def plain_visit(scope: Scope, number: int, due_s: float = 0.0) -> ListedVisit | None:
    """Return the plainest visit that may show a finding; None when that was not tied to a point.

    Args:
        number: of a visit that showed it: the trial looks for that one.
    """
    id_ = plainest_point(scope.points)
    if id_ is None:
        return None
    transport = _transport_to(POINTS[id_], scope)
    return ListedVisit(
        due_s=due_s,
        number=number,
        page=_plainest_page(scope.pages),
        at=id_,
        manner=_manner_at(POINTS[id_], transport, scope),
        transport=transport,
        dwell_s=_AT_ONCE,
    )


def _transport_to(point: Point, scope: Scope) -> Transport:
    ways = [way for way in _TRANSPORTS if way in point.manners]
    return next((way for way in ways if way in scope.transports), ways[0])


def _manner_at(point: Point, transport: Transport, scope: Scope) -> Manner:
    possible = [manner for manner in _MANNERS if manner in point.manners[transport]]
    usual = browser_manner(point, transport)
    return usual if usual in scope.manners else next((m for m in possible if m in scope.manners), usual)


def _plainest_page(pages: Sequence[str]) -> str | None:
    """Return the shortest; None where there is but one."""
    return min(pages, key=lambda page: (len(page), page)) if len(pages) > 1 else None


_Change = Callable[[ListedVisit, Scope], ListedVisit]


def _at_plain_point(visit: ListedVisit, scope: Scope) -> ListedVisit:
    plain = plain_visit(scope, visit.number)
    if plain is None or plain.at is None or visit.at == STAY or visit.at not in (None, *scope.points):
        return visit
    point = POINTS[plain.at]
    transport = visit.transport if visit.transport in point.manners else plain.transport
    assert transport is not None, "a plain visit has a transport"
    manner = visit.manner if visit.manner in point.manners[transport] else _manner_at(point, transport, scope)
    if visit.at == plain.at or point_rank(visit.at) <= point_rank(plain.at):
        return visit
    return replace(visit, at=plain.at, after_s=None, since=None, transport=transport, manner=manner)


def _over_plain_transport(visit: ListedVisit, scope: Scope) -> ListedVisit:
    point = POINTS.get(visit.at or "")
    transport = _transport_to(point, scope) if point else Transport.WEBSOCKET
    if visit.transport is None or _TRANSPORTS.index(transport) >= _TRANSPORTS.index(visit.transport):
        return visit
    if point is None or visit.manner in point.manners[transport]:
        return replace(visit, transport=transport)
    return replace(visit, transport=transport, manner=_manner_at(point, transport, scope))


def _in_plain_manner(visit: ListedVisit, scope: Scope) -> ListedVisit:
    point = POINTS.get(visit.at or "")
    if point is None or visit.transport is None or visit.manner is None:
        return visit
    manner = _manner_at(point, visit.transport, scope)
    is_plainer = _MANNERS.index(manner) < _MANNERS.index(visit.manner)
    return replace(visit, manner=manner) if is_plainer else visit


_CHANGES: Mapping[str, _Change] = {
    "point": _at_plain_point,
    "transport": _over_plain_transport,
    "manner": _in_plain_manner,
    "jitter": lambda visit, _: replace(visit, jitter_s=None),
    "dwell": lambda visit, _: replace(visit, dwell_s=_AT_ONCE),
    "move": lambda visit, _: replace(visit, move=None),
    "page": lambda visit, scope: replace(visit, page=_plainest_page(scope.pages)),
    "tab": lambda visit, _: replace(visit, tab=None),
}
"""What can be plainer about a visit, by name."""


def plainer(visits: tuple[ListedVisit, ...], scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    """Yield lists of as many visits, plainer than these: in all at once first, then one by one."""
    yield from (plain for plain in dict.fromkeys(_candidates(visits, scope)) if plain != visits)


def _candidates(visits: tuple[ListedVisit, ...], scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    everything = visits
    for change in _CHANGES.values():
        everything = _each(everything, change, scope)
    yield from (_spaced(everything), everything)
    yield from (_each(visits, change, scope) for change in _CHANGES.values())
    yield _spaced(visits)
    if 1 < len(visits) <= _ALONE:
        yield from _one_by_one(visits, scope)


def _one_by_one(visits: tuple[ListedVisit, ...], scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    for index, visit in enumerate(visits):
        for change in _CHANGES.values():
            changed = change(visit, scope)
            if changed != visit:
                yield (*visits[:index], changed, *visits[index + 1 :])


def _each(visits: tuple[ListedVisit, ...], change: _Change, scope: Scope) -> tuple[ListedVisit, ...]:
    return tuple(change(visit, scope) for visit in visits)


def _spaced(visits: tuple[ListedVisit, ...]) -> tuple[ListedVisit, ...]:
    """Return the visits a second apart; those that were further apart stay so."""
    spaced: list[ListedVisit] = []
    for visit in visits:
        least_s = spaced[-1].due_s + SPACING_S if spaced else 0.0
        first_s = visits[0].due_s
        spaced.append(replace(visit, due_s=max(least_s, visit.due_s - first_s)))
    return tuple(spaced)
