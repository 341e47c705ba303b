"""`--rate`: the same course at another rate, after all other changes."""

from pathlib import Path
from typing import Any

import pytest

from loadtest.errors import ProfileError
from loadtest.profile.curve import Curve
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Schedule

TEXT = """\
app.preset = "generic"
seed = 7
[[stages]]
duration_s = 10
rate_per_s = 4
warm_up = true
[[stages]]
duration_s = 10
rate_per_s = [10, 35]
shape = "sine"
[[stages]]
duration_s = 10
rate_per_s = 20
[[turns]]
at_s = 22
rate = "x0.5"
[[turns]]
at_s = 25
rate = 7
"""
CLOSED = 'app.preset = "generic"\n[[stages]]\nduration_s = 9\n'


def loaded(folder: Path, text: str = TEXT, **options: Any) -> Profile:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return load_profile(str(folder / "mine.toml"), **options)


def peak_per_s(profile: Profile) -> float:
    return Curve(profile.stages, profile.turns).peak_per_s


def rates(profile: Profile) -> list[float]:
    schedule = Schedule(profile.stages, profile.seed, turns=profile.turns)
    return [schedule.rate_at(now_s) for now_s in (5, 10, 15, 21, 23, 26)]


@pytest.mark.parametrize(
    ("rate", "planned"),
    [
        ("x1", [4, 10, 35, 20, 10, 7]),
        ("x2", [8, 20, 70, 40, 20, 14]),
        ("x0.5", [2, 5, 17.5, 10, 5, 3.5]),
        ("70", [8, 20, 70, 40, 20, 14]),
        (" 3.5 ", [0.4, 1, 3.5, 2, 1, 0.7]),
    ],
)
def test_a_factor_multiplies_every_rate_and_a_number_is_the_peak(
    tmp_path: Path, rate: str, planned: list[float]
) -> None:
    profile = loaded(tmp_path, rate=rate)

    assert rates(profile) == pytest.approx(planned)
    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


def test_a_constant_rate_becomes_the_number_to_the_last_bit(tmp_path: Path) -> None:
    text = 'app.preset = "generic"\nstages = [{ duration_s = 3, rate_per_s = 35 }]\n'

    profile = loaded(tmp_path, text, rate="49.7")

    assert profile.stages[0].pieces[0].from_per_s == 49.7
    assert peak_per_s(profile) == 49.7


def test_settings_come_first_and_visits_cut_what_comes_of_both(tmp_path: Path) -> None:
    profile = loaded(tmp_path, rate="x2", settings=["stages[1].rate_per_s=[50, 60]"], max_visits=9, seed=3)

    assert rates(profile)[:4] == pytest.approx([8, 100, 120, 40])
    assert (profile.max_visits, profile.seed) == (9, 3)
    assert len(list(Schedule(profile.stages, 3, profile.max_visits, profile.turns).arrivals())) == 9


@pytest.mark.parametrize(("rate", "count"), [("x3", 9.0), ("9", 9.0), ("6", 6.0)])
def test_a_trace_is_scaled_in_its_rate_and_not_in_its_time(tmp_path: Path, rate: str, count: float) -> None:
    (tmp_path / "t.csv").write_text("0\n1\n4\n", encoding="utf-8")
    text = 'app.preset = "generic"\nstages = [{ trace = "t.csv", duration_s = 1 }]\n'

    profile = loaded(tmp_path, text, rate=rate)

    # three arrivals in 1 s, each in a bin of 0.5 ms: 3 a second, and not the 2,000 of a bin
    assert Schedule(profile.stages, 7).expected_count == pytest.approx(count)
    assert peak_per_s(profile) == pytest.approx(count)
    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


@pytest.mark.parametrize(
    ("rate", "mistakes"),
    [
        ("2x", ['--rate 2x: "2x" is not "x2" (times the planned rate) or a number (navigations a second)']),
        ("-1", ['--rate -1: "-1": -1.0 is below 0']),
        ("x0", ["--rate x0: stages[0].rate_per_s: 0.0 is not above 0"]),
        (
            "x2e5",
            [
                "--rate x2e5: stages[1].rate_per_s[0]: 2000000.0 is above 1,000,000",
                "--rate x2e5: stages[1].rate_per_s[1]: 7000000.0 is above 1,000,000",
            ],
        ),
    ],
)
def test_a_rate_that_cannot_be_is_told(tmp_path: Path, rate: str, mistakes: list[str]) -> None:
    with pytest.raises(ProfileError) as caught:
        loaded(tmp_path, rate=rate)

    assert caught.value.mistakes[: len(mistakes)] == mistakes


def test_a_closed_model_says_what_to_write_and_hides_no_other_mistake(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        loaded(tmp_path, CLOSED + "users = 300\n", rate="x2")

    assert caught.value.mistakes == [
        f"{tmp_path}/mine.toml: stages[0].users: 300 is above users.max, 200; the pool has no more",
        (
            "--rate x2: a closed model has no rate, since its tabs go on when they are done; "
            "for more of them write --set users.max=400, and stages[0].users where a stage says them"
        ),
    ]


def test_a_peak_that_is_turned_to_0_all_the_time_cannot_be_scaled(tmp_path: Path) -> None:
    text = (
        'app.preset = "generic"\n[[stages]]\nduration_s = 9\nrate_per_s = 5\n[[turns]]\nat_s = 0\nrate = 0\n'
    )

    with pytest.raises(ProfileError, match="--rate 50: the turns hold the rate at 0 all the time"):
        loaded(tmp_path, text, rate="50")
