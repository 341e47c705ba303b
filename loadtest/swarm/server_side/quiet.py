"""The quiet after a run: how long the server has to forget everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.report.wording import kept

__all__ = ["Quiet", "progress", "quiet_limit_s", "told_left"]

_MARGIN_S = 3.0
"""Beyond the ping times: the server's own timers are only so exact."""
_UNKNOWN_PING_S = 65.0
"""Where no visit has read an open packet: what python-engineio's defaults come to (25 + 2 * 20 s, the second
time-out for its sweep over who polls), the longest of the usual servers."""
_FRESH_LIMIT_S = 4.0
"""How long to wait, beyond the limit, for a snapshot that was taken after it (they come once a second)."""
_STILL_S = 10.0
"""A server that still forgets is waited for beyond the limit, until so long nothing has gone: python-engineio
sweeps through its sessions with pauses, and with many of them, in threads, it takes more than its ping times
(Flask-SocketIO, 45 abandoned sessions: 73 s instead of 68; every one was gone then)."""
_LIMITS = 2
"""But no longer than so many times the limit."""
_NEWER_BY = 2
"""A snapshot this many after the last one before the quiet was surely begun after the last departure."""


def quiet_limit_s(app_quiet_s: float, ping_s: float) -> float:
    """Return how long the quiet may last: the app's own clean-up, or the server's ping times + 3 s.

    Args:
        ping_s: how long the server may take to notice who is gone; 0: no visit has been told.
    """
    return max(app_quiet_s, (ping_s or _UNKNOWN_PING_S) + _MARGIN_S)


@dataclass(slots=True)
class Quiet:
    """Decides, from snapshots, when the quiet is over; it has no clock and no network of its own."""

    limit_s: float
    began_with: Mapping[str, int]
    """The sequence number of each process's snapshot when the last visit had left."""
    _least: int | None = None
    _fell_at_s: float = 0.0

    def is_over(
        self, waited_s: float, sequences: Mapping[str, int], left: Sequence[Mapping[str, int]]
    ) -> bool:
        """Whether nothing is left, or nothing more goes and the limit has passed.

        Args:
            waited_s: seconds since the quiet began.
            sequences: the sequence number of each process's newest snapshot.
            left: what each process still holds: the judged residue, and handlers that are running.
        """
        total = sum(sum(process.values()) for process in left)
        if self._least is None:
            self._least = total
        elif total < self._least:
            self._least, self._fell_at_s = total, waited_s
        fresh = all(
            sequence >= self.began_with.get(boot, 0) + _NEWER_BY for boot, sequence in sequences.items()
        )
        if not fresh:
            return waited_s >= self.limit_s + _FRESH_LIMIT_S
        if not total or waited_s >= _LIMITS * self.limit_s:
            return True
        still_s = waited_s - self._fell_at_s
        return waited_s >= self.limit_s and still_s >= min(_STILL_S, self.limit_s)


def progress(quiet: Quiet, waited_s: float, left: Sequence[Mapping[str, int]], *, is_apps: bool) -> str:
    """Return a line about the quiet: what is waited for, how long yet, and what is left.

    Args:
        waited_s: seconds since the quiet began.
        left: as in ``Quiet.is_over``.
        is_apps: whether the app's own clean-up takes longer than the server's ping times.
    """
    rest_s = quiet.limit_s - waited_s
    reason = "the app's own clean-up" if is_apps else "ping time-outs"
    wait = f"waiting up to {rest_s:.0f} s for {reason}" if rest_s > 0 else f"past {reason}, still forgetting"
    return f"quiet: {wait}, {told_left(left)} left"


def told_left(left: Sequence[Mapping[str, int]]) -> str:
    """Return what the processes still hold, the kinds of which there is anything."""
    totals = {key: sum(process[key] for process in left) for key in (left[0] if left else ())}
    return kept(totals)
