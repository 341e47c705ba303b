"""The command line: what a person types, and the exit code that a script reads."""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from loadtest import __version__
from loadtest.demo.server import DemoServer, Fault
from loadtest.discovery.auto import resolve
from loadtest.discovery.init import (
    STANDARD_OUTPUT,
    Destination,
    default_name,
    draft_of_app,
    draft_of_har,
    page_of,
    save,
)
from loadtest.errors import ExitCode, LoadtestError, NotRecognisedError, ProfileError, UsageError
from loadtest.hooks import launcher
from loadtest.profile.catalogue import list_profiles, profiles_text
from loadtest.profile.load import load_profile
from loadtest.profile.outline import outline
from loadtest.profile.picture import Paper
from loadtest.profile.points import points_text
from loadtest.report.live.lines import follow_run
from loadtest.report.run import read_run
from loadtest.report.show import ReportFormat, show_run, show_story
from loadtest.report.side_by_side import Half, print_side_by_side
from loadtest.report.summary import summarize
from loadtest.swarm.child import run_locust, worker_options
from loadtest.swarm.headless import RunRequest, run_headless
from loadtest.swarm.hosts import check_host
from loadtest.swarm.limits import open_files
from loadtest.swarm.progress import Progress
from loadtest.tuning.command import Voice
from loadtest.tuning.command import tune as search_knee
from loadtest.tuning.request import TuneRequest

__all__ = ["main"]

_WITHOUT_HOOKS = frozenset({"deno", "bun", "bunx"})

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Load-test Socket.IO apps with visitors who leave at the worst moment.",
)


class _EndedError(Exception):
    """A command is done; carries its exit status past typer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def main() -> NoReturn:
    """Run the command line; the exit codes are ``loadtest.errors.ExitCode``.

    Typer ends a wrong usage with 2; here that is 104, as every other mistake made before load was sent.
    """
    try:
        app()
    except _EndedError as end:
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
        raise _EndedError(0)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Load-test Socket.IO apps with visitors who leave at the worst moment."""


_Profile = Annotated[str, typer.Argument(help="A shipped profile's name, or a TOML file.")]
_Host = Annotated[str, typer.Option("--host", "-H", help="Where the app listens: http://127.0.0.1:8080")]
_App = Annotated[str, typer.Option("--app", help="Aim at this app: a preset's name, or a TOML file.")]
_Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every random draw.")]
_Set = Annotated[list[str] | None, typer.Option("--set", help="key=value over the profile; repeat it.")]
_Visits = Annotated[int | None, typer.Option("--visits", min=1, help="End after so many navigations.")]

_Rate = Annotated[
    str | None, typer.Option("--rate", help="x2: times the planned rate; 50: so many a second at its peak.")
]


@app.command()
def demo() -> None:
    """Show what this tool finds: visit a demo app twice, with a fault and mended. Takes about a minute."""
    console = Console()
    halves = []
    for title, fault in (("with the fault", Fault.HANDSHAKE_LOOKUP), ("mended", Fault.NONE)):
        print(f"the demo board, {title}:", file=sys.stderr)
        with DemoServer(fault, environment=launcher.environment()) as server:
            ended = run_headless(RunRequest(profile="demo", host=server.url, require_hooks=True))
        if ended.folder is None:
            raise _EndedError(ended.exit_code)
        halves.append(Half(title, ended.folder, summarize(read_run(ended.folder))))
    faulty, mended = halves
    print_side_by_side(faulty, mended, console)
    print(f"\nAll that was seen: loadtest report {faulty.path}")
    codes = [half.summary["exit_code"] for half in halves]
    raise _EndedError(0 if codes == [ExitCode.FAIL, ExitCode.PASS] else 1)


