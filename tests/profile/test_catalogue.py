"""The list of profiles."""

from pathlib import Path

import pytest

from loadtest.profile.catalogue import Entry, list_profiles, profiles_text

MINE = """\
# For people with a
# shop. About 100 visits.

description = "Shoppers"
[[stages]]
duration_s = 10
rate_per_s = 10
[[departures]]
at = "P16"
[[departures]]
at = "P18"
manner = "fin"
[[departures]]
after_s = 1
[[departures]]
at = "stay"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside an empty folder of profiles."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles").mkdir()
    return tmp_path / "profiles"


def entry(name: str) -> Entry:
    return next(entry for entry in list_profiles() if entry.name == name)


@pytest.mark.usefixtures("own")
def test_every_shipped_profile_is_listed_and_says_for_whom_it_is() -> None:
    entries = list_profiles()

    assert {"demo", "explore", "nicegui"} <= {entry.name for entry in entries}
    for each in entries:
        assert (each.is_shipped, each.mistakes) == (True, ())
        assert each.audience.startswith("For ")
        assert each.to_json()["description"]


def test_a_profile_of_ones_own_is_told_with_its_file(own: Path) -> None:
    (own / "shop.toml").write_text(MINE, encoding="utf-8")

    assert list(profiles_text([entry("shop")], 60)) == [
        "shop  Shoppers (profiles/shop.toml)",
        "      For people with a shop.",
        (
            "      10 s, about 100 navigations, at most 10 a second;\n"
            "      leave at 2 points, by the clock or after a stay, in 2\n"
            "      manners"
        ),
    ]
    assert entry("shop").to_json() == {
        "name": "shop",
        "path": "profiles/shop.toml",
        "shipped": False,
        "audience": "For people with a shop.",
        "description": "Shoppers",
        "text": (
            "10 s, about 100 navigations, at most 10 a second; "
            "leave at 2 points, by the clock or after a stay, in 2 manners"
        ),
        "duration_s": 10.0,
        "peak_per_s": 10.0,
        "navigations": 100.0,
        "closed": False,
        "users": 200,
        "points": ["P16", "P18", "clock", "stay"],
        "manners": ["ws_close", "fin"],
        "mistakes": [],
    }


def test_one_in_the_folder_hides_a_shipped_one(own: Path) -> None:
    (own / "demo.toml").write_text(MINE, encoding="utf-8")

    assert entry("demo").is_shipped is False
    assert entry("demo").to_json()["description"] == "Shoppers"


def test_a_broken_one_is_listed_with_its_mistakes(own: Path) -> None:
    (own / "bad.toml").write_text(MINE.replace("rate_per_s = 10", "rate_per_s = -1\nspeed = 3"), "utf-8")
    (own / "worse.toml").write_bytes(b"\xff")

    assert list(profiles_text([entry("bad"), entry("worse")], 120)) == [
        "bad    cannot be run as it is (profiles/bad.toml):",
        "       profiles/bad.toml: stages[0].rate_per_s: -1 is not above 0",
        "       profiles/bad.toml: stages[0].speed: unknown key; known: " + KEYS,
        "worse  cannot be run as it is (profiles/worse.toml):",
        "       profiles/worse.toml: byte 0: not UTF-8, which TOML is written in",
    ]
    told = entry("bad").to_json()
    assert (told["duration_s"], told["navigations"], len(told["mistakes"])) == (None, None, 2)


KEYS = (
    "trace, duration_s, rate_per_s, shape, steps, spike_s,\n"
    "       period_s, arrivals, burst_size, warm_up, users"
)


def test_without_a_comment_or_a_description_something_is_said_all_the_same(own: Path) -> None:
    (own / "bare.toml").write_text("[[stages]]\nduration_s = 1\nusers = 5\n", encoding="utf-8")

    assert list(profiles_text([entry("bare")], 120)) == [
        "bare  no description (profiles/bare.toml)",
        "      1 s, 5 tabs at work, at most about 2 navigations; leave after a stay, in 1 manner",
    ]
