"""The real trial: a headless run of the visits, with a folder of its own."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.errors import ExitCode, LoadtestError, UnjudgedError, UsageError
from loadtest.profile.listing import ListedVisit
from loadtest.replay.count import Count, Wanted, count_again
from loadtest.replay.trial import Seen
from loadtest.replay.written import with_visits
from loadtest.report.info import ReplayOf, RunInfo
from loadtest.report.run import read_run
from loadtest.swarm.headless import HeadlessRun, Overseer, RunRequest, run_headless

__all__ = ["Aim", "HeadlessTrial", "Replayed"]

_SUFFIX = "-replay"
"""Of the profile's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where the visits are sent again, and how."""

    host: str
    out: Path | None = None
    """The run's folder; None: a new one in ``results``."""
    results: Path = Path("results")
    workers: int = 1
    require_hooks: bool = False
    allow_hosts: tuple[str, ...] = ()
    collector_bind: str = "127.0.0.1:0"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay that has been made and judged."""

    count: Count
    folder: Path


@dataclass(frozen=True, slots=True)
class HeadlessTrial:
    """Sends visits to an app, and looks for a finding in what it shows then."""

    info: RunInfo
    """Of the run that has the finding."""
    number: int
    """The finding's place in it, from 1 on."""
    wanted: Wanted
    aim: Aim
    log: Path | None = None
    """Takes what the runs say; None: they say it on standard error."""
    folders: list[Path] = field(default_factory=list)
    """Those of the runs that were made, the last one last."""

    def __call__(self, visits: Sequence[ListedVisit]) -> Seen:
        """Send these visits (see ``Trial``)."""
        return self.run(visits).count.seen

    def run(self, visits: Sequence[ListedVisit]) -> Replayed:
        """Send these visits, and return what came of it, with the run's folder.

        Raises:
            UnjudgedError: nobody can say whether the finding is still there.
            UsageError: nothing can be sent there, so; or (a ProfileError) they make no profile.
        """
        with tempfile.TemporaryDirectory(prefix="loadtest-replay-") as place:
            profile = Path(place) / f"{_name(self.info.profile)}.toml"
            profile.write_text(self.profile_text(visits), encoding="utf-8")
            overseer = None if self.log is None else Overseer(lambda _: False, self.log)
            ended = run_headless(self._request(profile), overseer)
        if ended.folder is None:
            raise _nothing_sent(ended, self.log)
        self.folders.append(ended.folder)
        sent = {visit.number for visit in visits}
        records = [record for record in self.wanted.records if record.number in sent]
        count = count_again(read_run(ended.folder), Wanted(self.wanted.finding, records))
        return Replayed(count, ended.folder)

    def profile_text(self, visits: Sequence[ListedVisit]) -> str:
        """Return the profile that lists these visits of the run's app."""
        return with_visits(
            self.info.profile_text,
            visits,
            seed=self.info.seed,
            description=f"Finding {self.number} of run {self.info.id}, sent again",
        )

    def _request(self, profile: Path) -> RunRequest:
        aim = self.aim
        return RunRequest(
            profile=str(profile),
            host=aim.host,
            out=aim.out,
            results=aim.results,
            workers=aim.workers,
            require_hooks=aim.require_hooks,
            allow_hosts=aim.allow_hosts,
            collector_bind=aim.collector_bind,
            replay_of=ReplayOf(self.info.id, self.number),
        )


def _nothing_sent(ended: HeadlessRun, log: Path | None) -> LoadtestError:
    """Return why there is no folder.

    Args:
        log: what the run said; None: it has said so on standard error already.
    """
    if ended.was_interrupted:
        return UnjudgedError("it was interrupted", ExitCode.INTERRUPTED)
    said = log.read_text(encoding="utf-8", errors="replace").strip() if log else ""
    if ended.exit_code == ExitCode.USAGE:
        return UsageError(said or "nothing was sent")
    return UnjudgedError(f"nothing was sent: Locust ended with status {ended.exit_code}")


def _name(profile: str) -> str:
    stem = re.sub(r"[^\w.-]+", "_", profile).strip("._-")[:80] or "run"
    return stem if stem.endswith(_SUFFIX) else stem + _SUFFIX
