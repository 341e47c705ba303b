"""The number that is varied: the navigation rate, or any numeric key of a profile."""

import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from loadtest.apps.mistake import KeyPath, key_path
from loadtest.errors import ProfileError, UsageError
from loadtest.profile.curve import Curve
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Arrivals, Profile, Rate
from loadtest.profile.rescale import NO_PEAK, rescaled
from loadtest.profile.settings import Setting, put, read_setting
from loadtest.profile.text import write_text

__all__ = ["RATE", "Knob", "Pace", "read_knob"]

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

    def turn(self, profile: Profile, data: MutableMapping[str, Any], value: float) -> None:
        """Set the knob in the profile's data, plain or with its comments."""
        changes: Iterable[Setting] = [Setting(self.path, value, "")]
        if self.is_rate:
            changes = rescaled(profile, data, Rate(value, is_factor=False), RATE)
        for change in changes:
            short = replace(change, value=_short(change.value))
            wrong = put(data, short)  # type: ignore[arg-type]  # tomlkit's tables are dicts
            assert wrong is None, "the key was there when the knob was read"

    def probe_data(self, profile: Profile, value: float, pace: Pace) -> dict[str, Any]:
        """Return the data of a short profile that says whether the thresholds hold at a value."""
        data = tomllib.loads(profile.text)
        data.pop("max_visits", None)
        if self.is_rate:
            data.pop("turns", None)
            data["stages"] = _flat_stages(profile, data, value, pace)
            return data
        self.turn(profile, data, value)
        if pace.stage_s is not None:
            _shorten(profile, data, pace.stage_s)
        return data


def read_knob(profile: Profile, key: str) -> Knob:
    """Read what ``--vary`` names.

    Raises:
        UsageError: it is no number of this profile.
    """
    if profile.listing is not None:
        raise UsageError(
            f"--vary {key}: {profile.source} lists its visits one by one, so each comes when it is due; "
            "tune a profile with [[stages]]"
        )
    if key == RATE:
        if profile.is_closed:
            raise UsageError(
                f"--vary rate: {profile.source} has no rate: its users go on when they are done; "
                "vary users.max, or give its stages a rate_per_s"
            )
        peak_per_s = Curve(profile.stages, profile.turns).peak_per_s
        if not peak_per_s:
            raise UsageError(f"--vary rate: {profile.source}: {NO_PEAK}")
        return Knob((), peak_per_s, is_whole=False)
    try:
        path = read_setting(f"{key}=0").path
    except ValueError:
        raise UsageError(
            f"--vary {key}: is not a key, such as rate, users.max or departures[0].weight"
        ) from None
    value = _value_at(profile, path, key)
    knob = Knob(path, float(value), is_whole=False)
    return Knob(path, float(value), is_whole=not _accepts(profile, knob, value + 0.5))


def _flat_stages(profile: Profile, data: Mapping[str, Any], value: float, pace: Pace) -> list[dict[str, Any]]:
    """Return stages at one rate, with the arrivals of the profile's busiest stage."""
    tops = [max(max(piece.from_per_s, piece.to_per_s) for piece in stage.pieces) for stage in profile.stages]
    index = tops.index(max(tops))
    stage, row = profile.stages[index], data["stages"][index]
    # recorded arrivals are left as they were, and that is random; none of it is in a stage without the trace
    is_recorded = "trace" in row and "arrivals" not in row
    arrivals = Arrivals.POISSON if is_recorded else stage.arrivals
    spread: dict[str, Any] = {"rate_per_s": value, "arrivals": str(arrivals)}
    if arrivals is Arrivals.BURSTS:
        spread["burst_size"] = stage.burst_size
    measured = [{"duration_s": pace.stage_s, **spread}]
    warm_up = [{"duration_s": pace.warm_up_s, **spread, "warm_up": True}] if pace.warm_up_s else []
    return warm_up + measured


def _shorten(profile: Profile, data: Mapping[str, Any], stage_s: float) -> None:
    """Scale the stages so that those that are measured take so long together; rates and turns stay theirs."""
    rows = data["stages"]
    for row, stage in zip(rows, profile.stages, strict=True):
        row.setdefault("duration_s", stage.duration_s)
        if "trace" in row:  # without a rate, all that was recorded would come in the shorter time
            row.setdefault("rate_per_s", Curve([stage]).mass / row["duration_s"])
    whole_s = sum(row["duration_s"] for row in rows if not row.get("warm_up"))
    for row in rows:
        for key in ("duration_s", "spike_s", "period_s"):
            if key in row:
                row[key] = row[key] * stage_s / whole_s
    for turn in data.get("turns", ()):
        turn["at_s"] = turn["at_s"] * stage_s / whole_s


def _short(value: Any) -> Any:
    """Return a number, or a list of them, in as many digits as are written back."""
    if isinstance(value, list):
        return [_short(end) for end in value]
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
