"""A run's verdict where Locust's own UI has a place for it: its log, and its table of exceptions."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.report.finding_sentences import place
from loadtest.report.sentences import headline

__all__ = ["tell_verdict"]

_LOG = logging.getLogger(__name__)


def tell_verdict(runner: Any, folder: Path, summary: Mapping[str, Any]) -> str:
    """Show the verdict and the findings; return the verdict in words.

    Args:
        summary: empty where it could not be written.
    """
    if not summary:
        return "INCONCLUSIVE: the verdict cannot be written; exit code 98"
    verdict = f"{summary['verdict'].upper()}: {headline(summary)}"
    _LOG.info("%s; exit code %d; %s", verdict, summary["exit_code"], folder)
    for finding in summary["findings"]:
        what = f"{finding['what']}: {place(finding)}"
        runner.log_exception("server", what, finding["traceback"] or "")
    return verdict
