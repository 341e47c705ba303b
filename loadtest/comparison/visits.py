"""A run's visits in windows: how long their phases took, and what became of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.comparison.counts import Tally
from loadtest.comparison.windows import Columns, Cut, columns_of
from loadtest.metrics.histogram import Histogram
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.client_figures import LATE_S, time_phases

__all__ = ["RATES", "PhaseKey", "phase_columns", "tally_visits", "within"]

_STRETCHES = 20
_Has = Callable[[NavigationRecord], bool]

RATES: Mapping[str, _Has] = MappingProxyType(
    {
        "failures": lambda record: record.outcome.is_failure,
        "refused": lambda record: record.outcome is Outcome.REFUSED,
        "lost": lambda record: record.outcome is Outcome.LOST,
        "timed_out": lambda record: record.outcome is Outcome.TIMED_OUT,
        "failed": lambda record: record.outcome is Outcome.FAILED,
        "broken": lambda record: bool(record.breaches),
        "dropped": lambda record: record.outcome is Outcome.DROPPED,
        "late": lambda record: record.started_s is not None and record.started_s - record.due_s > LATE_S,
    }
)
"""What is counted of visits, by the names of ``summary.json``; ``failures`` is the sum of four."""


@dataclass(frozen=True, slots=True)
class PhaseKey:
    """A phase's times, by itself or from when the visit was due."""

    phase: Phase
    is_from_due: bool


def within(records: Sequence[NavigationRecord], cut: Cut) -> list[NavigationRecord]:
    """Return the visits that were due in a comparison's time."""
    return [record for record in records if cut.from_s <= record.due_s <= cut.until_s]


def phase_columns(records: Sequence[NavigationRecord], cut: Cut) -> Mapping[PhaseKey, Columns]:
    """Return the durations of every phase in windows, by when the visits were due.

    How long a visit was active is the profile's choice; so is what would include it.
    """
    found: dict[PhaseKey, dict[int, Histogram]] = {}
    for window, group in _by_window(records, cut).items():
        for phase, times in time_phases(group).items():
            if phase is not Phase.ACTIVE:
                found.setdefault(PhaseKey(phase, is_from_due=False), {})[window] = times.own
            if phase not in (Phase.ACTIVE, Phase.LEAVING):
                found.setdefault(PhaseKey(phase, is_from_due=True), {})[window] = times.from_due
    return {key: columns_of(by_window, cut.windows) for key, by_window in found.items()}


def tally_visits(
    records: Sequence[NavigationRecord], cut: Cut, numbers: Mapping[str, Collection[int]]
) -> Mapping[str, Sequence[Tally]]:
    """Return what became of the visits, in up to 20 stretches of the run.

    Args:
        numbers: what else there is to be counted, by name: the numbers of the visits that had it.
    """
    coarse = Cut(cut.from_s, cut.until_s, min(cut.windows, _STRETCHES))
    groups = list(_by_window(records, coarse).values())
    tallies = {
        name: [Tally(sum(map(has, group)), len(group)) for group in groups] for name, has in RATES.items()
    }
    for name, those in numbers.items():
        tallies[name] = [Tally(sum(one.number in those for one in group), len(group)) for group in groups]
    return tallies


def _by_window(records: Sequence[NavigationRecord], cut: Cut) -> dict[int, list[NavigationRecord]]:
    groups: dict[int, list[NavigationRecord]] = {}
    for record in records:
        window = cut.place(record.due_s)
        if window is not None:
            groups.setdefault(window, []).append(record)
    return groups
