"""The command that starts an app with the hooks in."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import EndedError
from loadtest.hooks import launcher

__all__ = ["instrument"]

_WITHOUT_HOOKS = frozenset({"deno", "bun", "bunx"})


def instrument(
    command: Annotated[list[str], typer.Argument(help="How the app is started: python app.py")],
    collector: Annotated[str, typer.Option(help="A collector's address, when the run is elsewhere.")] = "",
) -> None:
    """Start an app with the hooks in: loadtest instrument -- python app.py, or -- node server.js"""
    if Path(command[0]).name in _WITHOUT_HOOKS:
        told = f"instrument: hooks go into Python and Node servers; {command[0]} runs without them"
        print(told, file=sys.stderr)
    raise EndedError(launcher.run(command, collector=collector or None))
