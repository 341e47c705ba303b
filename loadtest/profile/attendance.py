"""When a tab of a closed model is at work."""

from collections.abc import Sequence

from loadtest.profile.model import Stage

__all__ = ["most_users", "next_at_work"]


def most_users(stages: Sequence[Stage]) -> int:
    """Return how many tabs are at work at once at most; 0 in an open model."""
    return max((_whole(users) for stage in stages if stage.users for users in stage.users), default=0)


def next_at_work(stages: Sequence[Stage], tab: int, after_s: float) -> float | None:
    """Return the first time, not before ``after_s``, at which a tab is at work; None when there is none.

    Where a stage wants u tabs, those with an index below u are at work, u to the nearest whole number: a tab
    begins, and ends, where the stage's straight line passes its index and a half. One whose visit is on then
    finishes it.
    """
    start_s = 0.0
    for stage in stages:
        end_s = start_s + stage.duration_s
        if stage.users is not None and after_s < end_s:
            begin_s, leave_s = _span(stage.users, tab + 0.5)
            due_s = max(start_s + begin_s * stage.duration_s, after_s)
            if due_s < start_s + leave_s * stage.duration_s:
                return due_s
        start_s = end_s
    return None


def _span(users: tuple[float, float], mark: float) -> tuple[float, float]:
    """Return from which share of a stage's time to which the line is at a mark or above it."""
    first, last = users
    if min(users) >= mark:
        return 0.0, 1.0
    if max(users) < mark:
        return 1.0, 0.0
    crossing = (mark - first) / (last - first)
    return (crossing, 1.0) if last > first else (0.0, crossing)


def _whole(users: float) -> int:
    return int(users + 0.5)
