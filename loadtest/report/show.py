"""A run's report, or one navigation's story, from its folder alone, on standard output."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from rich.console import Console

from loadtest.report.console import print_report
from loadtest.report.folder import json_text
from loadtest.report.run import read_run
from loadtest.report.story.choice import choose
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import print_story
from loadtest.report.summary import summarize

__all__ = ["ReportFormat", "show_run", "show_story"]


class ReportFormat(StrEnum):
    """What a report is printed as."""

    TEXT = "text"
    JSON = "json"
    """The content of ``summary.json``, made anew."""


def show_run(path: Path, form: ReportFormat = ReportFormat.TEXT) -> None:
    """Read a run's folder and print its report; no load is sent.

    Raises:
        RunFolderError: this is not a run's folder.
    """
    run = read_run(path)
    summary = summarize(run)
    match form:
        case ReportFormat.TEXT:
            print_report(run, summary, Console())
        case ReportFormat.JSON:
            sys.stdout.write(json_text(summary))
        case _:
            assert_never(form)


def show_story(path: Path, word: str) -> None:
    """Read a run's folder and print the story of one of its navigations.

    Args:
        word: its id, its number, or the end of its id.

    Raises:
        RunFolderError: this is not a run's folder.
        UsageError: there is no such navigation, or there are several.
    """
    run = read_run(path)
    print_story(tell_story(run, choose(run, word)), Console())
