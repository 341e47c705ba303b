"""What one visitor did, from its record."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding_sentences import point
from loadtest.report.story.happening import Happening, Side

__all__ = ["tell_client"]

_REACHED: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.PAGE: "had read the page",
        Phase.OPEN: "Engine.IO was open",
        Phase.UPGRADE: "had upgraded to a WebSocket",
        Phase.CONNECT: "had the answer to CONNECT",
        Phase.HANDSHAKE: "had the answer to its handshake",
    }
)
_BEGAN: Mapping[Move, str] = MappingProxyType(
    {
        Move.RELOAD: "reloaded",
        Move.BACK: "went back to",
        Move.DUPLICATE: "asked, to be duplicated, for",
        Move.PREFETCH: "prefetched",
    }
)
"""How it asked for its page, where not by a link."""


def tell_client(record: NavigationRecord) -> Iterator[Happening]:
    """Yield what the visitor did, in its order."""
    yield Happening(0.0, Side.CLIENT, "was due")
    if record.started_s is None:
        yield Happening(None, Side.CLIENT, "never started: no user was free", is_wrong=True)
        return
    at_ms = (record.started_s - record.due_s) * 1000
    yield Happening(at_ms, Side.CLIENT, _beginning(record))
    for phase, what in _REACHED.items():
        took_ms = record.phases_ms.get(phase)
        if took_ms is not None and not (phase is Phase.PAGE and record.was_ahead):
            at_ms += took_ms
            yield Happening(at_ms, Side.CLIENT, f"{what}, after {took_ms:,.1f} ms")
    yield from _ending(record)


def _beginning(record: NavigationRecord) -> str:
    if record.move is Move.RECONNECT:
        return "began to open a socket again, without a page"
    if record.was_ahead:
        whose = "the visit before" if record.previous is None else f"visit {record.previous}"
        return f"began; {whose} of its tab had asked for {record.page} as its last act"
    return f"{_BEGAN.get(record.move, 'asked for')} {record.page}"


def _ending(record: NavigationRecord) -> Iterator[Happening]:
    actual = record.actual
    if record.left_s is None or actual is None:
        return
    leaving_ms = record.phases_ms.get(Phase.LEAVING, 0.0)
    at_ms = (record.left_s - record.due_s) * 1000 - leaving_ms
    is_failure = record.outcome.is_failure
    details = tuple(text for text in (record.error, record.detail) if text)
    yield Happening(at_ms, Side.CLIENT, _departure(actual.at, actual.manner, is_failure), details, is_failure)
    if actual.manner is not Manner.SILENT and not is_failure:
        yield Happening(at_ms + leaving_ms, Side.CLIENT, "had given its socket up")


def _departure(at: str, manner: Manner | None, is_failure: bool) -> str:
    where = f"at {point(at)}"
    if manner is None:
        return f"lost its connection {where}: the server ended it"
    if is_failure:
        return f"gave up {where}"
    return (
        f"fell silent {where}: its socket stays open"
        if manner is Manner.SILENT
        else f"left {where} by {manner}"
    )
