"""Settings: reading key=value, and putting it into a profile's data."""

import copy
from typing import Any

import pytest

from loadtest.apps.mistake import KeyPath
from loadtest.profile.settings import Setting, put, read_setting

DATA: dict[str, Any] = {
    "seed": 7,
    "app": {"pages": ["/", "/b"]},
    "stages": [{"duration_s": 1}, {"duration_s": 2}],
}


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("seed=8", ("seed",), 8),
        ("stages[0].rate_per_s=50", ("stages", 0, "rate_per_s"), 50),
        ("stages[1].rate_per_s=[5, 50.5]", ("stages", 1, "rate_per_s"), [5, 50.5]),
        ('thresholds."server.errors"=["count==0"]', ("thresholds", "server.errors"), ["count==0"]),
        ("dwell_s={ exponential = 2 }", ("dwell_s",), {"exponential": 2}),
        ("departures[0].at=P16", ("departures", 0, "at"), "P16"),
        ('departures[0].at="P16"', ("departures", 0, "at"), "P16"),
        ("description=two words = four", ("description",), "two words = four"),
        ("description=", ("description",), ""),
        ('description="x"\nseed = 3', ("description",), '"x"\nseed = 3'),
        ('""."a"=1', ("", "a"), 1),
    ],
)
def test_a_setting_is_a_path_and_a_toml_value_or_else_a_string(
    text: str, path: KeyPath, value: object
) -> None:
    assert read_setting(text) == Setting(path, value, f"--set {text}")


@pytest.mark.parametrize(
    "text", ["", "seed", "=5", "a b=5", "[0]=5", ".seed=5", "seed.=5", "stages[x]=5", "stages[-1]=5"]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not key=value, such as stages\[0\]\.rate_per_s=50$"):
        read_setting(text)


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (("seed",), {**DATA, "seed": "new"}),
        (("stages", 1, "duration_s"), {**DATA, "stages": [{"duration_s": 1}, {"duration_s": "new"}]}),
        (("stages", 0), {**DATA, "stages": ["new", {"duration_s": 2}]}),
        (("app", "pages", 1), {**DATA, "app": {"pages": ["/", "new"]}}),
        (("users", "max"), {**DATA, "users": {"max": "new"}}),
        (
            ("app", "extract", "id", "regex"),
            {**DATA, "app": {**DATA["app"], "extract": {"id": {"regex": "new"}}}},
        ),
    ],
    ids=str,
)
def test_a_value_is_put_where_its_path_leads_and_missing_tables_are_made(
    path: KeyPath, after: dict[str, Any]
) -> None:
    data = copy.deepcopy(DATA)

    assert put(data, Setting(path, "new", "")) is None
    assert data == after


@pytest.mark.parametrize(
    ("path", "mistake"),
    [
        (("stages", 2, "rate_per_s"), "stages[2]: is not there; stages has 2"),
        (("seed", "x"), "seed: is not a table, so there is no seed.x"),
        (("seed", 0), "seed: is not a list, so there is no seed[0]"),
        (("app", 0), "app: is not a list, so there is no app[0]"),
        (
            ("stages", "rate_per_s"),
            "stages: is not a table, so there is no stages.rate_per_s; write stages[0].rate_per_s",
        ),
        (("departures", 0, "at"), "departures: is not there, so there is no departures[0]"),
        (("app", "pages", 0, 0), "app.pages[0]: is not a list, so there is no app.pages[0][0]"),
    ],
    ids=str,
)
def test_the_part_of_a_path_that_is_not_there_is_named(path: KeyPath, mistake: str) -> None:
    assert str(put(copy.deepcopy(DATA), Setting(path, "new", ""))) == mistake
