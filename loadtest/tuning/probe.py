"""One probe: a short headless run at one value, watched, and judged from its folder."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import RunFolderError
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Schedule
from loadtest.profile.text import write_text
from loadtest.report.run import read_run
from loadtest.swarm.headless import Overseer, RunRequest, run_headless
from loadtest.tuning.judgement import Judgement, Word, judge_probe
from loadtest.tuning.knob import Knob, Pace
from loadtest.tuning.watch import ProbeWatch

__all__ = ["Probed", "Prober"]


@dataclass(frozen=True, slots=True)
class Probed:
    """One probe and what it said."""

    number: int
    """From 1 on."""
    value: float
    seed: int
    folder: Path | None
    took_s: float
    judgement: Judgement
    was_called_off: bool = False
    was_interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Prober:
    """Runs probes of one profile into one folder."""

    profile: Profile
    """With its app found out."""
    knob: Knob
    pace: Pace
    folder: Path
    """Gets ``01.toml``, ``01.log`` and the run's folder ``01`` for the first probe."""
    host: str
    workers: int = 1
    require_hooks: bool = False
    allow_hosts: tuple[str, ...] = ()

    def probe(self, number: int, value: float) -> Probed:
        """Run one probe; each has arrivals of its own: its seed is the profile's + its number."""
        began = time.monotonic()
        name, seed = f"{number:02}", self.profile.seed + number
        self.folder.mkdir(parents=True, exist_ok=True)
        text = write_text({**self.knob.probe_data(self.profile, value, self.pace), "seed": seed})
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        short = parse_profile(text, name=name, source=str(path))
        warm_up_s = sum(stage.duration_s for stage in short.stages if stage.is_warm_up)
        watch = ProbeWatch(short.thresholds, warm_up_s, _expected(short, warm_up_s))
        request = RunRequest(
            profile=str(path),
            host=self.host,
            out=self.folder / name,
            results=self.folder.parent,  # where no run of its own lies: `latest` stays as it is
            workers=self.workers,
            require_hooks=self.require_hooks,
            allow_hosts=self.allow_hosts,
        )
        ended = run_headless(request, Overseer(watch.is_enough, self.folder / f"{name}.log"))
        if ended.folder is None:
            judgement = Judgement(Word.UNCLEAR, self._last_words(name))
        else:
            judgement = self._judge(ended.folder, watch.reason if ended.was_called_off else "")
        return Probed(
            number=number,
            value=value,
            seed=seed,
            folder=ended.folder,
            took_s=time.monotonic() - began,
            judgement=judgement,
            was_called_off=ended.was_called_off,
            was_interrupted=ended.was_interrupted,
        )

    def _judge(self, folder: Path, enough: str) -> Judgement:
        try:
            return judge_probe(read_run(folder), enough=enough)
        except RunFolderError as error:
            return Judgement(Word.UNCLEAR, str(error))

    def _last_words(self, name: str) -> str:
        lines = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "the run did not begin")


def _expected(profile: Profile, warm_up_s: float) -> float:
    """Return how many visits the measured part will have; nobody knows for a closed model."""
    if profile.is_closed:
        return math.inf
    schedule = Schedule(profile.stages, profile.seed)
    return sum(arrival.due_s >= warm_up_s for arrival in schedule.arrivals())
