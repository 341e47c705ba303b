"""Writing a profile's data as TOML again."""

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.profile.text import write_text

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
leaves = st.one_of(
    st.integers(),
    st.booleans(),
    text,
    st.floats(allow_nan=False),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
    st.dates(),
    st.times(),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=8
)


def test_a_profile_is_written_in_toms_usual_form() -> None:
    data = {
        "stages": [{"duration_s": 30, "rate_per_s": [5, 200.5]}, {"duration_s": 1.0, "rate_per_s": 1}],
        "seed": 7,
        "app": {"preset": "nicegui", "quiet_s": 0.5, "extract": {"id": {"regex": 'a "b"\\d'}}, "query": {}},
        "users": {},
        "thresholds": {"server.errors": ["count==0"]},
        "is_odd": True,
    }

    assert write_text(data) == (
        "seed = 7\n"
        "is_odd = true\n"
        "\n"
        "[[stages]]\n"
        "duration_s = 30\n"
        "rate_per_s = [5, 200.5]\n"
        "\n"
        "[[stages]]\n"
        "duration_s = 1.0\n"
        "rate_per_s = 1\n"
        "\n"
        "[app]\n"
        'preset = "nicegui"\n'
        "quiet_s = 0.5\n"
        "extract = { id = { regex = 'a \"b\"\\d' } }\n"
        "query = {}\n"
        "\n"
        "[users]\n"
        "\n"
        "[thresholds]\n"
        '"server.errors" = ["count==0"]\n'
    )


@pytest.mark.parametrize(
    "data", [{}, {"stages": []}, {"a": [{}, 1]}, {"": {"": ""}}, {"\x7f": "\x7f"}, {"a": {"b": [{}]}}]
)
def test_odd_data_reads_as_it_was(data: dict[str, Any]) -> None:
    assert tomllib.loads(write_text(data)) == data


def test_infinity_and_no_number_keep_their_toml_names() -> None:
    assert write_text({"a": [float("inf"), float("-inf"), float("nan")]}) == "a = [inf, -inf, nan]\n"


@given(st.dictionaries(text, values, max_size=5))
def test_whatever_toml_can_say_is_written_so_that_it_reads_the_same(data: dict[str, Any]) -> None:
    assert tomllib.loads(write_text(data)) == data
