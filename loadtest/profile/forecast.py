"""What a profile is expected to bring: how many visits of each departure, and how long one takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.navigation.act import Think
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice, Mix
from loadtest.navigation.draw import Distribution
from loadtest.navigation.journey import Move
from loadtest.navigation.states import TARGET_OF, State
from loadtest.profile.curve import Curve
from loadtest.profile.model import Profile

__all__ = ["Expected", "departures_of", "visit_s", "visits_of"]

_QUANTILES = 1000
_DWELLING = frozenset({State.STEADY, State.HALF_FRAME, State.HALF_BINARY, State.PINGED, State.NAMESPACE_LEFT})
"""Who is to leave in these states dwells before."""
_PAGE_ONLY: Mapping[Move, float] = {Move.ABANDON: 1.0, Move.PREFETCH: 0.5}
"""The share of these moves that ends with the page."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A choice of a profile, and how many visits will leave so."""

    choice: Choice
    visits: float


def visits_of(profile: Profile) -> float | None:
    """Return how many navigations are due on average.

    Of a closed model: how many there would be if the server took no time; None when that is no number.
    """
    if not profile.is_closed:
        count = Curve(profile.stages, profile.turns).mass
    elif round_s := profile.wait_s.mean + visit_s(profile):
        tab_s = sum(sum(stage.users or ()) / 2 * stage.duration_s for stage in profile.stages)
        count = tab_s / round_s
    else:
        return None if profile.max_visits is None else float(profile.max_visits)
    return count if profile.max_visits is None else min(count, float(profile.max_visits))


def departures_of(profile: Profile) -> Sequence[Expected]:
    """Return how many visits of each choice are due on average, whatever its weight is turned to.

    Of a closed model whose visits take no time: the shares, which add up to 1.
    """
    total = visits_of(profile)
    total = 1.0 if total is None else total
    mixes = [(0.0, profile.mix), *profile.later_mixes]
    ends = [*(at_s for at_s, _ in mixes[1:]), profile.duration_s]
    visits = [0.0] * len(profile.mix.choices)
    before = 0.0
    for (_, mix), end_s in zip(mixes, ends, strict=True):
        by_then = min(_visits_by(profile, end_s, total), total)
        weight = sum(choice.weight for choice in mix.choices)
        for index, choice in enumerate(mix.choices):
            visits[index] += max(by_then - before, 0.0) * choice.weight / weight
        before = max(by_then, before)
    return [Expected(choice, count) for choice, count in zip(profile.mix.choices, visits, strict=True)]


def _visits_by(profile: Profile, now_s: float, total: float) -> float:
    if profile.is_closed:
        return total * min(now_s / profile.duration_s, 1.0)
    return Curve(profile.stages, profile.turns).mass_at(now_s)


def visit_s(profile: Profile, mix: Mix | None = None) -> float:
    """Return the mean time of a visit, in seconds.

    It is what a profile says alone: dwelling, clocks, jitter, thinking. What the server and the network take
    is unknown before the run, and so is when a server pings (P21 waits for that).
    """
    mix = mix or profile.mix
    weight = sum(choice.weight for choice in mix.choices)
    dwell_s = _mean_above(mix.dwell_s, mix.least_dwell_s) + sum(
        act.seconds.mean for act in profile.app.access.steps if isinstance(act, Think)
    )
    mean_s = sum(_choice_s(choice, dwell_s) * choice.weight for choice in mix.choices) / weight
    moves = profile.journey.weights
    all_moves = sum(moves.values())
    if not all_moves:
        return mean_s
    return mean_s * (1 - sum(moves.get(move, 0.0) * share for move, share in _PAGE_ONLY.items()) / all_moves)


def _choice_s(choice: Choice, dwell_s: float) -> float:
    extra_s = choice.after_s.mean if choice.after_s else 0.0
    dwells = choice.at == STAY or (choice.at != BY_CLOCK and TARGET_OF[choice.at] in _DWELLING)
    return extra_s + (dwell_s if dwells else 0.0)


def _mean_above(law: Distribution, least_s: float) -> float:
    """Return the mean of the larger of a random duration and ``least_s``."""
    if not least_s:
        return law.mean
    quantiles = ((index + 0.5) / _QUANTILES for index in range(_QUANTILES))
    return sum(max(law.at(u), least_s) for u in quantiles) / _QUANTILES
