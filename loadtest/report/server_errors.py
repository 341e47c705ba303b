"""The errors of a server in one run, all its processes together: one for each type and place."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from loadtest.report.info import RunInfo
from loadtest.report.known_errors import KnownError, known_error
from loadtest.report.server import Channel, Process, ServerError, ServerSide

__all__ = ["Error", "ServerErrors", "merge_errors"]


@dataclass(frozen=True, slots=True)
class Error:
    """One error, whichever way the hooks came to know of it."""

    what: str
    file: str | None
    line: int | None
    channels: tuple[Channel, ...]
    """The ways on which it came, the most frequent first."""
    namespace: str | None
    """Of the event in which it came the most often."""
    events: tuple[str, ...]
    """The events in whose handlers, or because of which, it came; the most frequent first."""
    exceptions: int
    """All of them, strays too."""
    strays: int
    """Those that no visit can be told for."""
    navigations: frozenset[int]
    traceback: str | None
    known: KnownError | None = None
    """Given: a framework's own, and no fault of the app's."""


@dataclass(frozen=True, slots=True)
class ServerErrors:
    """All errors of a run."""

    errors: tuple[Error, ...] = ()
    known: tuple[Error, ...] = ()
    """Those that are told, and count for nothing."""
    overflow: int = 0
    """Exceptions beyond the fingerprints that the hooks keep."""

    @property
    def count(self) -> int:
        """All exceptions that count."""
        return self.overflow + sum(error.exceptions for error in self.errors)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process knows of one error."""

    error: ServerError
    is_stray: bool = False


def merge_errors(server: ServerSide, info: RunInfo) -> ServerErrors:
    """Return the errors of a run's server.

    An error is its type and its place: the handlers that it came through, and the channels on which it was
    noticed, are told with it. Strays (errors that no visit of any run can be told for) of one that visits
    had, too, are counted with it.
    """
    same: dict[tuple[str, str | None, int | None, KnownError | None], list[_Part]] = {}
    for process in server.processes:
        for part in _parts(process, info):
            error = part.error
            key = (error.what, error.file, error.line, known_error(error.traceback))
            same.setdefault(key, []).append(part)
    errors = [replace(_merge(parts), known=known) for (*_, known), parts in same.items()]
    return ServerErrors(
        errors=tuple(error for error in errors if error.known is None),
        known=tuple(error for error in errors if error.known is not None),
        overflow=sum(_overflow(process, info) for process in server.processes),
    )


def _parts(process: Process, info: RunInfo) -> Iterable[_Part]:
    for error in process.errors:
        yield _Part(error)
    began_within = _began_within(process, info)
    for stray in process.strays:
        count = stray.error.count - (0 if began_within else stray.before)
        if count > 0:
            yield _Part(replace(stray.error, count=count), is_stray=True)


def _overflow(process: Process, info: RunInfo) -> int:
    before = 0 if _began_within(process, info) else process.strays_overflow_before
    return process.errors_overflow + max(process.strays_overflow - before, 0)


def _began_within(process: Process, info: RunInfo) -> bool:
    """Return whether a process began in the run: then all its strays are the run's, the first snapshot's too.

    Of one that was there before, what its first snapshot told may be older than the run.
    """
    if process.began_at is None or info.t0_at is None:
        return False
    return process.began_at - process.clock_ahead_s > info.t0_at.timestamp()


def _merge(parts: list[_Part]) -> Error:
    channels: Counter[Channel] = Counter()
    events: Counter[tuple[str | None, str]] = Counter()
    for part in parts:
        channels[part.error.channel] += part.error.count
        if part.error.event is not None:
            events[part.error.namespace, part.error.event] += part.error.count
    errors = [part.error for part in parts]
    by_count = [event for event, _ in events.most_common()]
    return Error(
        what=errors[0].what,
        file=errors[0].file,
        line=errors[0].line,
        channels=tuple(channel for channel, _ in channels.most_common()),
        namespace=by_count[0][0] if by_count else None,
        events=tuple(dict.fromkeys(event for _, event in by_count)),
        exceptions=sum(error.count for error in errors),
        strays=sum(part.error.count for part in parts if part.is_stray),
        navigations=frozenset[int]().union(*(error.navigations for error in errors)),
        traceback=next((error.traceback for error in errors if error.traceback), None),
    )
