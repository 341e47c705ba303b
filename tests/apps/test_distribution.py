"""Random durations as a profile writes them."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.distribution import Seconds
from loadtest.apps.mistake import Table, mistakes_of
from loadtest.navigation.draw import Distribution, Law


class Row(Table):
    dwell_s: Seconds


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (2, Distribution(Law.CONSTANT, 2.0)),
        (0, Distribution(Law.CONSTANT, 0.0)),
        ({"constant": 0.5}, Distribution(Law.CONSTANT, 0.5)),
        ({"uniform": [1, 1]}, Distribution(Law.UNIFORM, 1.0, 1.0)),
        ({"uniform": [0, 2.5]}, Distribution(Law.UNIFORM, 0.0, 2.5)),
        ({"exponential": 0.12}, Distribution(Law.EXPONENTIAL, 0.12)),
        ({"lognormal": [1e6, 10]}, Distribution(Law.LOGNORMAL, 1e6, 10.0)),
        ({"lognormal": [1, 0]}, Distribution(Law.LOGNORMAL, 1.0, 0.0)),
    ],
    ids=str,
)
def test_a_duration_is_a_number_or_a_law(written: Any, read: Distribution) -> None:
    assert Row.model_validate({"dwell_s": written}).dwell_s == read


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("2", '"2" is not a number'),
        (-1, "-1 is below 0"),
        (float("nan"), "nan is not a finite number"),
        ({"constant": -1}, "-1 is below 0"),
        ({"uniform": 3}, "3 is not [from, to]"),
        ({"uniform": [1, 2, 3]}, "[1, 2, 3] is not [from, to]"),
        ({"uniform": [3, 1]}, "[3, 1] is not [from, to]: 1 is below 3"),
        ({"uniform": [-1, 1]}, "[-1, 1] is not [from, to]: -1 is below 0"),
        ({"uniform": [0, float("inf")]}, "[0, Infinity] is not [from, to]: inf is not a finite number"),
        ({"exponential": 0}, "0 is not above 0"),
        ({"lognormal": [0, 1]}, "[0, 1] is not [median, sigma]: 0 is not above 0"),
        ({"lognormal": [1, -1]}, "[1, -1] is not [median, sigma]: -1 is below 0"),
        ({"lognormal": [1, 1000]}, "[1, 1000] is not [median, sigma]: 1000 is above 10"),
        ({"lognormal": [2e6, 1]}, "[2000000.0, 1] is not [median, sigma]: 2000000.0 is above 1,000,000"),
        (1000001, "1000001 is above 1,000,000"),
        ({"constant": 1000001}, "1000001 is above 1,000,000"),
        ({"uniform": [0, 1000001]}, "[0, 1000001] is not [from, to]: 1000001 is above 1,000,000"),
        ({"exponential": 1000001}, "1000001 is above 1,000,000"),
        ({"exponentail": 1}, '"exponentail" is not a law; did you mean exponential?'),
        (
            {},
            (
                "{} is not one law; write a number of seconds, { constant = 1 }, { uniform = [0, 2] }, "
                "{ exponential = 1 } or { lognormal = [1, 0.5] }"
            ),
        ),
    ],
    ids=str,
)
def test_a_wrong_duration_is_told(written: Any, mistake: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Row.model_validate({"dwell_s": written})

    assert [str(told) for told in mistakes_of(caught.value)] == [f"dwell_s: {mistake}"]
