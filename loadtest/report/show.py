"""A run's report from its folder alone, on standard output."""

from pathlib import Path

from rich.console import Console

from loadtest.report.console import print_report
from loadtest.report.run import read_run
from loadtest.report.summary import summarize

__all__ = ["show_run"]


def show_run(path: Path) -> None:
    """Read a run's folder and print its report; no load is sent.

    Raises:
        RunFolderError: this is not a run's folder.
    """
    run = read_run(path)
    print_report(run, summarize(run), Console())
