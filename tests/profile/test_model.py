"""A profile's own figures."""

from dataclasses import replace

from loadtest.profile.load import parse_profile
from loadtest.profile.model import Stage


def test_a_profile_lasts_as_long_as_its_stages_together() -> None:
    text = 'app.preset = "nicegui"\nstages = [{ duration_s = 1, rate_per_s = 1 }]'
    profile = parse_profile(text, name="a", source="a.toml")

    longer = replace(profile, stages=(Stage(1.5), Stage(2)))

    assert (profile.duration_s, longer.duration_s) == (1.0, 3.5)
