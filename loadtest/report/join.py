"""Brings the two sides together: what the server had to bear, and from which departures it came."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.navigation.point import POINTS, Manner
from loadtest.navigation.record import NavigationRecord
from loadtest.report.attribution import Tally, guilty
from loadtest.report.finding import ANY, ENDED_BY_SERVER, Finding, FindingKind
from loadtest.report.server import JUDGED_RESIDUE, ServerError, ServerSide
from loadtest.report.wording import listed

__all__ = ["find", "point_place"]

_EXAMPLES = 5
_POINT_PLACES = {point: place for place, point in enumerate(POINTS)}


def point_place(point: str) -> tuple[int, str]:
    """Return a sort key that puts points in the order of a connection's life, unknown ones last."""
    return (_POINT_PLACES.get(point, len(_POINT_PLACES)), point)


@dataclass(frozen=True, slots=True)
class _Visit:
    at: str
    manner: str
    navigation: str


@dataclass(frozen=True, slots=True)
class _Merged:
    """One error of all processes together."""

    error: ServerError
    exceptions: int
    navigations: frozenset[int]
    traceback: str | None


def find(
    records: Iterable[NavigationRecord],
    server: ServerSide | None,
    *,
    is_quiet: bool,
    silent_boots: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return the findings, those with the most visits first.

    A visit that left something behind and also had an error on the server belongs to that error's finding:
    a handler that raises skips the framework's own clean-up. What others left behind is a finding itself.

    Args:
        records: every navigation of the run; those that never started play no part.
        server: what the hooks told, None when there were none.
        is_quiet: whether the server had its quiet; without it nobody can say what would have stayed.
        silent_boots: processes that stopped reporting before the quiet; what they told last is no residue.
    """
    if server is None:
        return ()
    visits = {
        record.number: _Visit(record.actual.at, record.actual.manner or ENDED_BY_SERVER, record.navigation)
        for record in records
        if record.actual is not None
    }
    left_behind = _left_behind(server, silent_boots) if is_quiet else {}
    errors = _merge(server)
    findings = [_error_finding(error, visits, left_behind) for error in errors]
    blamed = frozenset[int]().union(*(error.navigations for error in errors))
    residue = {key: numbers - blamed for key, numbers in left_behind.items()}
    if any(residue.values()):
        findings.append(_residue_finding(residue, visits))
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, int, str]:
    return (-(finding.count + finding.elsewhere), -(finding.exceptions or 0), finding.what)


def _left_behind(server: ServerSide, silent_boots: Collection[str]) -> Mapping[str, frozenset[int]]:
    heard = [process for process in server.processes if process.boot not in silent_boots]
    return {
        key: frozenset[int]().union(*(process.left_behind[key] for process in heard))
        for key in JUDGED_RESIDUE
    }


def _merge(server: ServerSide) -> list[_Merged]:
    same: dict[tuple[Any, ...], list[ServerError]] = {}
    for process in server.processes:
        for error in process.errors:
            fingerprint = (error.what, error.file, error.line, error.namespace, error.event)
            same.setdefault(fingerprint, []).append(error)
    return [
        _Merged(
            error=errors[0],
            exceptions=sum(error.count for error in errors),
            navigations=frozenset[int]().union(*(error.navigations for error in errors)),
            traceback=next((error.traceback for error in errors if error.traceback), None),
        )
        for errors in same.values()
    ]


def _error_finding(
    merged: _Merged, visits: Mapping[int, _Visit], left_behind: Mapping[str, frozenset[int]]
) -> Finding:
    error = merged.error
    return _finding(
        FindingKind.SERVER_ERROR,
        error.what,
        merged.navigations,
        visits,
        left_behind=_count(left_behind, merged.navigations),
        exceptions=merged.exceptions,
        event=error.event,
        namespace=error.namespace,
        file=error.file,
        line=error.line,
        traceback=merged.traceback,
    )


def _residue_finding(residue: Mapping[str, frozenset[int]], visits: Mapping[int, _Visit]) -> Finding:
    numbers = frozenset[int]().union(*residue.values())
    counts = _count(residue, numbers)
    return _finding(
        FindingKind.RESIDUE, f"{listed(list(counts))} left behind", numbers, visits, left_behind=counts
    )


def _count(left_behind: Mapping[str, frozenset[int]], numbers: frozenset[int]) -> Mapping[str, int]:
    counts = {key: len(left & numbers) for key, left in left_behind.items()}
    return {key: count for key, count in counts.items() if count}


def _finding(
    kind: FindingKind,
    what: str,
    showed: frozenset[int],
    visits: Mapping[int, _Visit],
    **details: Any,
) -> Finding:
    """Place what some visits showed: which points it came from, and which manners."""
    points = _tally(visits, showed, lambda visit: visit.at)
    causes = guilty(points)
    at = sorted(causes or (tally.key for tally in points if tally.hit), key=point_place)
    here = {number: visit for number, visit in visits.items() if visit.at in at}
    manners = _tally(here, showed, lambda visit: visit.manner)
    needed = guilty(manners)
    in_order = sorted(number for number in showed if number in here)
    return Finding(
        kind=kind,
        what=what,
        at=tuple(at),
        manners=tuple(sorted(needed, key=_manner_place)) or ANY,
        count=len(in_order),
        of=len(here),
        elsewhere=len(showed & visits.keys()) - len(in_order),
        elsewhere_of=len(visits) - len(here),
        navigation=here[in_order[0]].navigation if in_order else None,
        attributed=bool(causes or needed),
        by_manner={tally.key: tally for tally in sorted(manners, key=lambda tally: _manner_place(tally.key))},
        unplaced=len(showed - visits.keys()),
        examples=tuple(here[number].navigation for number in in_order[:_EXAMPLES]),
        **details,
    )


def _tally(
    visits: Mapping[int, _Visit], showed: frozenset[int], key_of: Callable[[_Visit], str]
) -> Sequence[Tally]:
    hit: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for number, visit in visits.items():
        of[key_of(visit)] += 1
        hit[key_of(visit)] += number in showed
    return [Tally(key, hit[key], total) for key, total in of.items()]


def _manner_place(manner: str) -> int:
    return [*Manner, ENDED_BY_SERVER].index(manner)