@app.command()
def run(
    profile: _Profile,
    host: _Host,
    app_name: _App = "",
    seed: _Seed = None,
    settings: _Set = None,
    visits: _Visits = None,
    rate: _Rate = None,
    out: Annotated[Path | None, typer.Option(help="Folder for this run's files.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
    require_hooks: Annotated[bool, typer.Option(help="Inconclusive (98) when no hooks are seen.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to load.")] = None,
    collector_bind: Annotated[str, typer.Option(help="Where hooks send to.")] = "127.0.0.1:0",
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
    )
    ended = run_headless(request)
    if ended.folder:
        show_run(ended.folder)
    raise _EndedError(ended.exit_code)


@app.command()
def tune(
    profile: _Profile,
    host: _Host,
    app_name: _App = "",
    seed: _Seed = None,
    settings: _Set = None,
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
    raise _EndedError(search_knee(request, out, Voice(progress.say, progress.show), force=force))


@app.command()
def ui(
    profile: Annotated[str, typer.Argument(help="The profile that the form starts with.")] = "",
    host: Annotated[str, typer.Option("--host", "-H", help="Where the app listens.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the web UI listens.")] = 8089,
    workers: Annotated[int, typer.Option(min=1, help="Processes that send load.")] = 1,
) -> None:
    """Open the Locust web UI on 127.0.0.1, with profiles to choose from in its form."""
    arguments = ["--web-host", "127.0.0.1", "--web-port", str(port), *worker_options(workers)]
    if profile:
        load_profile(profile, finds_app=True)  # its mistakes are told before anything starts
        arguments += ["--nav-profile", profile]
    if host:
        arguments += ["--host", host]
    raise _EndedError(run_locust(arguments).status)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def instrument(
    command: Annotated[list[str], typer.Argument(help="How the app is started: python app.py")],
    collector: Annotated[str, typer.Option(help="A collector's address, when the run is elsewhere.")] = "",
) -> None:
    """Start an app with the hooks in: loadtest instrument -- python app.py, or -- node server.js"""
    if Path(command[0]).name in _WITHOUT_HOOKS:
        told = f"instrument: hooks go into Python and Node servers; {command[0]} runs without them"
        print(told, file=sys.stderr)
    raise _EndedError(launcher.run(command, collector=collector or None))


@app.command()
def init(
    url: Annotated[str, typer.Argument(help="A page of the app: http://127.0.0.1:8080/")] = "",
    har: Annotated[Path | None, typer.Option(help="A browser's recording to read instead.")] = None,
    out: Annotated[str, typer.Option(help="The profile's file; - is standard output.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to look at.")] = None,
) -> None:
    """Look at a running app, or at a browser's recording of one, and write a profile that runs at once."""

    def tell(line: str) -> None:
        print(line, file=sys.stderr if out == STANDARD_OUTPUT else sys.stdout, flush=True)

    def warn(line: str) -> None:
        print(line, file=sys.stderr)

    if not url and har is None:
        raise UsageError("init: says nothing to look at; give a page's address, or a recording with --har")
    if url:
        origin, _ = page_of(url)
        Destination(out or default_name(origin), force).check()
    try:
        if har is None:
            check_host(origin, allow_host or ())
            draft = draft_of_app(url, tell, warn)
        else:
            draft = draft_of_har(har, url, tell, warn)
    except NotRecognisedError as error:
        warn(str(error))
        raise _EndedError(ExitCode.INCONCLUSIVE) from None
    destination = Destination(out or default_name(draft.host), force)
    destination.check()
    save(draft, destination, show=lambda text: print(text, end=""))
    if not destination.is_standard_output:
        print(f"written: {destination.name}; now: loadtest run {destination.name} {draft.run_options}")
    raise _EndedError(ExitCode.PASS)


@app.command()
def check(
    profiles: Annotated[list[str], typer.Argument(help="Profiles' names or TOML files.")],
    host: Annotated[
        str, typer.Option("--host", "-H", help="Where to find out an app that is not said.")
    ] = "",
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to look at.")] = None,
    app_name: _App = "",
    seed: _Seed = None,
    settings: _Set = None,
    visits: _Visits = None,
    rate: _Rate = None,
) -> None:
    """Say all that is wrong with profiles, or what they will do."""
    mistakes: list[str] = []
    for name in profiles:
        try:
            profile = load_profile(
                name,
                app=app_name or None,
                seed=seed,
                settings=settings or (),
                max_visits=visits,
                rate=rate,
                finds_app=True,
            )
            if host:
                check_host(host, {*(allow_host or ()), *profile.allowed_hosts})
                profile = resolve(profile, host, lambda line: print(line, file=sys.stderr))
            print(*outline(profile, _paper(), open_files()), sep="\n")
        except ProfileError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ProfileError(mistakes)
    raise _EndedError(ExitCode.PASS)


def _paper() -> Paper:
    """Return what standard output can show."""
    try:
        "▁░".encode(sys.stdout.encoding)
        has_blocks = True
    except UnicodeEncodeError:
        has_blocks = False
    return Paper(shutil.get_terminal_size().columns, has_blocks)


@app.command("profiles")
def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List the profiles that come with loadtest, and those in ./profiles: for whom, how long, how many."""
    entries = list_profiles()
    if as_json:
        print(json.dumps([entry.to_json() for entry in entries], indent=2))
    else:
        print(*profiles_text(entries, _paper().width), sep="\n")
    raise _EndedError(ExitCode.PASS)


@app.command()
def points() -> None:
    """List where a visit can leave, over what and how, and why not otherwise."""
    print(*points_text(), sep="\n")
    raise _EndedError(ExitCode.PASS)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A run's folder, such as results/latest.")],
    navigation: Annotated[
        str | None,
        typer.Option(help="Tell one navigation's story: its id, its number, or the end of its id."),
    ] = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="json: every figure.")] = ReportFormat.TEXT,
    follow: Annotated[bool, typer.Option("--follow", help="Of a run that is on: how it stands.")] = False,
) -> None:
    """Print a run's report again, or one navigation's whole story, from its files alone; no load is sent."""
    for line in follow_run(folder) if follow else ():
        print(line, file=sys.stderr, flush=True)
    if navigation is None:
        show_run(folder, form)
    elif form is not ReportFormat.TEXT:
        raise UsageError(f"report: a navigation's story is told as text; leave --format {form} out")
    else:
        show_story(folder, navigation)
    raise _EndedError(ExitCode.PASS)
