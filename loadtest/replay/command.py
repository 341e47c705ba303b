"""``loadtest replay``: sends a finding's visits again; the exit code says whether it is still there."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from loadtest.errors import ExitCode, UnjudgedError
from loadtest.replay.count import Wanted
from loadtest.replay.headless import Aim, HeadlessTrial
from loadtest.replay.selection import MOST_VISITS, Selection, finding_of, select
from loadtest.replay.telling import plan_lines, result_lines
from loadtest.replay.written import Written, profile_of, write_down
from loadtest.report.run import read_run
from loadtest.report.wording import shown
from loadtest.swarm.hosts import check_host

__all__ = ["Prepared", "prepare", "replay"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A finding's visits, ready to be sent."""

    selection: Selection
    written: Written
    trial: HeadlessTrial


def prepare(path: Path, number: int, aim: Aim, *, takes_all: bool = False) -> Prepared:
    """Read a run's folder, and return the visits of a finding and their trial.

    Args:
        number: the finding's place in the run's report, from 1 on.
        aim: an empty host stands for the run's own.
        takes_all: take all visits that showed it, however many.

    Raises:
        RunFolderError: this is not a run's folder.
        UsageError: there is no such finding, its visits cannot be sent again, or the host must not be loaded.
    """
    run = read_run(path)
    finding = finding_of(run, number)
    profile = profile_of(run.info)
    aim = aim if aim.host else replace(aim, host=run.info.host)
    check_host(aim.host, {*aim.allow_hosts, *profile.allowed_hosts})
    selection = select(run, finding, None if takes_all else MOST_VISITS)
    records = [record for record in selection.records if record.number in selection.targets]
    trial = HeadlessTrial(run.info, number, Wanted(finding, records), aim)
    return Prepared(selection, write_down(selection, profile), trial)


def replay(path: Path, number: int, aim: Aim, *, takes_all: bool = False) -> ExitCode:
    """Send the visits of a finding again; say on standard output whether it was seen again.

    Returns:
        99 when it was seen, 0 when not, 98 when nobody can say, 105 when it was interrupted.

    Raises:
        RunFolderError, UsageError: see ``prepare``; also where nothing can be sent there.
        ProfileError: the visits make no profile.
    """
    prepared = prepare(path, number, aim, takes_all=takes_all)
    for line in plan_lines(prepared.selection, prepared.written):
        print(shown(line, sys.stderr.encoding), file=sys.stderr)
    console = Console()
    try:
        replayed = prepared.trial.run(prepared.written.visits)
    except UnjudgedError as error:
        _say(console, f"not judged: {error}", "bold yellow")
        for folder in prepared.trial.folders:
            _say(console, f"Files: {folder}")
        return error.exit_code
    first, *rest = result_lines(prepared.selection, prepared.written, replayed.count, replayed.folder)
    is_again = replayed.count.seen.is_again
    _say(console, first, "bold red" if is_again else "bold green")
    for line in rest:
        _say(console, line)
    return ExitCode.FAIL if is_again else ExitCode.PASS


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(shown(text, console.encoding), style=style), soft_wrap=True)
