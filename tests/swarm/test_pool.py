"""How many users there are."""

import pytest

from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.swarm.pool import spawned, users_of


def profile(stage: str) -> Profile:
    return parse_profile(
        f'stages = [{{duration_s = 1, {stage}}}]\n[app]\npreset = "generic"\n[users]\nmax = 50\n',
        name="pool",
        source="pool.toml",
    )


@pytest.mark.parametrize(
    ("stage", "cap", "users"),
    [
        ("rate_per_s = 5", None, 50),
        ("rate_per_s = 5", 7, 7),
        ("rate_per_s = 5", 70, 50),
        ("users = [3, 20]", None, 20),
        ("users = [3, 20]", 7, 7),
        ("users = [0, 0.4]", None, 1),
        ("warm_up = false", None, 50),
    ],
)
def test_a_closed_model_has_as_many_tabs_as_it_wants_and_u_caps(
    stage: str, cap: int | None, users: int
) -> None:
    assert users_of(profile(stage), cap) == users


def test_in_a_closed_model_every_generator_has_room_for_the_tabs_that_fall_to_it() -> None:
    assert spawned(profile("users = 5"), 5, 2) == 6
    assert spawned(profile("users = 6"), 6, 3) == 6
    assert spawned(profile("rate_per_s = 5"), 5, 2) == 5
