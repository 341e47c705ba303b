"""The phases of the visits over a run's time, by the second in which each visit began."""

from collections.abc import Iterable, Iterator, Mapping

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import PhaseTimes, time_phases
from loadtest.report.series.buckets import Buckets
from loadtest.report.series.rows import Fresh, PhaseRow

__all__ = ["PhaseSeries", "phase_rows"]

_Times = dict[Phase, PhaseTimes]


class PhaseSeries:
    """Takes records as they come, and tells the rows that they have changed."""

    def __init__(self) -> None:
        self._buckets: Buckets[_Times] = Buckets(dict, _merge)

    def add(self, records: Iterable[NavigationRecord]) -> None:
        """Count visits; a navigation that was dropped has no phases."""
        groups: dict[int, list[NavigationRecord]] = {}
        for record in records:
            if record.started_s is not None:
                groups.setdefault(int(record.started_s), []).append(record)
        for second, group in groups.items():
            _merge(self._buckets.at(second), time_phases(group))

    def take(self) -> Fresh[PhaseRow] | None:
        """Return the rows that have changed, or None if none have."""
        is_reset = self._buckets.is_reset
        rows = tuple(row for start_s, times in self._buckets.take() for row in phase_rows(start_s, times))
        return Fresh(self._buckets.width_s, is_reset, rows) if rows else None


def phase_rows(start_s: int, times: Mapping[Phase, PhaseTimes]) -> Iterator[PhaseRow]:
    """Yield the rows of one stretch of time, in the order of a visit; those without samples are left out."""
    for phase in Phase:
        if phase in times and times[phase].own.count:
            own, from_due = times[phase].own, times[phase].from_due
            yield PhaseRow(
                t_s=start_s,
                phase=phase,
                count=own.count,
                p50_ms=own.percentile_ms(50),
                p95_ms=own.percentile_ms(95),
                p99_ms=own.percentile_ms(99),
                from_due_p99_ms=from_due.percentile_ms(99),
            )


def _merge(earlier: _Times, later: Mapping[Phase, PhaseTimes]) -> None:
    for phase, times in later.items():
        if times.own.count:
            mine = earlier.setdefault(phase, PhaseTimes())
            mine.own.merge(times.own)
            mine.from_due.merge(times.from_due)
