"""The last error of a Node process that ended: what nobody catches there ends it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from loadtest.report.server import Channel, Raised, ServerError
from loadtest.report.server_parts import Snapshot, finite, runtime, to_error

__all__ = ["LastError", "last_error"]

_ENDS = frozenset({Channel.REJECTION, Channel.EXCEPTION, Channel.HANDLER})
"""The ways on which an error comes that may end a Node process; what leaves a handler is one."""
_WITHIN_S = 1.0
"""Its end follows at once: an error that came earlier did not end it."""


@dataclass(frozen=True, slots=True)
class LastError:
    """An error, and how long before its process's last word it came."""

    error: ServerError
    before_s: float | None
    """None: within the second before it, no visit is known for it."""


def last_error(last: Snapshot, previous: Snapshot | None, raised: Iterable[Raised]) -> LastError | None:
    """Return the newest error since the last push but one of a process that said its last word, or None.

    Args:
        last: the snapshot at exit.
        previous: the one before it.
        raised: what the journal tells of errors.
    """
    if not last.get("is_last", False) or not (runtime(last) or "").startswith("node "):
        return None
    ended_at = finite(last["taken_at"]) or 0.0
    before_s: dict[int, float] = {}
    for one in raised:
        if one.at is not None:
            since_s = max(ended_at - one.at, 0.0)
            before_s[one.error] = min(since_s, before_s.get(one.error, since_s))
    errors = [LastError(error, before_s.get(error.id)) for error in _new("errors", last, previous)]
    errors += [LastError(error, None) for error in _new("strays", last, previous)]
    near = [one for one in errors if (one.before_s or 0.0) <= _WITHIN_S]
    return min(near, key=lambda one: _WITHIN_S if one.before_s is None else one.before_s, default=None)


def _new(part: str, last: Snapshot, previous: Snapshot | None) -> Iterator[ServerError]:
    """Yield the errors of which there were more than in the snapshot before."""
    before = {int(data["id"]): int(data["count"]) for data in (previous or {}).get(part, ())}
    for error in (to_error(data, {}, {}) for data in last.get(part, ())):
        if error.channel in _ENDS and error.count > before.get(error.id, 0):
            yield error
