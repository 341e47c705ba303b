"""What is left when a finding's visits have been shrunk, in words and as files."""

import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from loadtest.apps.preset import PRESETS
from loadtest.errors import UsageError
from loadtest.navigation.point import POINTS
from loadtest.profile.listing import ListedVisit
from loadtest.profile.model import Profile
from loadtest.replay.reduced_profile import Told, reduced_profile
from loadtest.replay.script.script import Showing, write_script
from loadtest.replay.script.source import CannotScriptError
from loadtest.replay.script.turns import row_of, turns_of
from loadtest.replay.shrink import Shrunk, Stopped
from loadtest.report.finding import Finding
from loadtest.report.wording import amount, clipped

__all__ = ["Destination", "Share", "Smallest"]

_LONGEST = 120
_KINDS = 4
_WIDTH = 100
_STOPPED = {
    Stopped.SMALLEST: "smallest",
    Stopped.BUDGET: "smallest so far (time was up: --budget-s gives more)",
    Stopped.INTERRUPTED: "smallest so far (interrupted)",
    Stopped.UNJUDGED: "smallest so far (trial after trial could not be judged)",
}


class Destination:
    """Where the profile goes, and the script beside it: new files, unless it is forced."""

    def __init__(self, path: Path, *, force: bool) -> None:
        self.profile = path
        self.script = path.with_suffix(".py")
        self._force = force

    def check(self) -> None:
        """Make sure, before any load, that both files can be written.

        Raises:
            UsageError: one is there already, or its folder is not, or both would be one.
        """
        if self.profile == self.script:
            raise UsageError(f"--out {self.profile}: names the profile; its script goes beside it, as .py")
        there = [path for path in (self.profile, self.script) if path.exists()]
        if there and not self._force:
            raise UsageError(f"--out {there[0]}: is there already; name another file, or give --force")
        if not self.profile.parent.is_dir():
            raise UsageError(f"--out {self.profile}: there is no folder {self.profile.parent}")

    @staticmethod
    def save(path: Path, text: str) -> None:
        """Write one of them.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--out {path}: cannot be written: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Share:
    """How often the smallest list showed the finding."""

    shown: int
    of: int
    unit: str
    """``trial``, or ``visit``: of a single visit, several were sent in one trial."""

    def __str__(self) -> str:
        return f"{self.shown:,} of {amount(self.of, self.unit)}"


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest list of visits that shows a finding."""

    finding: Finding
    shrunk: Shrunk[ListedVisit]
    share: Share
    profile: Profile
    """The one that found it."""
    host: str
    origin: str
    """The command that made it."""

    def save(self, destination: Destination) -> Iterator[str]:
        """Write the profile and, if it can be had, the script; yield what is to be said of them.

        Raises:
            UsageError: a file cannot be written.
            ProfileError: the visits make no profile.
        """
        told = Told(clipped(self.finding.what, _LONGEST), list(self._comment(destination)))
        reduced = reduced_profile(self.profile, self.shrunk.visits, told)
        destination.save(destination.profile, reduced.text)
        yield f"written: {destination.profile}"
        yield f"  {self._run(destination)}"
        try:
            text = self._script(reduced, destination.script.name)
        except CannotScriptError as error:
            yield f"no script: {error}"
            return
        destination.save(destination.script, text)
        yield f"written: {destination.script}, {text.count(chr(10))} lines, needs websocket-client alone"
        yield f"  python {shlex.quote(str(destination.script))} {shlex.quote(self.host)}"

    def verdict(self) -> str:
        """Return what it is, and how often it was shown."""
        return f"{_STOPPED[self.shrunk.stopped]}: {self._kinds()}: shown in {self.share}"

    def _kinds(self) -> str:
        visits = self.shrunk.visits
        kinds = dict.fromkeys(map(_kind, visits))
        listed = "; ".join(kinds) if len(kinds) <= _KINDS else f"{len(kinds)} kinds"
        tabs = {visit.tab for visit in visits}
        where = " in one tab" if len(visits) > 1 and len(tabs) == 1 and None not in tabs else ""
        return f"{amount(len(visits), 'visit')}{where} that leave{'s' if len(visits) == 1 else ''} {listed}"

    def _comment(self, destination: Destination) -> Iterator[str]:
        yield from wrap(f"This is the {self.verdict()}.", _WIDTH)
        yield f"Written by: {self.origin}"
        yield ""
        yield f"    {self._run(destination)}"

    def _run(self, destination: Destination) -> str:
        return f"loadtest run {shlex.quote(str(destination.profile))} --host {shlex.quote(self.host)}"

    def _script(self, reduced: Profile, name: str) -> str:
        table = PRESETS[reduced.app.preset].table.model_validate(tomllib.loads(reduced.text)["app"])
        showing = Showing(
            host=self.host.rstrip("/"),
            expect=clipped(self.finding.what, _LONGEST),
            name=name,
            turns=turns_of(reduced, self.shrunk.visits),
            row=row_of(reduced, self.shrunk.visits),
        )
        return write_script(reduced, table, showing)


def _kind(visit: ListedVisit) -> str:
    manner = f" by {visit.manner}" if visit.manner else ""
    over = f", over {visit.transport}" if visit.transport else ""
    if visit.after_s is not None:
        return f"by the clock{manner}{over}"
    point = POINTS.get(visit.at or "")
    if point is None:
        return f"after a stay{over}"
    return f"at {point.id} ({point.client_has}){manner}{over}"
