"""The command that says whether one run is worse than another."""

import os
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import EndedError
from loadtest.comparison.compare import CompareRequest, compare_runs
from loadtest.comparison.output import CompareFormat, show_comparison
from loadtest.comparison.settings import Smallest, read_smallest

__all__ = ["compare"]


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Runs' folders, the baseline first; a folder that holds runs stands for all of them."
        ),
    ],
    baseline: Annotated[
        list[Path] | None,
        typer.Option(help="A run of the baseline; repeat it. All others are runs of one candidate then."),
    ] = None,
    smallest: Annotated[str, typer.Option(help="The smallest effect that counts.")] = "10%",
    least_ms: Annotated[
        float, typer.Option("--least-ms", min=0, help="And of a latency, beside that, so many milliseconds.")
    ] = 1.0,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare also what were not the same tests, or were cut short.")
    ] = False,
    form: Annotated[CompareFormat, typer.Option("--format")] = CompareFormat.TEXT,
    out: Annotated[Path | None, typer.Option(help="A file to write to.")] = None,
) -> None:
    """Say whether runs are worse than a baseline: 0 no worse, 99 worse, 98 cannot be compared."""
    request = CompareRequest(
        folders=runs,
        baseline=tuple(baseline or ()),
        smallest=Smallest(read_smallest(smallest), least_ms),
        allow_unlike=anyway,
    )
    comparison = compare_runs(request)
    show_comparison(comparison, form, out, os.environ)
    raise EndedError(comparison.verdict.exit_code)
