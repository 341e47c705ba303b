"""Findings of the server's side: what it raised, and what it kept when everybody had gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import Visit, place
from loadtest.report.server import JUDGED_RESIDUE, ServerError, ServerSide
from loadtest.report.wording import listed

__all__ = ["find_on_server"]


@dataclass(frozen=True, slots=True)
class _Merged:
    """One error of all processes together."""

    error: ServerError
    exceptions: int
    navigations: frozenset[int]
    traceback: str | None


def find_on_server(
    visits: Mapping[int, Visit], server: ServerSide, *, is_quiet: bool, silent_boots: Collection[str]
) -> list[Finding]:
    """Return a finding for each error, and one for residue that no error explains.

    A visit that left something behind and also had an error on the server belongs to that error's finding:
    a handler that raises skips the framework's own clean-up. What others left behind is a finding itself.

    Args:
        is_quiet: whether the server had its quiet; without it nobody can say what would have stayed.
        silent_boots: processes that stopped reporting before the quiet; what they told last is no residue.
    """
    left_behind = _left_behind(server, silent_boots) if is_quiet else {}
    errors = _merge(server)
    findings = [_error_finding(error, visits, left_behind) for error in errors]
    blamed = frozenset[int]().union(*(error.navigations for error in errors))
    residue = {key: numbers - blamed for key, numbers in left_behind.items()}
    if any(residue.values()):
        findings.append(_residue_finding(residue, visits))
    return findings


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
    merged: _Merged, visits: Mapping[int, Visit], left_behind: Mapping[str, frozenset[int]]
) -> Finding:
    error = merged.error
    return place(
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


def _residue_finding(residue: Mapping[str, frozenset[int]], visits: Mapping[int, Visit]) -> Finding:
    numbers = frozenset[int]().union(*residue.values())
    counts = _count(residue, numbers)
    return place(
        FindingKind.RESIDUE, f"{listed(list(counts))} left behind", numbers, visits, left_behind=counts
    )


def _count(left_behind: Mapping[str, frozenset[int]], numbers: frozenset[int]) -> Mapping[str, int]:
    counts = {key: len(left & numbers) for key, left in left_behind.items()}
    return {key: count for key, count in counts.items() if count}
