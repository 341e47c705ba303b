"""A run's report, or one navigation's story, from its folder alone: on standard output, or into a file."""

import io
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.console import Console

from loadtest.errors import RunFolderError
from loadtest.report.console import print_report
from loadtest.report.folder import write_whole
from loadtest.report.github import annotations, write_step_summary
from loadtest.report.junit import junit_xml
from loadtest.report.markdown import markdown_report
from loadtest.report.outputs import Writer, write_csv, write_html, write_json_text
from loadtest.report.run import Run, read_run
from loadtest.report.story.choice import choose
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import print_story
from loadtest.report.summary import summarize
from loadtest.report.workflow_log import is_github

__all__ = ["SCHEMA_FILE", "ReportFormat", "show_run", "show_story", "tell_ci"]

SCHEMA_FILE = Path(__file__).with_name("summary_schema.json")
"""The JSON Schema of ``summary.json``."""
_FILE_WIDTH = 100


class ReportFormat(StrEnum):
    """What a report is printed as."""

    TEXT = "text"
    JSON = "json"
    """The content of ``summary.json``, made anew; so are those of the others."""
    MARKDOWN = "markdown"
    HTML = "html"
    JUNIT = "junit"
    CSV = "csv"


def _write_text(run: Run, summary: Mapping[str, Any]) -> str:
    out = io.StringIO()
    print_report(run, summary, Console(file=out, width=_FILE_WIDTH, color_system=None, _environ={}))
    return out.getvalue()


_WRITERS: Mapping[ReportFormat, Writer] = MappingProxyType(
    {
        ReportFormat.TEXT: _write_text,
        ReportFormat.JSON: write_json_text,
        ReportFormat.MARKDOWN: markdown_report,
        ReportFormat.HTML: write_html,
        ReportFormat.JUNIT: junit_xml,
        ReportFormat.CSV: write_csv,
    }
)


def show_run(path: Path, form: ReportFormat = ReportFormat.TEXT, out: Path | None = None) -> None:
    """Read a run's folder and print its report, or write it into a file, whole or not at all.

    No load is sent.

    Raises:
        RunFolderError: this is not a run's folder, or the file cannot be written.
    """
    run = read_run(path)
    summary = summarize(run)
    if out is not None:
        _write_file(out, _WRITERS[form](run, summary))
    elif form is ReportFormat.TEXT:
        print_report(run, summary, Console())
    else:
        _print_as_it_is(_WRITERS[form](run, summary))


def _write_file(out: Path, text: str) -> None:
    if out.exists() and not (out.is_file() or out.is_dir()):  # a pipe, /dev/stdout: nothing to be replaced
        try:
            with out.open("w", encoding="utf-8", newline="") as stream:
                stream.write(text)
        except OSError as error:
            raise RunFolderError(f"{out}: cannot be written: {error.strerror}") from error
    else:
        write_whole(out.resolve(), text)


def tell_ci(path: Path) -> None:
    """Tell the CI service that this is a step of, if it is one that listens, of a run that has ended.

    Raises:
        RunFolderError: this is not a run's folder.
    """
    if not is_github(os.environ):
        return
    run = read_run(path)
    summary = summarize(run)
    _print_as_it_is(annotations(run, summary, os.environ))
    fault = write_step_summary(markdown_report(run, summary), os.environ)
    if fault:
        print(fault, file=sys.stderr)


def _print_as_it_is(text: str) -> None:
    """Print what programs read: UTF-8 whatever the locale, and line ends as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


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
