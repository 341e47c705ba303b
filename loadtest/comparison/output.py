"""A comparison on standard output or into a file, in the form that was asked for."""

import io
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from loadtest.comparison.console import print_comparison
from loadtest.comparison.markdown import markdown_comparison
from loadtest.comparison.page import html_comparison
from loadtest.comparison.result import Comparison
from loadtest.report.folder import json_text, write_whole
from loadtest.report.github import write_step_summary
from loadtest.report.workflow_log import is_github, neutral_markup

__all__ = ["CompareFormat", "show_comparison"]

_FILE_WIDTH = 100


class CompareFormat(StrEnum):
    """What a comparison is printed as."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    """One page that stands alone, without scripts."""


def show_comparison(
    comparison: Comparison, form: CompareFormat, out: Path | None, environ: Mapping[str, str]
) -> None:
    """Print a comparison, or write it into a file, whole or not at all; tell GitHub's step summary, too.

    Raises:
        RunFolderError: the file cannot be written.
    """
    if out is not None:
        write_whole(out, _WRITERS[form](comparison))
    elif form is CompareFormat.TEXT:
        print_comparison(comparison, Console())
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(_WRITERS[form](comparison).encode("utf-8"))
        sys.stdout.buffer.flush()
    if is_github(environ):
        fault = write_step_summary(markdown_comparison(comparison), environ)
        if fault:
            print(fault, file=sys.stderr)


def _text(comparison: Comparison) -> str:
    file = io.StringIO()
    print_comparison(comparison, Console(file=file, width=_FILE_WIDTH, color_system=None, _environ={}))
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def _json(comparison: Comparison) -> str:
    return json_text(comparison.to_json())


def _html(comparison: Comparison) -> str:
    return neutral_markup(html_comparison(comparison))


_WRITERS: Mapping[CompareFormat, Callable[[Comparison], str]] = MappingProxyType(
    {
        CompareFormat.TEXT: _text,
        CompareFormat.JSON: _json,
        CompareFormat.MARKDOWN: markdown_comparison,
        CompareFormat.HTML: _html,
    }
)
