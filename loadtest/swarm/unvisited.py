"""The record of a navigation that no visit has made: dropped, or broken off by a fault of ours."""

from loadtest.navigation.record import NavigationRecord, Outcome, navigation_id
from loadtest.transport.driver import Assignment

__all__ = ["record_unvisited"]


def record_unvisited(
    run: str, planned: Assignment, outcome: Outcome, detail: str | None = None
) -> NavigationRecord:
    """Return the record of a navigation that was due and that no visit has made."""
    return NavigationRecord(
        number=planned.number,
        navigation=navigation_id(run, planned.number),
        page=planned.page,
        due_s=planned.due_s,
        started_s=None,
        left_s=None,
        planned_at=planned.departure.at,
        planned_manner=planned.departure.manner,
        actual=None,
        outcome=outcome,
        transport=planned.departure.transport,
        move=planned.move,
        planned_move=planned.move,
        error=None if detail is None else "a fault of loadtest's own",
        detail=detail,
    )
