"""The command that sends the visits of a finding again."""

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import EndedError
from loadtest.errors import UsageError
from loadtest.replay.command import replay as send_again
from loadtest.replay.headless import Aim
from loadtest.replay.minimize import BUDGET_S, MinimizeRequest, minimize

__all__ = ["replay"]


def replay(
    folder: Annotated[Path, typer.Argument(help="A run's folder, such as results/latest.")],
    finding: Annotated[int, typer.Option(min=1, help="Which finding of its report.")] = 1,
    host: Annotated[str, typer.Option("--host", "-H", help="Where the app listens; default: as then.")] = "",
    takes_all: Annotated[bool, typer.Option("--all", help="All visits that showed it, not 200.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the replay's files; with --minimize: the profile's file.")
    ] = None,
    minimizes: Annotated[
        bool, typer.Option("--minimize", help="Shrink what shows it; write a profile and a script of that.")
    ] = False,
    budget_s: Annotated[
        float | None,
        typer.Option(
            "--budget-s", min=1, help=f"Seconds to spend on --minimize at most; {BUDGET_S:g} by default."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --minimize write over files.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
    require_hooks: Annotated[bool, typer.Option(help="Not judged (98) when no hooks are seen.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to load.")] = None,
    collector_bind: Annotated[str, typer.Option(help="Where hooks send to.")] = "127.0.0.1:0",
) -> None:
    """Send the visits of a finding again: exit code 99 when it is seen again, 0 when not."""
    aim = Aim(
        host=host,
        out=out,
        workers=workers,
        require_hooks=require_hooks,
        allow_hosts=tuple(allow_host or ()),
        collector_bind=collector_bind,
    )
    if minimizes:
        request = MinimizeRequest(
            run=folder,
            number=finding,
            out=out,
            force=force,
            budget_s=BUDGET_S if budget_s is None else budget_s,
            takes_all=takes_all,
        )
        raise EndedError(minimize(request, aim))
    if force or budget_s is not None:
        told = "--force" if force else "--budget-s"
        raise UsageError(f"replay: {told} says how to shrink: give --minimize too, or leave it out")
    raise EndedError(send_again(folder, finding, aim, takes_all=takes_all))
