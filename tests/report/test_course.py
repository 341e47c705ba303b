"""The course of a run."""

import pytest

from loadtest.report.course import is_closed


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("[[stages]]\nduration_s = 3\nusers = 20\n", True),
        ("[[stages]]\nduration_s = 3\n", True),
        ("[[stages]]\nduration_s = 3\nrate_per_s = 20\n", False),
        ('[[stages]]\nduration_s = 3\ntrace = "day.csv"\n', False),
        ("[[stages]]\nduration_s = 3\nrate_per_s = 20\n[[stages]]\nduration_s = 3\n", False),
        ("", False),
        ("stages = 3", False),
        ("stages = [3]", False),
        ("[[stages", False),
    ],
)
def test_a_model_is_closed_whose_stages_have_no_rate(text: str, closed: bool) -> None:
    assert is_closed(text) is closed
