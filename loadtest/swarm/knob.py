"""The live knob: what a turn of a running load makes of its profile, and what ``run.json`` tells of it."""

import re
from collections.abc import Callable

from loadtest.errors import ProfileError, UsageError
from loadtest.profile.load import add_turn
from loadtest.profile.model import Profile, Rate, Turn
from loadtest.report.info import StageInfo, TurnInfo

__all__ = ["LISTED", "stages_of", "turn_of", "turn_profile", "turns_of"]

LISTED = "a list of visits cannot be turned: each comes when it is due, and leaves as it says"
_LEAD_S = 1.0
"""Between a turn and what is due by it: by then every worker has heard of it."""
_READ_S = 0.5
"""Of that, so much may pass until the profile has been read again."""
_KEY = re.compile(r"^.*?: turns\[\d+\]\.")
"""Where a mistake is in the profile: whoever turns the knob did not write it there."""


def turn_profile(
    profile: Profile,
    rate: Rate | None,
    weights: tuple[float, ...] | None,
    *,
    elapsed_s: Callable[[], float],
    time_s: float,
) -> tuple[Profile, Turn]:
    """Return the profile with a turn about a second from now in it, and the turn.

    Args:
        elapsed_s: says how many seconds after t0 it is.
        time_s: when the load ends.

    Raises:
        UsageError: it cannot be turned like this, or the load ends before.
    """
    if profile.listing is not None:
        raise UsageError(LISTED)
    if rate is None and weights is None:
        raise UsageError("nothing is turned; give a rate, or weights")
    if rate is not None and profile.is_closed:
        raise UsageError("rate: the stages have no rate that could be turned: they say users")
    lead_s = _LEAD_S
    while True:
        began_s = elapsed_s()
        at_s = round(max(began_s, 0.0) + lead_s, 3)
        if at_s >= time_s:
            left_s = max(time_s - began_s, 0.0)
            raise UsageError(f"the load ends in {left_s:.1f} s, before a turn can take effect")
        turn = Turn(at_s, rate, weights)
        try:
            turned = add_turn(profile, turn)
        except ProfileError as error:
            raise UsageError("\n".join(_KEY.sub("", mistake) for mistake in error.mistakes)) from error
        took_s = elapsed_s() - began_s
        if took_s <= lead_s - _READ_S:
            return turned, turn
        lead_s = _LEAD_S + 2 * took_s  # a large profile: it is read again, for a later time


def stages_of(profile: Profile) -> tuple[StageInfo, ...]:
    """Return a profile's stages with their place in time."""
    stages: list[StageInfo] = []
    start_s = 0.0
    for index, stage in enumerate(profile.stages):
        stages.append(StageInfo(index, start_s, stage.duration_s, stage.is_warm_up, stage.text))
        start_s += stage.duration_s
    return tuple(stages)


def turns_of(profile: Profile) -> tuple[TurnInfo, ...]:
    """Return a profile's turns: those that it was written with, and those of the live knob."""
    return tuple(map(turn_of, profile.turns))


def turn_of(turn: Turn) -> TurnInfo:
    """Return a turn as ``run.json`` and the web UI tell it."""
    return TurnInfo(turn.at_s, _rate_of(turn.rate), turn.weights)


def _rate_of(rate: Rate | None) -> str | float | None:
    if rate is None:
        return None
    return f"x{rate.value!r}".removesuffix(".0") if rate.is_factor else rate.value
