"""The command that sends a finding's visits again, where there are any to send."""

import shlex

from loadtest.report.finding import Finding
from loadtest.report.run import Run

__all__ = ["replay_command"]


def replay_command(run: Run, number: int, finding: Finding) -> str | None:
    """Return what to type to see a finding again; None when no visit with a record showed it.

    Args:
        number: its place among the findings of the run, from 1 on.
    """
    if not any(record.number in finding.showed and record.actual for record in run.records):
        return None
    return f"loadtest replay {shlex.quote(str(run.path))} --finding {number}"
