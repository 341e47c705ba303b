"""The tuned profile: comments kept, what the command line said in it, and it runs again."""

from pathlib import Path

import pytest

from loadtest.errors import UsageError
from loadtest.profile.curve import Curve
from loadtest.profile.load import load_profile, parse_profile
from loadtest.tuning.knob import read_knob
from loadtest.tuning.write import Destination, tuned_text

TEXT = """# For whom this is.
description = "People"   # who
seed = 3

[app]
preset = "nicegui"
pages = ["/"]  # only one

# By night.
[[stages]]
duration_s = 5
rate_per_s = 10

# By day.
[[stages]]
duration_s = 30
rate_per_s = 40  # at noon

[[departures]]
at = "P16"     # the window
manner = "ws_close"
weight = 2

[thresholds]
"server.errors" = ["count==0"]  # none
"""


def tuned(folder: Path, *, settings: tuple[str, ...] = (), vary: str = "rate", value: float = 20.0) -> str:
    path = folder / "people.toml"
    path.write_text(TEXT)
    profile = load_profile(str(path), settings=settings)
    return tuned_text(str(path), profile, read_knob(profile, vary), value, "Tuned.")


def test_only_the_rates_differ_from_the_users_own_file(tmp_path: Path) -> None:
    text = tuned(tmp_path)

    expected = TEXT.replace("rate_per_s = 10", "rate_per_s = 5").replace("rate_per_s = 40", "rate_per_s = 20")
    assert text == "# Tuned.\n" + expected


def test_a_key_is_written_in_its_place(tmp_path: Path) -> None:
    text = tuned(tmp_path, vary="departures[0].weight", value=7.25)

    assert text == "# Tuned.\n" + TEXT.replace("weight = 2", "weight = 7.25")


def test_what_the_command_line_set_is_in_it_and_the_other_comments_stay(tmp_path: Path) -> None:
    settings = ("seed=9", "users.max=70", "departures=[{at = 'stay'}]")

    text = tuned(tmp_path, settings=settings)

    assert "# By day." in text
    assert "rate_per_s = 20  # at noon" in text
    (tmp_path / "tuned.toml").write_text(text)
    again, before = (
        load_profile(str(tmp_path / "tuned.toml")),
        load_profile(str(tmp_path / "people.toml"), settings=settings),
    )
    assert (again.seed, again.max_users, again.mix) == (9, 70, before.mix)
    assert [stage.pieces[0].to_per_s for stage in again.stages] == [5, 20]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine")

    with pytest.raises(UsageError, match="is there already; name another file, or give --force"):
        Destination(path, force=False).save("ours")
    assert path.read_text() == "mine"


def test_a_file_that_is_there_is_written_over_by_force(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine")

    Destination(path, force=True).save("ours")

    assert path.read_text() == "ours"


def test_a_folder_that_is_not_there_is_said_before_any_load(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        Destination(tmp_path / "no" / "p.toml", force=False).check()


def test_keys_that_the_file_does_not_have_find_their_place(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text("[[stages]]\nduration_s = 5\nrate_per_s = 10\n\n[[departures]]\nat = 'stay'  # all\n")
    profile = load_profile(
        str(path), app="nicegui", seed=9, settings=("users.max=70", "dwell_s=0.5", "stages[0].warm_up=false")
    )

    (tmp_path / "tuned.toml").write_text(
        tuned_text(str(path), profile, read_knob(profile, "rate"), 4.0, "Tuned.")
    )

    again = load_profile(str(tmp_path / "tuned.toml"))
    assert (again.seed, again.max_users, again.app, again.mix) == (9, 70, profile.app, profile.mix)
    assert again.stages[0].pieces[0].to_per_s == 4
    assert "at = 'stay'  # all" in (tmp_path / "tuned.toml").read_text()


def test_a_profile_with_a_trace_runs_again_at_the_tuned_rate(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    (tmp_path / "arrivals.csv").write_text("0\n1\n1\n1\n2\n", encoding="utf-8")
    path.write_text('app.preset = "nicegui"\n[[stages]]\ntrace = "arrivals.csv"  # May\n', encoding="utf-8")
    profile = load_profile(str(path))

    text = tuned_text(str(path), profile, read_knob(profile, "rate"), 50.0, "a note")

    again = parse_profile(text, name="again", source="again.toml")
    assert round(Curve(again.stages).peak_per_s, 1) == 50.0
