"""A comparison on standard output or into a file, in the form that was asked for."""

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from rich.console import Console

from loadtest.comparison.console import print_comparison
from loadtest.comparison.result import Comparison
from loadtest.errors import UsageError
from loadtest.report.folder import json_text

__all__ = ["CompareFormat", "show_comparison"]

_FILE_WIDTH = 100


class CompareFormat(StrEnum):
    """What a comparison is printed as."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    """One page that stands alone, without scripts."""


def show_comparison(comparison: Comparison, form: CompareFormat, out: Path | None) -> None:
    """Print a comparison, or write it whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    if form is CompareFormat.TEXT and out is None:
        print_comparison(comparison, Console())
        return
    text = _text(comparison, form)
    if out is None:
        sys.stdout.write(text)
        return
    draft = out.parent / f".{out.name}.draft"
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written: {error.strerror}") from None


def _text(comparison: Comparison, form: CompareFormat) -> str:
    match form:
        case CompareFormat.TEXT:
            file = io.StringIO()
            print_comparison(comparison, Console(file=file, width=_FILE_WIDTH, force_terminal=False))
            return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())
        case CompareFormat.JSON:
            return json_text(comparison.to_json())
        case CompareFormat.MARKDOWN | CompareFormat.HTML:
            raise UsageError("not there yet")
        case _:
            assert_never(form)
