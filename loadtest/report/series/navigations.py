"""How many navigations were due, started and ended over a run's time."""

from collections.abc import Iterator, Sequence

from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import count_navigations
from loadtest.report.series.rows import NavigationRow

__all__ = ["last_of", "navigation_rows", "visits_by_start"]

_Groups = dict[int, list[NavigationRecord]]


def navigation_rows(
    records: Sequence[NavigationRecord], width_s: int, *, rows: int
) -> Iterator[NavigationRow]:
    """Yield so many rows, without gaps; each navigation is counted once in each column that it belongs to."""
    due: _Groups = {}
    started: _Groups = {}
    ended: _Groups = {}
    for record in records:
        due.setdefault(_place(record.due_s, width_s), []).append(record)
        if record.started_s is not None:
            started.setdefault(_place(record.started_s, width_s), []).append(record)
            ended.setdefault(_place(_end_of(record), width_s), []).append(record)
    for place in range(rows):
        by_due = count_navigations(due.get(place, ()))
        by_end = count_navigations(ended.get(place, ()))
        yield NavigationRow(
            t_s=place * width_s,
            due=by_due.due,
            started=len(started.get(place, ())),
            late=by_due.late,
            dropped=by_due.dropped,
            ended=by_end.started,
            failed=by_end.failures,
            broken=by_end.broken,
        )


def visits_by_start(
    records: Sequence[NavigationRecord], width_s: int
) -> Iterator[tuple[int, list[NavigationRecord]]]:
    """Yield the visits that began in each stretch of time, in order, with its start in seconds."""
    groups: _Groups = {}
    for record in records:
        if record.started_s is not None:
            groups.setdefault(_place(record.started_s, width_s), []).append(record)
    for place in sorted(groups):
        yield place * width_s, groups[place]


def last_of(records: Sequence[NavigationRecord]) -> float:
    """Return the last time that any record tells, in seconds after t0; 0 where there are none."""
    return max((max(record.due_s, _end_of(record)) for record in records), default=0.0)


def _end_of(record: NavigationRecord) -> float:
    """Return when a visit was over; of one that never was, or has no end in its record, what is known."""
    if record.left_s is not None:
        return record.left_s
    return record.due_s if record.started_s is None else record.started_s


def _place(now_s: float, width_s: int) -> int:
    """Return the row of a time; what is before t0 belongs to the first."""
    return int(max(now_s, 0.0) // width_s)
