"""What can be varied, and what a probe of it runs."""

import tomllib

import pytest
import tomlkit

from loadtest.errors import UsageError
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.tuning.knob import Pace, read_knob

TEXT = """
seed = 3
max_visits = 900

[app]
preset = "nicegui"

[[stages]]
duration_s = 5
rate_per_s = [5, 50]

[[stages]]
duration_s = 30
rate_per_s = 40
arrivals = "bursts"
burst_size = 4

[[turns]]
at_s = 3
rate = 9

[users]
max = 300

[[departures]]
at = "P16"
weight = 2.5

[[departures]]
at = "stay"
"""
TRACE = """
app.preset = "nicegui"

[[stages]]
trace = { file = "arrivals.csv", length_s = 10.0, counts = [10, 30] }

[[stages]]
duration_s = 2
rate_per_s = 2

[users]
max = 50
"""
PACE = Pace(20.0, 5.0)


def profile(text: str = TEXT) -> Profile:
    return parse_profile(text, name="p", source="p.toml")


def test_the_rate_is_the_profiles_peak_with_its_turns() -> None:
    knob = read_knob(profile(), "rate")

    assert (knob.is_rate, knob.name, knob.current, knob.told(212)) == (True, "rate", 32, "212/s")


def test_turning_the_rate_scales_every_stage_so_that_the_peak_is_the_value() -> None:
    data = tomllib.loads(TEXT)

    read_knob(profile(), "rate").turn(profile(), data, 12.8)

    assert [stage["rate_per_s"] for stage in data["stages"]] == [[2, 20], 16]


def test_turning_the_rate_scales_the_turns_that_stay_in_the_profile() -> None:
    data = tomllib.loads(TEXT)
    data["turns"].append({"at_s": 4, "rate": "x2"})

    whole = profile(TEXT + '[[turns]]\nat_s = 4\nrate = "x2"\n')
    read_knob(whole, "rate").turn(whole, data, 12.8)

    assert read_knob(whole, "rate").current == 100
    assert [turn["rate"] for turn in data["turns"]] == [1.152, "x2"]


def test_a_rate_that_is_turned_to_0_all_the_time_cannot_be_varied() -> None:
    off = profile(TEXT.replace("at_s = 3\nrate = 9", "at_s = 0\nrate = 0"))

    with pytest.raises(UsageError, match=r"--vary rate: p\.toml: the turns hold the rate at 0"):
        read_knob(off, "rate")


def test_turning_the_rate_gives_a_trace_the_mean_at_which_its_peak_is_the_value() -> None:
    recorded = profile(TRACE)
    data = tomllib.loads(TRACE)

    read_knob(recorded, "rate").turn(recorded, data, 60)

    assert read_knob(recorded, "rate").current == 6  # 30 of 40 arrivals in half of 10 s
    assert [stage["rate_per_s"] for stage in data["stages"]] == [40, 20]


def test_turning_the_rate_keeps_comments() -> None:
    document = tomlkit.parse(TEXT.replace("rate_per_s = 40", "rate_per_s = 40  # by day"))

    read_knob(profile(), "rate").turn(profile(), document, 16)

    assert "rate_per_s = 20  # by day" in tomlkit.dumps(document)
    assert "rate_per_s = [2.5, 25]" in tomlkit.dumps(document)


def test_a_probe_of_the_rate_is_a_warm_up_and_a_flat_stage_with_the_busiest_ones_arrivals() -> None:
    data = read_knob(profile(), "rate").probe_data(profile(), 64.0, PACE)

    assert data["stages"] == [
        {"duration_s": 5.0, "rate_per_s": 64.0, "arrivals": "poisson", "warm_up": True},
        {"duration_s": 20.0, "rate_per_s": 64.0, "arrivals": "poisson"},
    ]
    assert "turns" not in data
    assert "max_visits" not in data


def test_a_probe_keeps_bursts() -> None:
    bursts = profile(TEXT.replace("rate_per_s = 40", "rate_per_s = 60"))

    data = read_knob(bursts, "rate").probe_data(bursts, 64.0, PACE)

    assert data["stages"][1] == {
        "duration_s": 20.0,
        "rate_per_s": 64.0,
        "arrivals": "bursts",
        "burst_size": 4,
    }


