"""The small picture of a profile's rate."""

import pytest

from loadtest.profile.load import parse_profile
from loadtest.profile.picture import Paper, draw_picture

WARM = """\
[[stages]]
duration_s = 10
rate_per_s = 10
warm_up = true
"""
RISING = """\
[[stages]]
duration_s = 20
rate_per_s = [0, 48]
"""
SPIKE = """\
[[stages]]
duration_s = 600
rate_per_s = [8, 64]
shape = "spike"
spike_s = 1
"""
CLOSED = """\
[[stages]]
duration_s = 30
users = [0, 12]
[[stages]]
duration_s = 30
users = 6
"""
TURNED = """\
[[stages]]
duration_s = 30
rate_per_s = 10
[[turns]]
at_s = 10
rate = "x3"
[[turns]]
at_s = 20
rate = 0
"""


def picture(text: str, width: int = 44, *, has_blocks: bool = True) -> list[str]:
    profile = parse_profile(f'app.preset = "generic"\n{text}', name="a", source="a")
    return list(draw_picture(profile, Paper(width, has_blocks)))


def test_warm_up_stands_apart_and_stages_are_marked() -> None:
    assert picture(WARM + RISING) == [
        "navigations a second",
        " 48│                                  ▁▃▅▇█",
        "   │                              ▂▄▅▇█████",
        "   │                          ▂▄▆██████████",
        " 24│                     ▁▃▅▇██████████████",
        "   │░░░░░░░░░░░░░    ▂▄▅▇██████████████████",
        "   │░░░░░░░░░░░░░▂▄▆███████████████████████",
        "  0└─────────────┬─────────────────────────",
        "    0            10                     30 s",
        "    0 warm-up    stage 1",
    ]


def test_ascii_does_where_there_are_no_blocks() -> None:
    lines = picture(WARM + RISING, has_blocks=False)

    assert all(line.isascii() for line in lines)
    assert lines[1] == " 48|                                  ..:##"
    assert lines[5] == "   |-------------    .::###################"
    assert lines[7] == "  0+-------------+-------------------------"


def test_a_spike_that_is_shorter_than_a_column_is_seen() -> None:
    lines = picture(SPIKE)

    assert lines[1:3] == [" 64│                   █", "   │                   █"]
    assert lines[6] == "   │▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆█▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆"


def test_a_closed_model_shows_its_tabs_at_work() -> None:
    lines = picture(CLOSED)

    assert lines[0] == "tabs at work"
    assert lines[1] == " 12│                ▂▅▇█"
    assert lines[4] == "  6│      ▂▄▇██████████████████████████████"


def test_turns_are_in_the_picture() -> None:
    lines = picture(TURNED)

    assert lines[1] == " 30│             █████████████"
    assert lines[6] == "   │██████████████████████████"


@pytest.mark.parametrize(("width", "drawn"), [(1, 40), (60, 60), (500, 110)])
def test_a_picture_is_as_wide_as_it_may_be(width: int, drawn: int) -> None:
    assert max(map(len, picture(TURNED, width))) == drawn


def test_no_word_runs_into_another_where_there_are_many_stages() -> None:
    *_, times, names = picture("[[stages]]\nduration_s = 1\nrate_per_s = 5\n" * 30)

    assert times == "     0 2  4 6  8 10 12  15 18 20  23 26 30 s"
    assert names == "        3    7                           29"
