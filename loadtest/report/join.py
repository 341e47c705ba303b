"""Brings the two sides together: every finding of a run, and the departures that they came from."""

from collections.abc import Collection, Sequence

from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_findings import find_at_clients
from loadtest.report.finding import Finding
from loadtest.report.placing import visits_of
from loadtest.report.server import ServerSide
from loadtest.report.server_findings import find_on_server

__all__ = ["find"]


def find(
    records: Sequence[NavigationRecord],
    server: ServerSide | None,
    *,
    is_quiet: bool,
    silent_boots: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return the findings, those with the most visits first.

    Args:
        records: every navigation of the run.
        server: what the hooks told, None when there were none: then the clients alone are asked.
        is_quiet: whether the server had its quiet.
        silent_boots: processes that had stopped reporting at the run's end.
    """
    visits = visits_of(records)
    findings = find_at_clients(records, visits)
    if server is not None:
        findings += find_on_server(visits, server, is_quiet=is_quiet, silent_boots=silent_boots)
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, int, str]:
    return (-(finding.count + finding.elsewhere), -(finding.exceptions or 0), finding.what)
