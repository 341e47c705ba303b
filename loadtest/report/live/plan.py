"""What a run set out to do, as the message ``run`` tells it: from ``run.json`` alone."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.errors import ProfileError
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.point import POINTS, find_point
from loadtest.profile.curve import Curve
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile, Turn
from loadtest.report.info import RunInfo

__all__ = ["tell_run"]

_MOST_POINTS = 400


def tell_run(info: RunInfo, folder: Path) -> dict[str, Any]:
    """Return the message; what a profile that cannot be read would say is empty."""
    data = info.to_json()
    try:
        profile = parse_profile(info.profile_text, name=info.profile, source=info.profile_source)
    except ProfileError:  # of another release, or of an app that only the run's own code knows
        profile = None
    return {
        "type": "run",
        **{key: data[key] for key in ("id", "profile", "description", "seed", "host")},
        "folder": str(folder),
        **{key: data[key] for key in ("started_at", "t0_at", "duration_s", "workers", "users", "ended")},
        **(_plan(profile, info.duration_s) if profile else _NO_PLAN),
    }


_NO_PLAN: Mapping[str, Any] = {
    "closed": False,
    "stages": [],
    "turns": [],
    "planned": [],
    "planned_users": [],
    "departures": [],
}


def _plan(profile: Profile, duration_s: float) -> dict[str, Any]:
    return {
        "closed": profile.is_closed,
        "stages": list(_stages(profile)),
        "turns": [_turn(turn) for turn in profile.turns],
        "planned": [] if profile.is_closed else _rates(profile, duration_s),
        "planned_users": _users(profile, duration_s) if profile.is_closed else [],
        "departures": list(_departures(profile)),
    }


def _stages(profile: Profile) -> Iterator[dict[str, Any]]:
    start_s = 0.0
    for index, stage in enumerate(profile.stages):
        yield {
            "index": index,
            "start_s": start_s,
            "duration_s": stage.duration_s,
            "warm_up": stage.is_warm_up,
            "text": stage.text,
        }
        start_s += stage.duration_s


def _turn(turn: Turn) -> dict[str, Any]:
    rate: str | float | None = None
    if turn.rate is not None:
        rate = str(turn.rate) if turn.rate.is_factor else turn.rate.value
    return {
        "at_s": turn.at_s,
        "rate": rate,
        "weights": None if turn.weights is None else list(turn.weights),
    }


def _rates(profile: Profile, duration_s: float) -> list[list[float]]:
    """Return the rate's corners, [seconds, navigations a second], or points of equal distance if too many."""
    curve = Curve(profile.stages, profile.turns)
    corners: list[list[float]] = []
    for segment in curve.segments:
        if segment.start_s >= duration_s:
            break
        end_s = min(segment.end_s, duration_s)
        for at_s in (segment.start_s, end_s):
            corner = [round(at_s, 3), round(segment.rate_at(at_s), 3)]
            if corners[-1:] != [corner]:
                corners.append(corner)
    if len(corners) <= _MOST_POINTS:
        return corners
    return [[round(at_s, 3), round(curve.rate_at(at_s), 3)] for at_s in _grid(duration_s)]


def _users(profile: Profile, duration_s: float) -> list[list[float]]:
    """Return how many tabs are at work: [seconds, tabs]."""
    return [[round(at_s, 3), round(profile.users_at(at_s), 3)] for at_s in _grid(duration_s)]


def _grid(duration_s: float) -> Iterator[float]:
    return (duration_s * index / _MOST_POINTS for index in range(_MOST_POINTS))


def _departures(profile: Profile) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``[[departures]]`` with the weights that they have now."""
    if profile.listing is not None:  # what it says in any number of rows, told as few
        for index, choice in enumerate(profile.mix.choices):
            said = {"at": choice.at, "manner": choice.manner, "transport": choice.transport}
            yield {"index": index, "text": _departure(said), "weight": choice.weight}
        return
    rows: Sequence[Mapping[str, Any]] = tomllib.loads(profile.text).get("departures") or [{"at": STAY}]
    turned = [turn.weights for turn in profile.turns if turn.weights is not None]
    for index, row in enumerate(rows):
        weight = turned[-1][index] if turned else float(row.get("weight", 1.0))
        yield {"index": index, "text": _departure(row), "weight": weight}


def _departure(row: Mapping[str, Any]) -> str:
    at = str(row.get("at", BY_CLOCK))
    if at == STAY:
        return "after a stay, as a browser does"
    point = find_point(at)
    where = "by the clock" if at == BY_CLOCK else "at any point"
    if point is not None:
        where = f"at {point.id} ({POINTS[point.id].client_has})"
    manner = f", {row['manner']}" if "manner" in row else ""
    over = f", over {row['transport']}" if "transport" in row else ""
    return f"{where}{manner}{over}"
