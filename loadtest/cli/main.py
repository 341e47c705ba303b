"""The command line: what a person types, and the exit code that a script reads."""

import sys
from typing import Annotated, NoReturn

import typer

from loadtest import __version__
from loadtest.cli.commands import Commands
from loadtest.cli.log import guarded_log
from loadtest.cli.options import EndedError
from loadtest.errors import ExitCode, LoadtestError

__all__ = ["main"]

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Load-test Socket.IO apps with visitors who leave at the worst moment.",
)


def main() -> NoReturn:
    """Run the command line; the exit codes are ``loadtest.errors.ExitCode``.

    Typer ends a wrong usage with 2; here that is 104, as every other mistake made before load was sent.
    """
    with guarded_log():
        try:
            app()
        except EndedError as end:
            sys.exit(end.status)
        except LoadtestError as error:
            print(error, file=sys.stderr)
            sys.exit(ExitCode.USAGE)
        except SystemExit as end:
            sys.exit(ExitCode.USAGE if end.code == 2 else end.code)
        raise AssertionError("typer always ends by an exception")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"loadtest {__version__}")
        raise EndedError(0)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Load-test Socket.IO apps with visitors who leave at the worst moment."""
