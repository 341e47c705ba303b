"""The errors of a server in one run, all its processes together: one for each type and place."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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
    by_visit: Mapping[int, int]
    """How many of them each visit had, by its number."""
    traceback: str | None
    left_out: int = 0
    """Those that no figure counts, as they came in the warm-up."""
    strays_left_out: int = 0
    """The strays among those."""
    known: KnownError | None = None
    """Given: a framework's own, and no fault of the app's."""

    @property
    def navigations(self) -> frozenset[int]:
        """The numbers of the visits that had it."""
        return frozenset(self.by_visit)

    @property
    def counted(self) -> int:
        """Those that the figures count."""
        return self.exceptions - self.left_out


@dataclass(frozen=True, slots=True)
class ServerErrors:
    """All errors of a run."""

    errors: tuple[Error, ...] = ()
    known: tuple[Error, ...] = ()
    """Those that are told, and count for nothing."""
    overflow: int = 0
    """Exceptions beyond the fingerprints that the hooks keep, without those of the warm-up."""

    @property
    def count(self) -> int:
        """All exceptions that count, without those of the warm-up."""
        return self.overflow + sum(error.counted for error in self.errors)

    @property
    def strays(self) -> int:
        """Those of them that no visit can be told for."""
        return sum(error.strays - error.strays_left_out for error in self.errors)

    @property
    def by_visit(self) -> Mapping[int, int]:
        """How many each visit had, by its number, the warm-up's too."""
        had: Counter[int] = Counter()
        for error in self.errors:
            had.update(error.by_visit)
        return had


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process knows of one error."""

    error: ServerError
    by_visit: Mapping[int, int]
    left_out: int
    is_stray: bool = False


def merge_errors(server: ServerSide, info: RunInfo, warm: Collection[int] = ()) -> ServerErrors:
    """Return the errors of a run's server.

    An error is its type and its place: the handlers that it came through, and the channels on which it was
    noticed, are told with it. Strays (errors that no visit of any run can be told for) of one that visits
    had, too, are counted with it.

    Args:
        warm: the numbers of the visits that were due in the warm-up. An error that a visit is known for is
            left out of the figures with its visit, others by what the processes had told at its end.
    """
    is_warm = frozenset(warm)
    same: dict[tuple[str, str | None, int | None, KnownError | None], list[_Part]] = {}
    for process in server.processes:
        for part in _parts(process, info, is_warm):
            error = part.error
            key = (error.what, error.file, error.line, known_error(error.traceback))
            same.setdefault(key, []).append(part)
    errors = [replace(_merge(parts), known=known) for (*_, known), parts in same.items()]
    return ServerErrors(
        errors=tuple(error for error in errors if error.known is None),
        known=tuple(error for error in errors if error.known is not None),
        overflow=sum(_overflow(process, info) for process in server.processes),
    )


def _parts(process: Process, info: RunInfo, warm: frozenset[int]) -> Iterable[_Part]:
    had = _had(process)
    told = {error.id: error.count for error in process.warm.errors} if process.warm else {}
    for error in process.errors:
        by_visit = had[error.id]
        left_out = sum(count for number, count in by_visit.items() if number in warm)
        # of those that no visit is known for (of a journal that overran), what was told then
        unknown = max(error.count - sum(by_visit.values()), 0)
        left_out += min(unknown, max(told.get(error.id, 0) - left_out, 0))
        yield _Part(error, by_visit, min(left_out, error.count))
    yield from _stray_parts(process, info)


def _stray_parts(process: Process, info: RunInfo) -> Iterable[_Part]:
    began_within = _began_within(process, info)
    told = {stray.error.id: stray.error.count for stray in process.warm.strays} if process.warm else {}
    for stray in process.strays:
        before = 0 if began_within else stray.before
        count = stray.error.count - before
        if count > 0:
            left_out = min(max(told.get(stray.error.id, 0) - before, 0), count)
            yield _Part(replace(stray.error, count=count), {}, left_out, is_stray=True)


def _had(process: Process) -> Mapping[int, Mapping[int, int]]:
    """Return how many of each error (by its id) each visit had, as the journal and the examples tell."""
    had: dict[int, Counter[int]] = {error.id: Counter() for error in process.errors}
    for raised in process.raised:
        if raised.error in had:
            had[raised.error][raised.number] += 1
    for error in process.errors:
        had[error.id].update(error.navigations - had[error.id].keys())
    return had


def _overflow(process: Process, info: RunInfo) -> int:
    before = 0 if _began_within(process, info) else process.strays_overflow_before
    if process.warm is None:
        return process.errors_overflow + max(process.strays_overflow - before, 0)
    strays = process.strays_overflow - max(process.warm.strays_overflow, before)
    return max(process.errors_overflow - process.warm.errors_overflow, 0) + max(strays, 0)


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
    by_visit: Counter[int] = Counter()
    for part in parts:
        by_visit.update(part.by_visit)
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
        by_visit=by_visit,
        traceback=next((error.traceback for error in errors if error.traceback), None),
        left_out=sum(part.left_out for part in parts),
        strays_left_out=sum(part.left_out for part in parts if part.is_stray),
    )
