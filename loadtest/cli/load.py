"""The commands that start something: a run, a search, the web UI, an app with the hooks in."""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loadtest.cli.options import (
    AppName,
    EndedError,
    Host,
    Otel,
    Profile,
    Prometheus,
    Rate,
    Seed,
    Settings,
    Visits,
)
from loadtest.demo.server import DemoServer, Fault
from loadtest.errors import ExitCode, UsageError
from loadtest.hooks import launcher
from loadtest.profile.load import load_profile
from loadtest.report.run import read_run
from loadtest.report.show import show_run, tell_ci
from loadtest.report.side_by_side import Half, print_side_by_side
from loadtest.report.summary import summarize
from loadtest.swarm.child import run_locust, worker_options
from loadtest.swarm.headless import RunRequest, run_headless
from loadtest.swarm.progress import Progress
from loadtest.tuning.command import Voice
from loadtest.tuning.command import tune as search_knee
from loadtest.tuning.request import TuneRequest

__all__ = ["demo", "instrument", "run", "tell_of", "tune", "ui"]

_WITHOUT_HOOKS = frozenset({"deno", "bun", "bunx"})


def demo() -> None:
    """Show what this tool finds: visit a demo app twice, with a fault and mended. Takes about a minute."""
    console = Console()
    halves = []
    for title, fault in (("with the fault", Fault.HANDSHAKE_LOOKUP), ("mended", Fault.NONE)):
        print(f"the demo board, {title}:", file=sys.stderr)
        with DemoServer(fault, environment=launcher.environment()) as server:
            ended = run_headless(RunRequest(profile="demo", host=server.url, require_hooks=True))
        if ended.folder is None:
            raise EndedError(ended.exit_code)
        halves.append(Half(title, ended.folder, summarize(read_run(ended.folder))))
    faulty, mended = halves
    print_side_by_side(faulty, mended, console)
    print(f"\nAll that was seen: loadtest report {faulty.path}")
    codes = [half.summary["exit_code"] for half in halves]
    raise EndedError(0 if codes == [ExitCode.FAIL, ExitCode.PASS] else 1)


def run(
    profile: Profile,
    host: Host,
    app_name: AppName = "",
    seed: Seed = None,
    settings: Settings = None,
    visits: Visits = None,
    rate: Rate = None,
    out: Annotated[Path | None, typer.Option(help="Folder for this run's files.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
    require_hooks: Annotated[bool, typer.Option(help="Inconclusive (98) when no hooks are seen.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to load.")] = None,
    collector_bind: Annotated[str, typer.Option(help="Where hooks send to.")] = "127.0.0.1:0",
    prometheus: Prometheus = "",
    otel: Otel = False,
) -> None:
    """Visit an app as a profile says; print the verdict; leave a folder with everything measured."""
    request = RunRequest(
        profile=profile,
        host=host,
        app=app_name,
        seed=seed,
        settings=tuple(settings or ()),
        visits=visits,
        rate=rate,
        out=out,
        workers=workers,
        require_hooks=require_hooks,
        allow_hosts=tuple(allow_host or ()),
        collector_bind=collector_bind,
        prometheus=prometheus,
        otel=otel,
    )
    ended = run_headless(request)
    if ended.folder:
        tell_of(ended.folder)
    raise EndedError(ended.exit_code)


def tell_of(folder: Path) -> None:
    """Print a run's report; that nobody takes it (a closed pipe, a full disk) changes no verdict."""
    try:
        show_run(folder)
        tell_ci(folder)
    except (OSError, SystemExit) as error:  # a closed pipe is the end to rich (``Console.on_broken_pipe``)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else what is left fails at the exit
        why = error.strerror if isinstance(error, OSError) else "nobody reads it"
        with suppress(OSError):
            print(f"the report cannot be printed: {why}; it is in {folder}", file=sys.stderr)


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


def ui(
    profile: Annotated[str, typer.Argument(help="The profile that the form starts with.")] = "",
    host: Annotated[str, typer.Option("--host", "-H", help="Where the app listens.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the web UI listens.")] = 8089,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
    prometheus: Prometheus = "",
    otel: Otel = False,
) -> None:
    """Open the Locust web UI on 127.0.0.1, with profiles to choose from in its form."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise UsageError(
            f"--port {port}: cannot be listened on: {error.strerror}; end what has it, or name another"
        ) from None
    arguments = ["--web-host", "127.0.0.1", "--web-port", str(port), *worker_options(workers)]
    if profile:
        load_profile(profile, finds_app=True)  # its mistakes are told before anything starts
        arguments += ["--nav-profile", profile]
    if host:
        arguments += ["--host", host]
    arguments += [f"--nav-prometheus={prometheus}"] if prometheus else []
    arguments += ["--nav-otel"] if otel else []
    raise EndedError(run_locust(arguments).status)


def instrument(
    command: Annotated[list[str], typer.Argument(help="How the app is started: python app.py")],
    collector: Annotated[str, typer.Option(help="A collector's address, when the run is elsewhere.")] = "",
) -> None:
    """Start an app with the hooks in: loadtest instrument -- python app.py, or -- node server.js"""
    if Path(command[0]).name in _WITHOUT_HOOKS:
        told = f"instrument: hooks go into Python and Node servers; {command[0]} runs without them"
        print(told, file=sys.stderr)
    raise EndedError(launcher.run(command, collector=collector or None))
