"""The command that tells what a run has left."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import EndedError
from loadtest.errors import ExitCode, UsageError
from loadtest.report.live.lines import follow_run
from loadtest.report.show import SCHEMA_FILE, ReportFormat, show_run, show_story

__all__ = ["report"]


def _print_schema(wanted: bool) -> None:
    if wanted:
        print(SCHEMA_FILE.read_text(encoding="utf-8"), end="")
        raise EndedError(ExitCode.PASS)


def report(
    folder: Annotated[Path, typer.Argument(help="A run's folder, such as results/latest.")],
    navigation: Annotated[
        str | None,
        typer.Option(help="Tell one navigation's story: its id, its number, or the end of its id."),
    ] = None,
    form: Annotated[
        ReportFormat,
        typer.Option("--format", help="text; for people elsewhere markdown, html; for programs the others."),
    ] = ReportFormat.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write it into this file, whole or not at all.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Of a run that is on: how it stands.")] = False,
    schema: Annotated[  # noqa: ARG001  # it has been printed by now
        bool,
        typer.Option(
            "--schema",
            callback=_print_schema,
            is_eager=True,
            help="Print summary.json's JSON Schema, and end.",
        ),
    ] = False,
) -> None:
    """Print a run's report again, or one navigation's whole story, from its files alone; no load is sent."""
    for line in follow_run(folder) if follow else ():
        print(line, file=sys.stderr, flush=True)
    if navigation is None:
        show_run(folder, form, out)
    elif form is not ReportFormat.TEXT or out is not None:
        told = "--out" if out else f"--format {form}"
        raise UsageError(f"report: a navigation's story is told as text, on screen; leave {told} out")
    else:
        show_story(folder, navigation)
    raise EndedError(ExitCode.PASS)
