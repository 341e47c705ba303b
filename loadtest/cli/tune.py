"""The command that searches the rate at which an app breaks."""

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import AppName, EndedError, Host, Profile, Seed, Settings
from loadtest.swarm.progress import Progress
from loadtest.tuning.command import Voice
from loadtest.tuning.command import tune as search_knee
from loadtest.tuning.request import TuneRequest

__all__ = ["tune"]


def tune(
    profile: Profile,
    host: Host,
    app_name: AppName = "",
    seed: Seed = None,
    settings: Settings = None,
    vary: Annotated[str, typer.Option(help="What to vary: rate, or a key of the profile.")] = "rate",
    lowest: Annotated[float | None, typer.Option("--from", help="Lowest value to try.")] = None,
    highest: Annotated[float | None, typer.Option("--to", help="Highest value to try.")] = None,
    out: Annotated[Path | None, typer.Option(help="The tuned profile's file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    stage_s: Annotated[float | None, typer.Option("--stage-s", help="Seconds measured by a probe.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Passes, and fails, near the knee at least.")] = 3,
    confidence: Annotated[float, typer.Option(help="Of the interval.")] = 0.9,
    width: Annotated[float, typer.Option(help="Relative width of the interval to end at.")] = 0.05,
    budget_s: Annotated[float, typer.Option("--budget-s", help="Seconds to spend at most.")] = 1200,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
    require_hooks: Annotated[bool, typer.Option(help="A probe without hooks says nothing.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to load.")] = None,
) -> None:
    """Search the highest navigation rate at which the thresholds hold; write the profile back with it."""
    request = TuneRequest(
        profile=profile,
        host=host,
        app=app_name,
        seed=seed,
        settings=tuple(settings or ()),
        vary=vary,
        lowest=lowest,
        highest=highest,
        stage_s=stage_s,
        repeats=repeats,
        confidence=confidence,
        width=width,
        budget_s=budget_s,
        workers=workers,
        require_hooks=require_hooks,
        allow_hosts=tuple(allow_host or ()),
    )
    progress = Progress()
    raise EndedError(search_knee(request, out, Voice(progress.say, progress.show), force=force))
