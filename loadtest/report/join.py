"""Brings the two sides together: every finding of a run, and the departures that they came from."""

from collections.abc import Sequence

from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_findings import find_at_clients
from loadtest.report.exits import unknown_boots
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.info import RunInfo
from loadtest.report.liveness import find_lifeless
from loadtest.report.placing import visits_of
from loadtest.report.server import Boot, ServerSide
from loadtest.report.server_errors import merge_errors
from loadtest.report.server_findings import find_on_server
from loadtest.report.since import dated

__all__ = ["find"]


def find(
    records: Sequence[NavigationRecord],
    server: ServerSide | None,
    info: RunInfo,
    boots: Sequence[Boot] = (),
) -> tuple[Finding, ...]:
    """Return the findings: those of liveness, then those with the most visits.

    Args:
        records: every navigation of the run.
        server: what the hooks told, None when there were none: then the clients alone are asked.
        info: whether the server had its quiet, and which processes had stopped reporting.
        boots: every process with hooks that was heard.
    """
    visits = visits_of(records)
    findings = [*find_lifeless(records, visits, boots, info), *find_at_clients(records, visits)]
    if server is not None:
        findings += find_on_server(
            visits,
            server,
            merge_errors(server, info).errors,
            is_quiet=info.quiet is not None,
            silent_boots=unknown_boots(server, info),
        )
    return tuple(sorted(dated(findings, records, server, info), key=_rank))


def _rank(finding: Finding) -> tuple[bool, int, int, str]:
    is_alive = finding.kind is not FindingKind.LIVENESS  # a dead server explains much of the rest
    # an error without any visit comes last: it has none to count
    return (is_alive, -(finding.count + finding.elsewhere), -(finding.exceptions or 0), finding.what)
