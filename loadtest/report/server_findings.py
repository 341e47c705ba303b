"""Findings of the server's side: what it raised, and what it kept when everybody had gone."""

from collections.abc import Collection, Mapping, Sequence

from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import Visit, place
from loadtest.report.server import JUDGED_RESIDUE, ServerSide
from loadtest.report.server_errors import Error
from loadtest.report.wording import listed

__all__ = ["find_on_server"]


def find_on_server(
    visits: Mapping[int, Visit],
    server: ServerSide,
    errors: Sequence[Error],
    *,
    is_quiet: bool,
    silent_boots: Collection[str],
) -> list[Finding]:
    """Return a finding for each error, and one for residue that no error explains.

    A visit that left something behind and also had an error on the server belongs to that error's finding:
    a handler that raises skips the framework's own clean-up. What others left behind is a finding itself.

    Args:
        errors: those that count.
        is_quiet: whether the server had its quiet; without it nobody can say what would have stayed.
        silent_boots: processes that stopped reporting before the quiet's end; what they told last is no
            residue.
    """
    left_behind = _left_behind(server, silent_boots) if is_quiet else {}
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


def _error_finding(
    error: Error, visits: Mapping[int, Visit], left_behind: Mapping[str, frozenset[int]]
) -> Finding:
    return place(
        FindingKind.SERVER_ERROR,
        error.what,
        error.navigations,
        visits,
        left_behind=_count(left_behind, error.navigations),
        exceptions=error.exceptions,
        strays=error.strays,
        channels=error.channels,
        event=error.events[0] if error.events else None,
        events=error.events,
        namespace=error.namespace,
        file=error.file,
        line=error.line,
        traceback=error.traceback,
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
