"""How plain a visit is, and what would be plainer: the point, the manner, the way there, and all beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from loadtest.navigation.counterpart import browser_manner
from loadtest.navigation.departure import STAY
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.point import POINTS, Manner, Point, Transport
from loadtest.navigation.routes import DETOURS
from loadtest.profile.listing import ListedVisit

__all__ = ["SPACING_S", "Scope", "plain_visit", "plainer", "plainest_point"]

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
    def of(cls, finding: Mapping[str, object], pages: Sequence[str]) -> "Scope":
        """Read an entry of ``findings[]``."""
        manners, transports, points = finding["manners"], finding["transports"], finding["at"]
        assert isinstance(points, Sequence)
        return cls(
            points=[point for point in points if point in POINTS],
            manners=[manner for manner in _MANNERS if manners == "any" or manner in _words(manners)],
            transports=[way for way in _TRANSPORTS if transports == "any" or way in _words(transports)],
            pages=pages,
        )


def _words(value: object) -> Sequence[str]:
    return value if isinstance(value, list | tuple) else ()


def plainest_point(points: Sequence[str]) -> str | None:
    """Return the point that is the plainest to come to, by the rule "at rest, straight, early".

    At rest: nothing of the server's runs there that a slow machine could miss (not P15, P06, P17, P23).
    Straight: a visit comes there by doing what every page does (no half frame: not P16b, P20; no reconnect).
    Early: of those left, the first in a connection's life. So of P15, P16 and P16b it is P16.
    """
    return min(points, key=_point_rank, default=None)


def _point_rank(point: str) -> tuple[bool, bool, int]:
    return POINTS[point].is_fleeting, point in DETOURS, _PLACES[point]


def plain_visit(scope: Scope, tab: int | None = None, due_s: float = 0.0, number: int = 0) -> ListedVisit | None:
    """Return the plainest visit that may show a finding; None when it was not tied to a point."""
    id_ = plainest_point(scope.points)
    if id_ is None:
        return None
    transport = _transport_to(POINTS[id_], scope)
    return ListedVisit(
        due_s=due_s,
        number=number,
        tab=tab,
        move=Move.NAVIGATE,
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


def _plainest_page(pages: Sequence[str]) -> str:
    return min(pages, key=lambda page: (len(page), page), default="/")


_Change = Callable[[ListedVisit, Scope], ListedVisit]


def _at_plain_point(visit: ListedVisit, scope: Scope) -> ListedVisit:
    plain = plain_visit(scope)
    if plain is None or plain.at is None or visit.at == STAY or visit.at not in (None, *scope.points):
        return visit
    point = POINTS[plain.at]
    transport = visit.transport if visit.transport in point.manners else plain.transport
    assert transport is not None, "a plain visit has a transport"
    manner = visit.manner if visit.manner in point.manners[transport] else _manner_at(point, transport, scope)
    if visit.at == plain.at or (visit.at and _point_rank(visit.at) <= _point_rank(plain.at)):
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
    "move": lambda visit, _: replace(visit, move=Move.NAVIGATE),
    "page": lambda visit, scope: replace(visit, page=_plainest_page(scope.pages)),
    "tab": lambda visit, _: replace(visit, tab=None),
    "number": lambda visit, _: replace(visit, number=0),
}
"""What can be plainer about a visit, by name."""


def plainer(visits: tuple[ListedVisit, ...], scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    """Yield lists of as many visits, plainer than these: all of it at once first, then one thing at a time."""
    everything = visits
    for change in _CHANGES.values():
        everything = _each(everything, change, scope)
    for spaced in (_spaced(everything), everything):
        if spaced != visits:
            yield spaced
    for change in (*_CHANGES.values(),):
        if (changed := _each(visits, change, scope)) != visits:
            yield changed
    if (apart := _spaced(visits)) != visits:
        yield apart
    if 1 < len(visits) <= _ALONE:
        yield from _one_by_one(visits, scope)


def _one_by_one(visits: tuple[ListedVisit, ...], scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    for index, visit in enumerate(visits):
        for name, change in _CHANGES.items():
            changed = change(visit, scope)
            if name != "number" and changed != visit:
                yield (*visits[:index], changed, *visits[index + 1 :])


def _each(visits: tuple[ListedVisit, ...], change: _Change, scope: Scope) -> tuple[ListedVisit, ...]:
    changed = [change(visit, scope) for visit in visits]
    if len({visit.number for visit in changed}) < len(changed):
        changed = [replace(visit, number=place) for place, visit in enumerate(changed)]
    return tuple(changed)


def _spaced(visits: tuple[ListedVisit, ...]) -> tuple[ListedVisit, ...]:
    """Return the visits a second apart; those that were further apart stay so."""
    spaced: list[ListedVisit] = []
    for visit in visits:
        least_s = spaced[-1].due_s + SPACING_S if spaced else 0.0
        first_s = visits[0].due_s
        spaced.append(replace(visit, due_s=max(least_s, visit.due_s - first_s)))
    return tuple(spaced)
