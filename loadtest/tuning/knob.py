"""The number that is varied: the navigation rate, or any numeric key of a profile."""

import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from loadtest.apps.mistake import KeyPath, key_path
from loadtest.errors import ProfileError, UsageError
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Arrivals, Profile, Stage
from loadtest.profile.settings import Setting, put, read_setting
from loadtest.profile.text import write_text

__all__ = ["RATE", "Knob", "Pace", "peak_per_s", "read_knob"]

RATE = "rate"
"""The name of the knob that turns every stage's rate."""
_DIGITS = 4
"""Significant digits of what is written back."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a probe takes."""

    stage_s: float | None
    """Of load that is measured; None: the profile's own stages, which a key needs as they are."""
    warm_up_s: float
    """Of load before it."""


@dataclass(frozen=True, slots=True)
class Knob:
    """What is varied."""

    path: KeyPath
    """Empty: the navigation rate."""
    current: float
    """As the profile has it; of the rate: its peak."""
    is_whole: bool
    """Takes whole numbers alone."""

    @property
    def is_rate(self) -> bool:
        """Whether it is the navigation rate."""
        return not self.path

    @property
    def name(self) -> str:
        """The key as one writes it."""
        return key_path(self.path) if self.path else RATE

    def told(self, value: float) -> str:
        """Return a value as a person reads it: ``212/s``, ``users.max 40``."""
        return f"{value:.4g}/s" if self.is_rate else f"{self.name} {value:.4g}"

    def turn(self, data: MutableMapping[str, Any], value: float) -> None:
        """Set the knob in a profile's data, plain or with its comments."""
        if self.is_rate:
            _scale(data, value / self.current)
            return
        number = _short(value)
        wrong = put(data, Setting(self.path, number, ""))  # type: ignore[arg-type]  # tomlkit's tables are dicts
        assert wrong is None, "the key was there when the knob was read"

    def probe_data(self, profile: Profile, value: float, pace: Pace) -> dict[str, Any]:
        """Return the data of a short profile that says whether the thresholds hold at a value."""
        data = tomllib.loads(profile.text)
        data.pop("turns", None)
        data.pop("max_visits", None)
        if self.is_rate:
            data["stages"] = _flat_stages(_busiest(profile), value, pace)
            return data
        self.turn(data, value)
        if pace.stage_s is not None:
            _shorten(data, pace.stage_s)
        return data


def read_knob(profile: Profile, key: str) -> Knob:
    """Read what ``--vary`` names.

    Raises:
        UsageError: it is no number of this profile.
    """
    if key == RATE:
        if profile.is_closed:
            raise UsageError(
                f"--vary rate: {profile.source} has no rate: its users go on when they are done; "
                "vary users.max, or give its stages a rate_per_s"
            )
        return Knob((), peak_per_s(profile), is_whole=False)
    try:
        path = read_setting(f"{key}=0").path
    except ValueError:
        raise UsageError(
            f"--vary {key}: is not a key, such as rate, users.max or departures[0].weight"
        ) from None
    value = _value_at(profile, path, key)
    knob = Knob(path, float(value), is_whole=False)
    return Knob(path, float(value), is_whole=not _accepts(profile, knob, value + 0.5))


def peak_per_s(profile: Profile) -> float:
    """Return the highest rate that a profile plans."""
    return max(max(piece.from_per_s, piece.to_per_s) for stage in profile.stages for piece in stage.pieces)


def _busiest(profile: Profile) -> Stage:
    def top(stage: Stage) -> float:
        return max(max(piece.from_per_s, piece.to_per_s) for piece in stage.pieces)

    return max((stage for stage in profile.stages if stage.pieces), key=top)


def _flat_stages(stage: Stage, value: float, pace: Pace) -> list[dict[str, Any]]:
    spread: dict[str, Any] = {"rate_per_s": value, "arrivals": str(stage.arrivals)}
    if stage.arrivals is Arrivals.BURSTS:
        spread["burst_size"] = stage.burst_size
    measured = [{"duration_s": pace.stage_s, **spread}]
    warm_up = [{"duration_s": pace.warm_up_s, **spread, "warm_up": True}] if pace.warm_up_s else []
    return warm_up + measured


def _shorten(data: Mapping[str, Any], stage_s: float) -> None:
    """Scale the stages so that those that are measured take so long together."""
    stages = data["stages"]
    whole_s = sum(stage["duration_s"] for stage in stages if not stage.get("warm_up"))
    for stage in stages:
        for key in ("duration_s", "spike_s", "period_s"):
            if key in stage:
                stage[key] = stage[key] * stage_s / whole_s


def _scale(data: Mapping[str, Any], factor: float) -> None:
    for stage in data["stages"]:
        rate = stage["rate_per_s"]
        if isinstance(rate, list):
            for index, end in enumerate(rate):
                rate[index] = _short(end * factor)
        else:
            stage["rate_per_s"] = _short(rate * factor)


def _short(value: float) -> int | float:
    number = float(f"{value:.{_DIGITS}g}")
    return int(number) if number.is_integer() else number


def _value_at(profile: Profile, path: KeyPath, key: str) -> float:
    node: Any = tomllib.loads(profile.text)
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            raise UsageError(
                f"--vary {key}: {profile.source} does not say it; write it there, or give --set {key}=…, "
                "so that it is known where to begin"
            ) from None
    if isinstance(node, bool) or not isinstance(node, int | float):
        raise UsageError(f"--vary {key}: {node!r} is not a number, so it cannot be varied")
    if node <= 0:
        raise UsageError(f"--vary {key}: {node!r} is not above 0; give --set {key}=… with a number that is")
    return node


def _accepts(profile: Profile, knob: Knob, value: float) -> bool:
    data = tomllib.loads(profile.text)
    put(data, Setting(knob.path, value, ""))
    try:
        parse_profile(write_text(data), name=profile.name, source=profile.source)
    except ProfileError:
        return False
    return True
