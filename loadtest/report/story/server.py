"""What a server noted of one navigation, from the journals of its processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loadtest.report import raised
from loadtest.report.known_errors import known_error
from loadtest.report.server import Gone, Process, ServerError
from loadtest.report.story.happening import Happening, Side
from loadtest.report.wording import clipped, listed

__all__ = ["Clock", "first_at", "tell_server"]

_TRACEBACK_LINES = 7
_LONGEST_NAME = 60
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """Puts a process's wall time on the story's line of time."""

    due_at: float | None
    """Wall time by the collector's clock, seconds; None: nothing can be placed."""

    def to_ms(self, process: Process, at: float | None) -> float | None:
        """Return how long after the navigation was due this is by a process's own clock; None: not known."""
        if at is None or self.due_at is None:
            return None
        return (at - process.clock_ahead_s - self.due_at) * 1000


def first_at(process: Process, number: int) -> float | None:
    """Return the first time that a process noted of a navigation, by the collector's clock."""
    times = [at for gone in _gone(process, number) for at in (gone.opened_at, gone.at)]
    times += [one.at for one in process.raised if one.number == number]
    return min((at - process.clock_ahead_s for at in times if at is not None), default=None)


def tell_server(process: Process, number: int, clock: Clock, *, is_named: bool) -> list[Happening]:
    """Return what a process noted of a navigation.

    Args:
        is_named: whether it is said which process it was.
    """
    who = f"process {process.pid}: " if is_named else ""
    gone = _gone(process, number)
    told = [
        happening
        for index, one in enumerate(gone, start=1)
        for happening in _tell_connection(process, one, clock, who, index if len(gone) > 1 else None)
    ]
    return [*told, *_tell_errors(process, number, clock, who)]


def _gone(process: Process, number: int) -> Sequence[Gone]:
    return [gone for gone in process.gone if gone.number == number]


def _tell_connection(
    process: Process, gone: Gone, clock: Clock, who: str, index: int | None
) -> Iterator[Happening]:
    name = f"{who}the connection" if index is None else f"{who}connection {index}"
    whose = who if index is None else f"{name}, "
    if gone.opened_at is not None:
        yield Happening(clock.to_ms(process, gone.opened_at), Side.SERVER, f"{name} was open")
    if gone.opened_at is None or not gone.begun_at_ms:
        events = listed([f"'{clipped(event, _LONGEST_NAME)}'" for event in gone.events])
        if events:
            yield Happening(None, Side.SERVER, f"{name} had these events, in this order: {events}")
    else:
        yield from _tell_handlers(process, gone, clock, whose)
    reason = "no reason was given" if gone.reason is None else clipped(gone.reason, _LONGEST)
    yield Happening(clock.to_ms(process, gone.at), Side.SERVER, f"{name} ended: {reason}")


def _tell_handlers(process: Process, gone: Gone, clock: Clock, whose: str) -> Iterator[Happening]:
    took = gone.took_ms or (None,) * len(gone.events)
    for event, begun_ms, took_ms in zip(gone.events, gone.begun_at_ms, took, strict=True):
        handler = f"{whose}handler of '{clipped(event, _LONGEST_NAME)}'"
        begun_at = None if begun_ms is None else (gone.opened_at or 0.0) + begun_ms / 1000
        at_ms = clock.to_ms(process, begun_at)
        if took_ms is None:
            running = "began; it had not ended when the connection had"
            yield Happening(at_ms, Side.SERVER, f"{handler} {running}")
            continue
        yield Happening(at_ms, Side.SERVER, f"{handler} began")
        ended_ms = None if at_ms is None else at_ms + took_ms
        yield Happening(ended_ms, Side.SERVER, f"{handler} ended, after {took_ms:,.1f} ms")


def _tell_errors(process: Process, number: int, clock: Clock, who: str) -> Iterator[Happening]:
    for error in process.errors:
        if number not in error.navigations:
            continue
        noted = [one.at for one in process.raised if (one.number, one.error) == (number, error.id)]
        for index, at in enumerate(noted or [None]):
            known = known_error(error.traceback)
            frames = () if index else tuple(raised.last_frames(error.traceback or "", _TRACEBACK_LINES))
            again = ", once more" if index else ""
            what = f"{who}{_error(error)}{again}"
            if known:
                what += f" ({known.package}'s own, known and harmless)"
            yield Happening(clock.to_ms(process, at), Side.SERVER, what, frames, is_wrong=known is None)


def _error(error: ServerError) -> str:
    text = clipped(error.what, _LONGEST)
    if error.file:
        text += f", at {error.file}:{error.line}"
    came = raised.way([error.channel], [error.event] if error.event is not None else [])
    return f"{text}, {came}" if came else text
