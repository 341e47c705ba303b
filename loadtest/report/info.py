"""What ``run.json`` holds: what ran, when, on what, and how it ended."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from loadtest.errors import ExitCode
from loadtest.metrics.abort import Abort
from loadtest.report.conditions import GeneratorInfo, QuietInfo, read_generator, read_quiet
from loadtest.report.course import Aborted, StageInfo, TurnInfo

__all__ = [
    "SCHEMA",
    "Ended",
    "GeneratorInfo",
    "QuietInfo",
    "ReplayOf",
    "RunInfo",
    "RunVerdict",
    "StageInfo",
    "TurnInfo",
]

SCHEMA = 1
"""Version of ``run.json`` and of ``summary.json``."""


class Ended(StrEnum):
    """How a run came to its end."""

    RUNNING = "running"
    """It did not yet, or it was killed."""
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    ABORTED = "aborted"
    """A threshold that may end a run did not hold; everything else came as at every end."""

    @property
    def is_in_order(self) -> bool:
        """Whether every visit that began could end, and the server had its quiet."""
        return self in (Ended.FINISHED, Ended.ABORTED)


class RunVerdict(StrEnum):
    """The verdict over a whole run."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ReplayOf:
    """What a replay sends again."""

    run: str
    """The run's id."""
    finding: int
    """The finding's place among those of that run, from 1 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One run, without its figures."""

    id: str
    """16 hex digits: the first half of its navigations' trace ids."""
    profile: str
    profile_source: str
    profile_text: str
    description: str
    seed: int
    host: str
    versions: Mapping[str, str]
    started_at: datetime
    duration_s: float
    """As planned, without the quiet."""
    workers: int
    users: int
    t0_at: datetime | None = None
    finished_at: datetime | None = None
    require_hooks: bool = False
    ended: Ended = Ended.RUNNING
    under_way: int = 0
    """Visits that had not ended when the run was cut off: they have no record."""
    lost_numbers: int = 0
    """Navigations of a worker that died: nobody knows what became of them."""
    astray: int = 0
    """Navigations that came as they were before a turn of the live knob, because their worker heard of it too
    late: where ``profile_text`` has them otherwise."""
    silent_boots: tuple[str, ...] = ()
    """Boot ids of hooked server processes that saw this run and had stopped pushing at its end."""
    dead_boots: tuple[str, ...] = ()
    """Boot ids of processes, those that no visit reached too, that had stopped pushing and are known to have
    ended: they ran on this machine, and are there no more."""
    refused: tuple[str, ...] = ()
    """Why the last word of a server process could not be read, for each: what it counted nobody knows."""
    generator: GeneratorInfo | None = None
    quiet: QuietInfo | None = None
    """None when the run was over before its quiet was: residue is then not judged."""
    assertions: tuple[str, ...] = ()
    """The names of what the clients had to see."""
    gauges: tuple[str, ...] = ()
    """The names of what the hooks had to read."""
    thresholds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stages: tuple[StageInfo, ...] = ()
    """In order of time; none in the files of an older release."""
    turns: tuple[TurnInfo, ...] = ()
    replay_of: ReplayOf | None = None
    """Given: its visits are those of another run's finding."""
    aborts: tuple[Abort, ...] = ()
    """Those of the thresholds that may end the run."""
    aborted: Aborted | None = None
    """The one that did."""
    broken_off: str | None = None
    """The fault on our side for which the run could not go on, such as a full disk; it stays ``running``."""
    verdict: RunVerdict = RunVerdict.INCONCLUSIVE
    """What a killed run leaves behind; only a finished verdict replaces it."""
    exit_code: ExitCode = ExitCode.INCONCLUSIVE

    @property
    def warm_up_s(self) -> float:
        """When the warm-up ends, in seconds after t0; 0 without one. It comes before all other stages."""
        return max((one.start_s + one.duration_s for one in self.stages if one.is_warm_up), default=0.0)

    @property
    def warm_up_ends_at(self) -> float | None:
        """The same in wall time, seconds; None where nothing is to be left out of the figures."""
        return self.t0_at.timestamp() + self.warm_up_s if self.t0_at and self.warm_up_s else None

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``run.json``."""
        generator, quiet = self.generator, self.quiet
        return {
            "schema": SCHEMA,
            "id": self.id,
            "profile": self.profile,
            "profile_source": self.profile_source,
            "description": self.description,
            "seed": self.seed,
            "host": self.host,
            "versions": dict(self.versions),
            "started_at": _from_time(self.started_at),
            "t0_at": _from_time(self.t0_at, "microseconds"),  # what both sides' times are compared by
            "finished_at": _from_time(self.finished_at),
            "duration_s": self.duration_s,
            "workers": self.workers,
            "users": self.users,
            "require_hooks": self.require_hooks,
            "ended": self.ended,
            "under_way": self.under_way,
            "lost_numbers": self.lost_numbers,
            "astray": self.astray,
            "silent_boots": list(self.silent_boots),
            "dead_boots": list(self.dead_boots),
            "refused": list(self.refused),
            "generator": generator and generator.to_json(),
            "quiet": quiet and asdict(quiet),
            "assertions": list(self.assertions),
            "gauges": list(self.gauges),
            "thresholds": {metric: list(texts) for metric, texts in self.thresholds.items()},
            "stages": [stage.to_json() for stage in self.stages],
            "turns": [turn.to_json() for turn in self.turns],
            "replay_of": self.replay_of and asdict(self.replay_of),
            "aborts": [asdict(abort) for abort in self.aborts],
            "aborted": self.aborted and self.aborted.to_json(),
            "broken_off": self.broken_off,
            "verdict": self.verdict,
            "exit_code": int(self.exit_code),
            "profile_text": self.profile_text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RunInfo":
        """Read what ``to_json`` returned.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: the data does not have that form.
        """
        return cls(
            id=data["id"],
            profile=data["profile"],
            profile_source=data["profile_source"],
            profile_text=data["profile_text"],
            description=data["description"],
            seed=data["seed"],
            host=data["host"],
            versions=dict(data["versions"]),
            started_at=datetime.fromisoformat(data["started_at"]),
            t0_at=_to_time(data["t0_at"]),
            finished_at=_to_time(data["finished_at"]),
            duration_s=data["duration_s"],
            workers=data["workers"],
            users=data["users"],
            require_hooks=data["require_hooks"],
            ended=Ended(data["ended"]),
            under_way=data["under_way"],
            lost_numbers=data["lost_numbers"],
            astray=data.get("astray", 0),
            silent_boots=tuple(data["silent_boots"]),
            dead_boots=tuple(data["dead_boots"]),
            refused=tuple(data.get("refused", ())),
            generator=read_generator(data["generator"]),
            quiet=read_quiet(data["quiet"]),
            assertions=tuple(data["assertions"]),
            gauges=tuple(data.get("gauges", ())),
            thresholds={metric: tuple(texts) for metric, texts in data["thresholds"].items()},
            stages=tuple(StageInfo.from_json(stage) for stage in data.get("stages", ())),
            turns=tuple(TurnInfo.from_json(turn) for turn in data.get("turns", ())),
            replay_of=ReplayOf(**of) if (of := data.get("replay_of")) else None,
            aborts=tuple(Abort(**abort) for abort in data.get("aborts", ())),
            aborted=Aborted.from_json(data["aborted"]) if data.get("aborted") else None,
            broken_off=data.get("broken_off"),
            verdict=RunVerdict(data["verdict"]),
            exit_code=ExitCode(data["exit_code"]),
        )


def _from_time(at: datetime | None, precision: str = "milliseconds") -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _to_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
