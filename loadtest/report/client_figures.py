"""What the visits themselves tell: counts, departures, phases, failures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.placing import point_place

__all__ = [
    "LATE_S",
    "AssertionCounts",
    "ClientErrors",
    "DepartureCounts",
    "NavigationCounts",
    "PhaseTimes",
    "count_assertions",
    "count_departures",
    "count_errors",
    "count_navigations",
    "count_points",
    "time_phases",
]

LATE_S = 0.01
"""A visit that started more than this after it was due was late."""


@dataclass(frozen=True, slots=True)
class NavigationCounts:
    """How the run's navigations went; due = started + dropped."""

    due: int
    started: int
    completed: int
    left: int
    refused: int
    lost: int
    timed_out: int
    failed: int
    late: int
    dropped: int
    broken: int
    """Visits that saw an assertion broken, however they ended."""

    @property
    def as_planned(self) -> int:
        """Visits that ended as they meant to."""
        return self.completed + self.left

    @property
    def failures(self) -> int:
        """Visits that ended otherwise."""
        return self.refused + self.lost + self.timed_out + self.failed


@dataclass(frozen=True, slots=True)
class DepartureCounts:
    """One row of ``departures``: a departure as it was drawn, and how often it came to that."""

    at: str
    """A point's id, ``stay`` or ``clock``."""
    manner: Manner
    transport: Transport
    planned: int
    """Visits that drew it."""
    actual: int
    """Of these, left exactly so."""
    other: int
    """The rest."""


@dataclass(frozen=True, slots=True)
class ClientErrors:
    """Failed visits with one stable text."""

    outcome: Outcome
    error: str | None
    count: int
    navigation: str
    """The trace id of the first such visit."""
    detail: str | None
    """What the first such visit met that said anything."""


@dataclass(frozen=True, slots=True)
class AssertionCounts:
    """One row of ``assertions``: what became of it in the visits of the run."""

    name: str
    held: int
    broken: int
    not_judged: int
    """Visits that left before it could be told."""


@dataclass(slots=True)
class PhaseTimes:
    """The durations of one phase, measured in two ways."""

    own: Histogram = field(default_factory=Histogram)
    """From the phase's start to its end."""
    from_due: Histogram = field(default_factory=Histogram)
    """From when the visit was due to the phase's end: a late generator cannot hide in this one."""

    def to_json(self) -> dict[str, Any]:
        """Return the phase's entry in ``phases`` of ``summary.json``."""
        return {
            "count": self.own.count,
            "p50_ms": self.own.percentile_ms(50),
            "p95_ms": self.own.percentile_ms(95),
            "p99_ms": self.own.percentile_ms(99),
            "max_ms": self.own.max_ms,
            "from_due_p99_ms": self.from_due.percentile_ms(99),
        }


@dataclass(frozen=True, slots=True)
class _Drawn:
    at: str
    manner: Manner
    transport: Transport


def count_navigations(records: Sequence[NavigationRecord]) -> NavigationCounts:
    """Count the navigations of a run by what became of them."""
    outcomes = Counter(record.outcome for record in records)
    dropped = outcomes[Outcome.DROPPED]
    return NavigationCounts(
        due=len(records),
        started=len(records) - dropped,
        completed=outcomes[Outcome.COMPLETED],
        left=outcomes[Outcome.LEFT],
        refused=outcomes[Outcome.REFUSED],
        lost=outcomes[Outcome.LOST],
        timed_out=outcomes[Outcome.TIMED_OUT],
        failed=outcomes[Outcome.FAILED],
        late=sum(
            record.started_s is not None and record.started_s - record.due_s > LATE_S for record in records
        ),
        dropped=dropped,
        broken=sum(bool(record.breaches) for record in records),
    )


def count_departures(records: Sequence[NavigationRecord]) -> tuple[DepartureCounts, ...]:
    """Count the visits by the departure that they drew, in the order of a connection's life."""
    planned: Counter[_Drawn] = Counter()
    actual: Counter[_Drawn] = Counter()
    for record in records:
        if record.actual is not None:
            drawn = _Drawn(record.planned_at, record.planned_manner, record.transport)
            planned[drawn] += 1
            actual[drawn] += _left_exactly_so(record)
    return tuple(
        DepartureCounts(
            drawn.at,
            drawn.manner,
            drawn.transport,
            planned=planned[drawn],
            actual=actual[drawn],
            other=planned[drawn] - actual[drawn],
        )
        for drawn in sorted(planned, key=_place_of)
    )


def _place_of(drawn: _Drawn) -> tuple[tuple[int, str], int, int]:
    manners, transports = list(Manner), list(Transport)
    return point_place(drawn.at), manners.index(drawn.manner), transports.index(drawn.transport)


def _left_exactly_so(record: NavigationRecord) -> bool:
    if record.actual is None or not record.is_as_planned:
        return False
    is_there = record.planned_at in (STAY, BY_CLOCK, record.actual.at)
    return is_there and record.actual.manner is record.planned_manner


def count_points(records: Sequence[NavigationRecord]) -> Mapping[str, int]:
    """Count the visits by the point at which they really ended."""
    points = Counter(record.actual.at for record in records if record.actual is not None)
    return {point: points[point] for point in sorted(points, key=point_place)}


def count_errors(records: Sequence[NavigationRecord]) -> tuple[ClientErrors, ...]:
    """Count the failed visits by their stable texts, the most frequent first."""
    groups: dict[tuple[Outcome, str | None], list[NavigationRecord]] = {}
    for record in records:
        if record.outcome.is_failure:
            groups.setdefault((record.outcome, record.error), []).append(record)
    errors = [
        ClientErrors(
            outcome=outcome,
            error=error,
            count=len(group),
            navigation=group[0].navigation,
            detail=next((record.detail for record in group if record.detail), None),
        )
        for (outcome, error), group in groups.items()
    ]
    return tuple(sorted(errors, key=lambda group: -group.count))


def count_assertions(
    records: Sequence[NavigationRecord], names: Sequence[str]
) -> tuple[AssertionCounts, ...]:
    """Count what became of each assertion: of those in ``names``, and of any that a record has beside."""
    started = [record.assertions for record in records if record.actual is not None]
    verdicts = Counter((name, wrong is None) for judged in started for name, wrong in judged.items())
    return tuple(
        AssertionCounts(name, held, broken, len(started) - held - broken)
        for name in dict.fromkeys([*names, *(name for name, _ in verdicts)])
        for held, broken in [(verdicts[name, True], verdicts[name, False])]
    )


def time_phases(records: Sequence[NavigationRecord]) -> Mapping[Phase, PhaseTimes]:
    """Return the durations of every phase, those that no visit passed through with no samples.

    A page that was asked for ahead, by the visit before, took its time before this visit was due: it has a
    duration, and is no part of what passed after the due time.
    """
    times = {phase: PhaseTimes() for phase in Phase}
    for record in records:
        if record.started_s is None:
            continue
        end_ms, phases_ms = (record.started_s - record.due_s) * 1000, record.phases_ms
        for phase, both in times.items():
            own_ms = phases_ms.get(phase)
            if own_ms is None:
                continue  # NiceGUI 3.7 has no handshake; a visit that left early skips the rest
            both.own.record(own_ms / 1000)
            if phase is Phase.PAGE and record.was_ahead:
                continue
            end_ms += own_ms
            if phase is not Phase.LEAVING or Phase.ACTIVE in phases_ms:
                # A visit that left in the middle of a phase has no figure for that phase's first half.
                both.from_due.record(end_ms / 1000)
    return times
