"""What ``loadtest tune`` is asked for, and all of it that cannot be."""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtest.discovery.auto import resolve
from loadtest.errors import ProfileError, UsageError
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.text import write_text
from loadtest.swarm.hosts import check_host
from loadtest.tuning.knob import RATE, Knob, Pace, read_knob
from loadtest.tuning.search import Bounds

__all__ = ["TunePlan", "TuneRequest"]

_STAGE_S = 20.0
_WARM_UP_SHARE = 0.25
_BELOW, _ABOVE = 16.0, 64.0
"""Where the search may go when nobody says: from a 16th of the profile's own value to 64 times it."""
_KEY_ABOVE = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneRequest:
    """What was asked for."""

    profile: str
    host: str
    app: str = ""
    seed: int | None = None
    settings: tuple[str, ...] = ()
    vary: str = RATE
    lowest: float | None = None
    highest: float | None = None
    stage_s: float | None = None
    repeats: int = 3
    confidence: float = 0.9
    width: float = 0.05
    budget_s: float = 1200.0
    workers: int = 1
    require_hooks: bool = False
    allow_hosts: tuple[str, ...] = ()
    results: Path = Path("results")

    def plan(self, tell: Callable[[str], None]) -> "TunePlan":
        """Check all of it, and find the app out if need be; no load is sent.

        Raises:
            UsageError, ProfileError: with all that is wrong.
        """
        self._check_numbers()
        profile = load_profile(
            self.profile, app=self.app or None, seed=self.seed, settings=self.settings, finds_app=True
        )
        check_host(self.host, {*self.allow_hosts, *profile.allowed_hosts})
        profile = resolve(profile, self.host, tell)
        knob = read_knob(profile, self.vary)
        bounds = self._bounds(profile, knob)
        stage_s = self.stage_s or (_STAGE_S if knob.is_rate else None)
        pace = Pace(stage_s, (stage_s or 0.0) * _WARM_UP_SHARE)
        return TunePlan(profile, knob, bounds, pace)

    def _check_numbers(self) -> None:
        wrong = [
            text
            for is_wrong, text in (
                (
                    not 0.5 <= self.confidence < 1,
                    f"--confidence: {self.confidence:g} is not from 0.5 to below 1",
                ),
                (not 0 < self.width < 1, f"--width: {self.width:g} is not above 0 and below 1"),
                (not 0 < self.budget_s < math.inf, f"--budget-s: {self.budget_s:g} is not above 0"),
                (
                    self.stage_s is not None and not 1 <= self.stage_s < math.inf,
                    f"--stage-s: {self.stage_s or 0:g} is not 1 or more",
                ),
                *(
                    (value is not None and not 0 < value < math.inf, f"{name}: {value or 0:g} is not above 0")
                    for name, value in (("--from", self.lowest), ("--to", self.highest))
                ),
            )
            if is_wrong
        ]
        if not wrong and self.lowest and self.highest and self.lowest >= self.highest:
            wrong = [f"--from: {self.lowest:g} is not below --to, {self.highest:g}"]
        if wrong:
            raise UsageError("\n".join(wrong))

    def _bounds(self, profile: Profile, knob: Knob) -> Bounds:
        above = _ABOVE if knob.is_rate else _KEY_ABOVE
        lowest = self.lowest or min(knob.current / _BELOW, (self.highest or math.inf) / _BELOW)
        highest = self.highest or max(knob.current * above, lowest * above)
        if knob.is_whole:
            lowest, highest = math.ceil(lowest), math.floor(highest)
        wrong = []
        for name, value, is_said in (("--from", lowest, self.lowest), ("--to", highest, self.highest)):
            for mistake in _mistakes(profile, knob, value):
                more = "" if is_said else f"; give {name}"
                wrong.append(f"{name} {value:g}: {mistake}{more}")
        if wrong:
            raise UsageError("\n".join(wrong))
        return Bounds(
            lowest,
            highest,
            width=self.width,
            confidence=self.confidence,
            repeats=self.repeats,
            is_whole=knob.is_whole,
            may_fall=not knob.is_rate,
        )


@dataclass(frozen=True, slots=True)
class TunePlan:
    """What was asked for, checked."""

    profile: Profile
    knob: Knob
    bounds: Bounds
    pace: Pace


def _mistakes(profile: Profile, knob: Knob, value: float) -> list[str]:
    """Return what is wrong with a profile whose knob stands at a value."""
    data = tomllib.loads(profile.text)
    knob.turn(profile, data, value)
    try:
        parse_profile(write_text(data), name=profile.name, source=profile.source)
    except ProfileError as error:
        return error.mistakes
    return []