@pytest.mark.parametrize(("said", "arrivals"), [("", "poisson"), ('arrivals = "constant"\n', "constant")])
def test_a_probe_of_recorded_arrivals_has_random_ones_unless_the_profile_says_others(
    said: str, arrivals: str
) -> None:
    recorded = profile(TRACE.replace("trace =", f"{said}trace ="))

    data = read_knob(recorded, "rate").probe_data(recorded, 64.0, PACE)

    assert [stage["arrivals"] for stage in data["stages"]] == [arrivals, arrivals]


def test_a_probe_of_a_key_runs_the_profiles_own_stages() -> None:
    knob = read_knob(profile(), "departures[0].weight")

    data = knob.probe_data(profile(), 7.5, Pace(None, 0.0))

    assert (knob.current, knob.is_whole, knob.told(7.5)) == (2.5, False, "departures[0].weight 7.5")
    assert data["departures"][0]["weight"] == 7.5
    assert data["stages"] == tomllib.loads(TEXT)["stages"]
    assert data["turns"] == [{"at_s": 3, "rate": 9}]
    assert "max_visits" not in data


def test_a_turn_can_be_varied() -> None:
    knob = read_knob(profile(), "turns[0].rate")

    assert knob.probe_data(profile(), 20.0, Pace(None, 0.0))["turns"] == [{"at_s": 3, "rate": 20}]


def test_a_probe_of_a_key_scales_the_stages_to_the_length_that_was_asked_for() -> None:
    knob = read_knob(profile(), "users.max")

    data = knob.probe_data(profile(), 40, Pace(7.0, 1.75))

    assert data["users"]["max"] == 40
    assert [stage["duration_s"] for stage in data["stages"]] == [1.0, 6.0]
    assert [turn["at_s"] for turn in data["turns"]] == [0.6]


def test_a_trace_keeps_its_rate_in_a_probe_that_is_shorter() -> None:
    recorded = profile(TRACE)

    data = read_knob(recorded, "users.max").probe_data(recorded, 40, Pace(6.0, 1.5))

    assert [stage["duration_s"] for stage in data["stages"]] == [5, 1]
    assert [stage["rate_per_s"] for stage in data["stages"]] == [4, 2]


@pytest.mark.parametrize(
    ("key", "is_whole"),
    [("users.max", True), ("stages[1].burst_size", True), ("stages[1].rate_per_s", False)],
)
def test_a_key_that_takes_whole_numbers_alone_is_known(key: str, is_whole: bool) -> None:
    assert read_knob(profile(), key).is_whole is is_whole


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "users.most",
            "--vary users.most: p.toml does not say it; write it there, or give --set users.most=…",
        ),
        ("departures[9].weight", "--vary departures[9].weight: p.toml does not say it"),
        ("departures[0].at", "--vary departures[0].at: 'P16' is not a number"),
        ("stages[0].rate_per_s", "--vary stages[0].rate_per_s: [5, 50] is not a number"),
        ("[0]", "--vary [0]: is not a key, such as rate, users.max or departures[0].weight"),
    ],
)
def test_what_cannot_be_varied_is_said(key: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_knob(profile(), key)

    assert str(raised.value).startswith(message)


def test_a_closed_profile_has_no_rate() -> None:
    closed = profile('[app]\npreset = "nicegui"\n[[stages]]\nduration_s = 5\nusers = 9\n')

    with pytest.raises(UsageError, match=r"--vary rate: p\.toml has no rate"):
        read_knob(closed, "rate")


@pytest.mark.parametrize("key", ["rate", "users.max"])
def test_a_list_of_visits_cannot_be_varied(key: str) -> None:
    listed = profile('[app]\npreset = "nicegui"\n[users]\nmax = 3\n[[visits]]\ndue_s = 5\n')

    with pytest.raises(UsageError, match=rf"--vary {key}: p\.toml lists its visits one by one"):
        read_knob(listed, key)


def test_the_users_of_a_closed_profile_can_be_varied() -> None:
    closed = profile('[app]\npreset = "nicegui"\n[[stages]]\nduration_s = 5\nusers = 9\n')

    assert read_knob(closed, "stages[0].users").current == 9
