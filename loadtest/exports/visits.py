"""The visits so far: what has ended, by its outcome and its point, and how long its phases took."""

from collections import Counter
from collections.abc import Iterable

from loadtest.exports.distribution import Distribution, distribution_of
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.client_figures import PhaseTimes, time_phases

__all__ = ["VisitTally"]


class VisitTally:
    """Adds up the very records that ``navigations.jsonl`` gets, so that both have the same figures.

    The warm-up is counted, too: what a monitoring looks at, it chooses by time.
    """

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
        self.points: Counter[str] = Counter()
        """By the point where they ended."""
        self.broken = 0
        """Visits that saw an assertion broken."""
        self._phases = {phase: PhaseTimes() for phase in Phase}

    def add(self, lines: Iterable[str]) -> None:
        """Count records.

        Raises:
            KeyError, TypeError, ValueError: a line is none.
        """
        records = [NavigationRecord.from_line(line) for line in lines]
        for record in records:
            self.outcomes[record.outcome] += 1
            self.broken += bool(record.breaches)
            if record.actual is not None:
                self.points[record.actual.at] += 1
        for phase, times in time_phases(records).items():
            if times.own.count:
                self._phases[phase].own.merge(times.own)
                self._phases[phase].from_due.merge(times.from_due)

    def durations(self) -> Iterable[tuple[Phase, Distribution]]:
        """Yield how long each phase took."""
        return ((phase, distribution_of(times.own)) for phase, times in self._phases.items())

    def from_due(self) -> Iterable[tuple[Phase, Distribution]]:
        """Yield how long it was from when a visit was due until each phase's end."""
        return ((phase, distribution_of(times.from_due)) for phase, times in self._phases.items())
