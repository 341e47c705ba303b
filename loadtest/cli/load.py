"""The commands that send load: a run, the demo, the web UI."""

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

__all__ = ["demo", "run", "tell_of", "ui"]


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
