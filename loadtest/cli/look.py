"""The commands that look, at an app or at profiles; none sends load."""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.options import AppName, EndedError, Rate, Seed, Settings, Visits
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
from loadtest.errors import ExitCode, NotRecognisedError, ProfileError, UsageError
from loadtest.profile.catalogue import list_profiles, profiles_text
from loadtest.profile.load import load_profile
from loadtest.profile.outline import outline
from loadtest.profile.picture import Paper
from loadtest.profile.points import points_text
from loadtest.swarm.hosts import check_host
from loadtest.swarm.limits import open_files

__all__ = ["check", "init", "list_them", "points"]


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
        raise EndedError(ExitCode.INCONCLUSIVE) from None
    destination = Destination(out or default_name(draft.host), force)
    destination.check()
    save(draft, destination, show=lambda text: print(text, end=""))
    if not destination.is_standard_output:
        print(f"written: {destination.name}; now: loadtest run {destination.name} {draft.run_options}")
    raise EndedError(ExitCode.PASS)


def check(
    profiles: Annotated[list[str], typer.Argument(help="Profiles' names or TOML files.")],
    host: Annotated[
        str, typer.Option("--host", "-H", help="Where to find out an app that is not said.")
    ] = "",
    allow_host: Annotated[list[str] | None, typer.Option(help="A host beyond loopback to look at.")] = None,
    app_name: AppName = "",
    seed: Seed = None,
    settings: Settings = None,
    visits: Visits = None,
    rate: Rate = None,
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
    raise EndedError(ExitCode.PASS)


def _paper() -> Paper:
    """Return what standard output can show."""
    try:
        "▁░".encode(sys.stdout.encoding)
        has_blocks = True
    except UnicodeEncodeError:
        has_blocks = False
    return Paper(shutil.get_terminal_size().columns, has_blocks)


def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List the profiles that come with loadtest, and those in ./profiles: for whom, how long, how many."""
    entries = list_profiles()
    if as_json:
        print(json.dumps([entry.to_json() for entry in entries], indent=2))
    else:
        print(*profiles_text(entries, _paper().width), sep="\n")
    raise EndedError(ExitCode.PASS)


def points() -> None:
    """List where a visit can leave, over what and how, and why not otherwise."""
    print(*points_text(), sep="\n")
    raise EndedError(ExitCode.PASS)
