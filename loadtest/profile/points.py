"""The table of points as people read it: Markdown for the README, lines of text for `loadtest points`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from loadtest.navigation.point import POINTS, Manner, Point, Transport

__all__ = ["manners_markdown", "points_markdown", "points_text"]

_ON_THE_WIRE: Mapping[Manner, str] = MappingProxyType(
    {
        Manner.WS_CLOSE: 'WebSocket close frame 1001 "going away", then TCP close: a browser that navigates',
        Manner.FIN: "TCP close",
        Manner.RST: "TCP reset",
        Manner.SIO_DISCONNECT: "Socket.IO packet `41`, drained, then TCP close",
        Manner.EIO_CLOSE: "Engine.IO packet `1`, drained, then TCP close",
        Manner.SILENT: "nothing: the socket stays open and nobody answers pings, until the quiet is over",
    }
)

_ALL_MANNERS = frozenset(Manner)


def points_markdown() -> str:
    """Return the points as the README's table."""
    head = ("id", "name", "the client has", "over", "manners")
    return _markdown(head, map(_row, POINTS.values()))


def _row(point: Point) -> tuple[str, ...]:
    over = "all" if len(point.manners) == len(Transport) else ", ".join(point.manners)
    return (point.id, f"`{point.name}`", point.client_has, over, _manners(point, _quoted))


def manners_markdown() -> str:
    """Return the manners as the README's table."""
    return _markdown(
        ("manner", "what goes over the wire"),
        ((_quoted(manner), wire) for manner, wire in _ON_THE_WIRE.items()),
    )


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join([_line(head), "|---" * len(head) + "|", *map(_line, rows)])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def points_text() -> Iterator[str]:
    """Yield the points as lines of text, each with what cannot be had there, and why."""
    for point in POINTS.values():
        yield f"{point.id:<5} {point.name:<18} {point.client_has}"
        yield f"      over {', '.join(point.manners)}: {_manners(point, str)}"
        absent = [transport for transport in Transport if transport not in point.manners]
        if absent:
            yield f"      not over {', '.join(absent)}: {point.why_no_transport}"
        others = [
            manner for manner in Manner if any(manner not in possible for possible in point.manners.values())
        ]
        if others:
            yield f"      no {', '.join(others)}: {point.why_not}"
    yield ""
    for manner, wire in _ON_THE_WIRE.items():
        yield f"{manner:<15} {wire.replace('`', '')}"


def _manners(point: Point, quote: Callable[[Manner], str]) -> str:
    """Return the point's manners, once for all transports that have the same."""
    transports: dict[frozenset[Manner], list[Transport]] = {}
    for transport, manners in point.manners.items():
        transports.setdefault(manners, []).append(transport)
    first, *others = transports
    words = [_all_but(first, quote)]
    words += [f"over {', '.join(transports[manners])} {_all_but(manners, quote)}" for manners in others]
    return "; ".join(words)


def _all_but(manners: frozenset[Manner], quote: Callable[[Manner], str]) -> str:
    missing = _ALL_MANNERS - manners
    if not missing:
        return "all"
    if len(missing) == 1:
        return f"all but {quote(*missing)}"
    return ", ".join(quote(manner) for manner in Manner if manner in manners)


def _quoted(manner: Manner) -> str:
    return f"`{manner}`"
