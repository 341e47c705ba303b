"""The phases of the visits over a run's time, by the second in which each visit began."""

from collections.abc import Iterable, Mapping
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import PhaseTimes, time_phases
from loadtest.report.live.buckets import Buckets

__all__ = ["PhaseSeries"]

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

    def take(self) -> dict[str, Any] | None:
        """Return the message with the rows that have changed, or None if none have."""
        is_reset = self._buckets.is_reset
        rows = [
            {
                "t": start_s,
                "phase": phase,
                "count": times.own.count,
                "p50_ms": times.own.percentile_ms(50),
                "p95_ms": times.own.percentile_ms(95),
                "p99_ms": times.own.percentile_ms(99),
                "from_due_p99_ms": times.from_due.percentile_ms(99),
            }
            for start_s, bucket in self._buckets.take()
            for phase, times in sorted(bucket.items(), key=lambda item: list(Phase).index(item[0]))
        ]
        if not rows:
            return None
        return {"type": "phases", "width_s": self._buckets.width_s, "reset": is_reset, "rows": rows}


def _merge(earlier: _Times, later: Mapping[Phase, PhaseTimes]) -> None:
    for phase, times in later.items():
        if times.own.count:
            mine = earlier.setdefault(phase, PhaseTimes())
            mine.own.merge(times.own)
            mine.from_due.merge(times.from_due)
