"""``loadtest replay RUN --minimize``: the fewest and plainest visits that still show a finding."""

import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from loadtest.errors import ExitCode, LoadtestError
from loadtest.profile.listing import ListedVisit
from loadtest.profile.model import Profile
from loadtest.replay.command import Prepared, prepare
from loadtest.replay.headless import Aim
from loadtest.replay.plainness import SPACING_S, Scope, plain_visit, plainer, point_rank
from loadtest.replay.shrink import Limits, Shrunk, Stopped, shrink, tries_for
from loadtest.replay.smallest import Destination, Share, Smallest
from loadtest.replay.telling import plan_lines
from loadtest.replay.trial import Trial
from loadtest.replay.written import profile_of
from loadtest.report.finding import LedBy
from loadtest.report.wording import shown

__all__ = ["BUDGET_S", "MinimizeRequest", "guesses_of", "minimize"]

BUDGET_S = 300.0
"""How long it searches at most, when nobody says."""

_CONFIRMED = 5
"""So many visits of the smallest kind are sent, when it is one visit alone, to tell how often it shows it."""
_TRIALS = 3
"""So many trials of several visits are made in the end, to tell how often they show it."""
_CODES = {Stopped.INTERRUPTED: ExitCode.INTERRUPTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimizeRequest:
    """What ``loadtest replay --minimize`` was asked for."""

    run: Path
    number: int
    """The finding's, from 1 on."""
    out: Path | None = None
    """The profile's file; None: ``<profile>-minimal.toml`` here."""
    force: bool = False
    budget_s: float = BUDGET_S
    takes_all: bool = False
    """Whether it begins with all visits that showed it, however many."""


def _quietly(prepared: Prepared, folder: Path) -> Trial:
    """Return the finding's trial with all that it leaves in one folder: its runs, and what they say."""
    aim = replace(prepared.trial.aim, results=folder / "results")
    return replace(prepared.trial, aim=aim, log=folder / "log")


def minimize(
    request: MinimizeRequest, aim: Aim, trial_of: Callable[[Prepared, Path], Trial] = _quietly
) -> ExitCode:
    """Shrink what shows a finding; write it as a profile and as a script.

    Args:
        trial_of: makes the trial, given a folder that is deleted in the end.

    Returns:
        99 when it was shown again, 0 when not, 98 when nobody can say, 105 when it was interrupted.

    Raises:
        RunFolderError: this is not a run's folder.
        UsageError: there is no such finding, its visits cannot be sent (again, or there), or a file is there
            already.
    """
    prepared = prepare(request.run, request.number, replace(aim, out=None), takes_all=request.takes_all)
    profile = profile_of(prepared.trial.info)
    destination = Destination(
        request.out or Path(f"{Path(profile.name).name}-minimal.toml"), force=request.force
    )
    destination.check()
    for line in plan_lines(prepared.selection, prepared.written):
        _tell(line)
    with tempfile.TemporaryDirectory(prefix="loadtest-minimize-") as folder:
        shrunk, share = _shrink(prepared, profile, trial_of(prepared, Path(folder)), request.budget_s)
    if not shrunk.visits:
        return _not_shown(shrunk)
    smallest = Smallest(
        finding=prepared.selection.finding,
        shrunk=shrunk,
        share=share,
        profile=profile,
        host=prepared.trial.aim.host,
        origin=f"loadtest replay {shlex.quote(str(request.run))} --finding {request.number} --minimize",
    )
    console = Console()
    _say(console, smallest.verdict(), "bold red")
    for line in smallest.save(destination):
        _say(console, line)
    return _CODES.get(shrunk.stopped, ExitCode.FAIL)


def _shrink(
    prepared: Prepared, profile: Profile, trial: Trial, budget_s: float
) -> tuple[Shrunk[ListedVisit], Share]:
    finding = prepared.selection.finding
    scope = Scope.of(finding, [page for page, _ in profile.app.access.pages])
    targets = sorted(prepared.selection.targets)
    began = time.monotonic()
    shrunk = shrink(
        prepared.written.visits,
        trial,
        Limits(budget_s, tries=tries_for(finding.count, finding.of), repeats=1),
        now=time.monotonic,
        tell=_tell,
        guesses=list(guesses_of(prepared, scope)),
        plainer=lambda visits: plainer(visits, scope),
    )
    took_s = (time.monotonic() - began) / max(shrunk.trials, 1)
    until = began + budget_s - took_s - _CONFIRMED * SPACING_S
    if shrunk.stopped is not Stopped.SMALLEST or not shrunk.visits:
        return shrunk, Share(shrunk.shown, shrunk.of, "trial")
    return shrunk, _confirm(shrunk, trial, targets, until)


def _confirm(shrunk: Shrunk[ListedVisit], trial: Trial, targets: Sequence[int], until: float) -> Share:
    """Try the smallest again while there is time: a single visit five times in one trial."""
    shown, of = shrunk.shown, shrunk.of
    with suppress(LoadtestError, KeyboardInterrupt):  # how small it is stands already
        if len(shrunk.visits) == 1 and len(targets) > 1 and time.monotonic() < until:
            seen = trial(_copies(shrunk.visits[0], targets))
            _tell(f"{seen.of} of that visit, one after another: shown in {seen.again}")
            return Share(seen.again, seen.of, "visit")
        while of < _TRIALS and time.monotonic() < until:
            shown, of = shown + trial(shrunk.visits).is_again, of + 1
            _tell(f"the smallest once more: shown in {shown} of {of}")
    return Share(shown, of, "trial")


def _copies(visit: ListedVisit, targets: Sequence[int]) -> list[ListedVisit]:
    return [
        replace(visit, number=number, due_s=place * SPACING_S)
        for place, number in enumerate(targets[:_CONFIRMED])
    ]


def guesses_of(prepared: Prepared, scope: Scope) -> Iterator[tuple[ListedVisit, ...]]:
    """Yield what is tried before anything else: one visit, plain or as it was; then with those of its tab."""
    selection = prepared.selection
    candidates = [visit for visit in prepared.written.visits if visit.number in selection.targets]
    if not candidates:
        return
    one = min(candidates, key=lambda visit: point_rank(visit.at))
    plain = plain_visit(scope, one.number)
    if plain is not None and selection.finding.led_by is LedBy.OWN:
        yield (plain,)
    yield (replace(one, due_s=0.0, tab=None),)
    in_tab = [visit for visit in prepared.written.visits if visit.tab == one.tab and visit.due_s <= one.due_s]
    if one.tab is not None and len(in_tab) > 1:
        for some in (in_tab[-2:], in_tab):
            yield tuple(replace(visit, due_s=visit.due_s - some[0].due_s) for visit in some)


def _not_shown(shrunk: Shrunk[ListedVisit]) -> ExitCode:
    console = Console()
    match shrunk.stopped:
        case Stopped.INTERRUPTED:
            _say(console, "interrupted before anything showed it", "bold yellow")
            return ExitCode.INTERRUPTED
        case Stopped.SMALLEST:
            _say(console, "not seen any more: none of its visits shows it again", "bold green")
            return ExitCode.PASS
        case _:
            _say(console, f"not judged: no trial showed it ({shrunk.stopped})", "bold yellow")
            return ExitCode.INCONCLUSIVE


def _tell(line: str) -> None:
    print(shown(line, sys.stderr.encoding), file=sys.stderr, flush=True)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(shown(text, console.encoding), style=style), soft_wrap=True)
