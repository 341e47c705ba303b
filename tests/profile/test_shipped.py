"""The profiles that come with the package: each says for whom it is, and fits any app and a small machine."""

from dataclasses import dataclass

import pytest

from loadtest.apps.auto import AUTO
from loadtest.navigation.point import POINTS, Transport
from loadtest.profile.curve import Curve
from loadtest.profile.load import load_profile, shipped_profiles


@dataclass(frozen=True, slots=True)
class Planned:
    """What a profile's file must come to."""

    duration_s: float
    visits: int
    peak_per_s: float
    max_users: int
    moves: frozenset[str] = frozenset()
    thresholds: int = 0
    """So many figures have thresholds; with 0 the default ones count."""


def moving(*moves: str) -> frozenset[str]:
    return frozenset(moves)


SHIPPED = {
    "ci_smoke": Planned(20, 400, 20, 100, moving("navigate", "reload", "back"), 13),
    "demo": Planned(15, 488, 35, 100),
    "explore": Planned(29, 1450, 50, 400, moving("navigate", "reload", "back")),
    "flaky_mobile": Planned(30, 562, 20, 300, moving("reconnect", "navigate", "reload")),
    "hub_and_spoke": Planned(30, 700, 25, 200, moving("navigate", "back", "reload")),
    "impatient": Planned(30, 838, 30, 300, moving("navigate", "reload", "back")),
    "nicegui": Planned(35, 1638, 50, 300),
    "prefetcher": Planned(30, 700, 25, 200, moving("prefetch", "abandon", "navigate")),
    "refresh_storm": Planned(50, 850, 60, 400, moving("reconnect", "reload", "navigate")),
    "soak": Planned(3660, 21810, 10, 300, moving("navigate", "reload", "back", "reconnect"), 8),
    "tab_hoarder": Planned(30, 300, 10, 500),
}
OF_ONE_APP = {"demo", "nicegui"}
FOR_ANY_APP = sorted(SHIPPED.keys() - OF_ONE_APP)


def test_these_are_shipped() -> None:
    assert list(shipped_profiles()) == list(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_profile_says_for_whom_it_is_and_what_it_does(name: str) -> None:
    first, *_ = shipped_profiles()[name].read_text(encoding="utf-8").splitlines()
    profile = load_profile(name, finds_app=True)

    assert first.startswith("# For ")
    assert 20 <= len(profile.description) <= 90
    assert "\n" not in profile.description


@pytest.mark.parametrize(("name", "planned"), SHIPPED.items(), ids=SHIPPED)
def test_a_shipped_profile_is_as_long_and_as_heavy_as_this(name: str, planned: Planned) -> None:
    profile = load_profile(name, finds_app=True)
    curve = Curve(profile.stages)

    assert profile.duration_s == planned.duration_s
    assert round(curve.mass) == planned.visits
    assert max(max(segment.from_per_s, segment.to_per_s) for segment in curve.segments) == planned.peak_per_s
    assert profile.max_users == planned.max_users
    assert profile.journey.weights.keys() == planned.moves
    assert len(profile.thresholds) == planned.thresholds
    assert any(choice.at == "stay" for choice in profile.mix.choices)


@pytest.mark.parametrize("transports", [[*Transport], *([transport] for transport in Transport)], ids=str)
@pytest.mark.parametrize("name", FOR_ANY_APP)
def test_a_profile_for_any_app_says_none_and_leaves_wherever_its_transports_lead(
    name: str, transports: list[Transport]
) -> None:
    names = ", ".join(f'"{transport}"' for transport in transports)
    app = f'app={{ preset = "generic", transports = [{names}] }}'

    unsaid = load_profile(name, finds_app=True)
    profile = load_profile(name, settings=[app])

    assert unsaid.app.preset == AUTO
    assert {choice.transport for choice in profile.mix.choices} == {*transports}
    for choice in profile.mix.choices:
        if choice.at in POINTS:
            assert choice.manner in POINTS[choice.at].manners[choice.transport]
    weights = [sum(choice.weight for choice in mix.choices) for mix in (unsaid.mix, profile.mix)]
    assert weights[0] == pytest.approx(weights[1])
