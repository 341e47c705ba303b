"""The keys of ``[[departures]]``, and the choices that each row stands for."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.app import App
from loadtest.apps.distribution import Seconds
from loadtest.apps.mistake import Mistake, Table, mistaken, near, show, wrong_number
from loadtest.navigation.counterpart import browser_manner, counterpart
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice
from loadtest.navigation.draw import Distribution
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Point, Transport, find_point

__all__ = ["ANY", "DepartureKeys", "DepartureTable", "choices_of", "read_word", "wrong_departures"]

ANY = "any"
"""``at``: every point that can be reached, evenly, in every manner that it allows."""
_CLOCKS: Mapping[str, Phase] = MappingProxyType(
    {"page": Phase.PAGE, "open": Phase.OPEN, "connect": Phase.CONNECT, "handshake": Phase.HANDSHAKE}
)
"""What ``from`` may say: the phase whose begin starts the clock."""
_WHOLE = frozenset({STAY, ANY})
_SECOND_NAMESPACE = "P26"


def read_word(value: Any, words: type[StrEnum]) -> Any:
    """Return the member of a closed set that a profile names.

    Raises:
        ValidationError: it names none.
    """
    if value not in list(words):
        raise mistaken(f"{show(value)} is not one of {', '.join(words)}")
    return words(value)


def _read_at(value: Any) -> str:
    if value in _WHOLE:
        return str(value)
    point = find_point(value) if isinstance(value, str) else None
    if point is None:
        words = [STAY, ANY, *POINTS, *(point.name for point in POINTS.values())]
        right = near(value, words) if isinstance(value, str) else f"known: {', '.join(words[: -len(POINTS)])}"
        raise mistaken(f"{show(value)} is not a point; {right}")
    return point.id


def _read_from(value: Any) -> Phase:
    if value not in _CLOCKS:
        raise mistaken(f"{show(value)} starts no clock; known: {', '.join(_CLOCKS)}")
    return _CLOCKS[value]


def _read_manner(value: Any) -> Manner | None:
    return None if value is None else read_word(value, Manner)  # None: TOML has none, so it was left out


class DepartureKeys(Table):
    """The keys that say how a visit leaves; each is judged against the ones before it."""

    is_needed: ClassVar[bool] = True
    """Whether a row has to say where it leaves; one that need not is drawn its departure."""
    at: Annotated[str | None, PlainValidator(_read_at)] = None
    after_s: Seconds | None = Field(default=None, validate_default=True)
    since: Annotated[Phase | None, PlainValidator(_read_from)] = Field(default=None, alias="from")
    transport: Annotated[Transport | None, PlainValidator(lambda value: read_word(value, Transport))] = None
    manner: Annotated[Manner | None, PlainValidator(_read_manner)] = Field(
        default=None, validate_default=True
    )
    jitter_s: Seconds | None = None

    @field_validator("after_s")
    @classmethod
    def _is_at_or_after(cls, value: Distribution | None, info: ValidationInfo) -> Distribution | None:
        if "at" not in info.data:
            return value  # has been told already
        at = info.data["at"]
        if at is None and value is None and cls.is_needed:
            raise mistaken('is missing, as is at; write at = "P16", at = "stay" or after_s = 0.5')
        if at is not None and value is not None:
            raise mistaken(f"there is at = {show(at)} already; write one of the two")
        return value

    @field_validator("since")
    @classmethod
    def _is_of_a_clock(cls, value: Phase | None, info: ValidationInfo) -> Phase | None:
        if value is not None and info.data.get("after_s") is None:
            raise mistaken("only a departure by the clock has it; write it beside after_s")
        return value

    @field_validator("transport")
    @classmethod
    def _comes_there(cls, value: Transport | None, info: ValidationInfo) -> Transport | None:
        point = POINTS.get(info.data.get("at") or "")
        if value is not None and point is not None and value not in point.manners:
            raise mistaken(
                f"{show(value)} never comes to {point.id}: {point.why_no_transport}; "
                f"possible: {', '.join(point.manners)}"
            )
        return value

    @field_validator("manner")
    @classmethod
    def _is_possible_there(cls, value: Manner | None, info: ValidationInfo) -> Manner | None:
        at = info.data.get("at")
        if at == STAY and value not in (None, Manner.WS_CLOSE):
            raise mistaken(
                f"{show(value)} cannot be had after a stay, which ends as a browser does; leave it out"
            )
        point = POINTS.get(at or "")
        if value is None or point is None:
            return value
        transport = info.data.get("transport")
        possible = point.manners[transport] if transport else point.all_manners
        if value not in possible:
            where = f"{point.id} over {transport}" if transport else point.id
            words = ", ".join(manner for manner in Manner if manner in possible)
            why = point.why_not or point.why_no_transport
            raise mistaken(f"{show(value)} cannot be had at {where}: {why}; possible: {words}")
        return value

    @field_validator("jitter_s", mode="before")
    @classmethod
    def _is_around_a_point(cls, value: Any, info: ValidationInfo) -> Any:
        at = info.data.get("at")
        if "at" in info.data and at not in POINTS:
            raise mistaken("only a departure at a point has it; by the clock, after_s is random itself")
        if isinstance(value, int | float) and not isinstance(value, bool):
            if wrong := wrong_number(value, at_least=0):
                raise mistaken(wrong)
            return {"uniform": [0, value]}
        return value


class DepartureTable(DepartureKeys):
    """One of ``[[departures]]``."""

    weight: float = Field(default=1.0, ge=0)


def wrong_departures(rows: Sequence[DepartureKeys], app: App, key: str = "departures") -> Iterator[Mistake]:
    """Yield what no single row can know: whether the app's transports and namespaces lead there.

    Args:
        key: what the list of these rows is called.
    """
    transports = app.access.transports
    for index, row in enumerate(rows):
        point = POINTS.get(row.at or "")
        if row.at == ANY and not list(_any(row, app)):
            ways = ", ".join(transports if row.transport is None else [row.transport])
            yield Mistake(
                (key, index, "at"),
                f"no point over {ways} is left with {row.manner}; "
                "name another manner, or leave it out for all of them",
            )
        if point is None:
            continue
        if not list(_ways(row, point, app)):
            manner = f" with {row.manner}" if row.manner else ""
            why = point.why_no_transport if not set(transports) & point.manners.keys() else point.why_not
            yield Mistake(
                (key, index, "at"),
                f"{point.id}{manner} cannot be had over {', '.join(transports)}, the app's transports: "
                f"{why}; name its transport here ({', '.join(point.manners)}), or more of them under "
                "app.transports",
            )
        if point.id == _SECOND_NAMESPACE and len(app.namespaces) < 2:
            yield Mistake(
                (key, index, "at"),
                "P26 leaves one of two namespaces, and app.namespaces has one; "
                'write namespaces = ["/", "/chat"]',
            )


def choices_of(row: DepartureKeys, app: App) -> Iterator[Choice]:
    """Yield what a row stands for: one choice for each transport that it may use, its weight shared out."""
    weight = row.weight if isinstance(row, DepartureTable) else 1.0
    if row.at == ANY:
        yield from _any(row, app, weight)
        return
    point = POINTS.get(row.at or "")
    ways = list(_ways(row, point, app) if point else _ways_anywhere(row, app))
    for at, transport, manner in ways:
        yield Choice(
            at=at,
            manner=manner,
            weight=weight / len(ways),
            transport=transport,
            after_s=row.jitter_s if row.after_s is None else row.after_s,
            since=row.since or Phase.PAGE,
        )


def _ways(row: DepartureKeys, point: Point, app: App) -> Iterator[tuple[str, Transport, Manner]]:
    """Yield where and how a row leaves over each transport that leads there.

    A row that names neither transport nor manner says what people do, and is at home over every transport:
    as a browser leaves, and at what stands for its point where that is another one.
    """
    for transport in app.access.transports if row.transport is None else (row.transport,):
        if row.manner is not None:
            if row.manner in point.manners.get(transport, ()):
                yield point.id, transport, row.manner
        elif there := counterpart(point, transport):
            yield there.id, transport, browser_manner(there, transport)


def _ways_anywhere(row: DepartureKeys, app: App) -> Iterator[tuple[str, Transport, Manner]]:
    """Yield how a row leaves that is at no point: after a stay as its app's pages do, or by the clock."""
    for transport in app.access.transports if row.transport is None else (row.transport,):
        manner = row.manner
        if manner is None or row.at == STAY:
            farewell = app.access.farewell if row.at == STAY else Manner.WS_CLOSE
            has_no_frame = farewell is Manner.WS_CLOSE and transport is Transport.POLLING
            manner = Manner.FIN if has_no_frame else farewell
        yield row.at or BY_CLOCK, transport, manner


def _any(row: DepartureKeys, app: App, weight: float = 1.0) -> Iterator[Choice]:
    """Spread a weight evenly over the points, and at each evenly over its transports and manners."""
    transports = app.access.transports if row.transport is None else (row.transport,)
    spread = {}
    for point in POINTS.values():
        if point.id == _SECOND_NAMESPACE and len(app.namespaces) < 2:
            continue
        ways = [
            (transport, manner)
            for transport, manner in point.ways()
            if transport in transports and row.manner in (None, manner)
        ]
        if ways:
            spread[point.id] = ways
    for at, ways in spread.items():
        for transport, manner in ways:
            yield Choice(at, manner, weight / len(spread) / len(ways), transport)
