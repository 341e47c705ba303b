"""Who left right before a server died or stood still, and whether a departure is to blame for it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.outages import Outage
from loadtest.report.placing import Visit, place

__all__ = ["place_before"]

_WINDOWS_S = (0.05, 0.2, 1.0)
"""How long before it a visit may have left that led to it; the shortest that blames a departure counts. A
handler of a departure runs within milliseconds; one that awaits something first, within a second."""
_LIVES = 5
"""The time within which a death and its cause lie must be this many times shorter than the server lived in
between: else most who left at all left within it, and those who stay longest, who leave late in a life,
more than the others."""
_NOTED_LATE_S = 0.02
"""What one event brings about is noted in any order within this time."""
_LAST = 5
"""So many of the last to leave are told where no departure can be blamed."""


def place_before(
    what: str, outages: Sequence[Outage], records: Sequence[NavigationRecord], visits: Mapping[int, Visit]
) -> Finding:
    """Return the finding of what befell a server, with the departures right before it.

    One death is no statistics: the last to leave are told then, and nobody is blamed.
    """
    left = sorted((record for record in records if _has_left(record)), key=_began_to_leave_s)
    departed = {record.number: visits[record.number] for record in left}
    life_s = _life_s(outages)
    for window_s in _WINDOWS_S:
        near = [one for one in outages if (one.at_s - one.since_s + window_s) * _LIVES < life_s]
        if len(near) > 1:
            before = [_right_before(left, outage, window_s) for outage in near]
            finding = place(FindingKind.LIVENESS, what, frozenset().union(*before), departed)
            if finding.attributed:
                return _without_bystanders(finding, before, departed)
    last = frozenset[int]().union(*(_right_before(left, one, _WINDOWS_S[-1])[-_LAST:] for one in outages))
    return place(FindingKind.LIVENESS, what, last, departed, is_tested=False)


def _life_s(outages: Sequence[Outage]) -> float:
    """Return how long the server lived between two outages, as a rule; 0 where there is only one.

    Where nobody was answered in between, nobody knows when it was back.
    """
    lives_s = (
        later.at_s
        - (before.back_s if before.back_s is not None and before.back_s <= later.at_s else before.at_s)
        for before, later in itertools.pairwise(outages)
    )
    return median([*lives_s] or [0.0])


def _without_bystanders(
    finding: Finding, before: Sequence[Sequence[int]], departed: Mapping[int, Visit]
) -> Finding:
    """Return the finding without those points that explain no death which a guiltier one does not.

    Who happens to leave next to the culprit is next to the death as well.
    """
    if not finding.is_points_doing or len(finding.at) == 1:
        return finding
    points = [{departed[number].at for number in numbers} for numbers in before]
    here = [visit.at for visit in departed.values()]
    hits = {
        at: sum(departed[number].at == at for numbers in before for number in numbers) for at in finding.at
    }
    kept: set[str] = set()
    for at in sorted(finding.at, key=lambda point: hits[point] / here.count(point), reverse=True):
        if any(at in near and not near & kept for near in points):
            kept.add(at)
    showed = frozenset(number for numbers in before for number in numbers)
    alone = frozenset(number for number in showed if departed[number].at in kept)
    placed = place(FindingKind.LIVENESS, finding.what, alone, departed)
    return replace(placed, elsewhere=len(showed) - placed.count)


def _has_left(record: NavigationRecord) -> bool:
    """Return whether the client left; also when the server was gone before its goodbye was through."""
    return record.is_as_planned or (record.actual is not None and record.actual.at == record.planned_at)


def _began_to_leave_s(record: NavigationRecord) -> float:
    """Return when its goodbye was said: it has left only when that is through."""
    return (record.left_s or 0.0) - record.phases_ms.get(Phase.LEAVING, 0.0) / 1000


def _right_before(left: Sequence[NavigationRecord], outage: Outage, window_s: float) -> list[int]:
    """Return who began to leave within so long before it, in that order."""
    from_s, to_s = outage.since_s - window_s, outage.at_s + _NOTED_LATE_S
    return [record.number for record in left if from_s <= _began_to_leave_s(record) <= to_s]
