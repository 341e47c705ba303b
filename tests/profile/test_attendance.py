"""When a tab of a closed model is at work."""

import pytest

from loadtest.profile.attendance import most_users, next_at_work
from loadtest.profile.model import Piece, Stage

RAMP = (
    Stage(10.0, users=(0.0, 5.0)),
    Stage(4.0, users=(2.0, 2.0)),
    Stage(10.0, users=(5.0, 0.0)),
)


@pytest.mark.parametrize(
    ("tab", "after_s", "due_s"),
    [
        (0, 0.0, 1.0),  # half a user is wanted then
        (0, 5.0, 5.0),
        (4, 0.0, 9.0),
        (4, 10.0, 14.0),  # the second stage wants two
        (1, 11.5, 11.5),
        (2, 13.0, 14.0),
        (4, 14.9, 14.9),
        (4, 15.0, None),  # as many as are wanted leave again
        (0, 22.9, 22.9),
        (0, 23.0, None),
        (5, 0.0, None),
        (0, 99.0, None),
    ],
)
def test_a_tab_is_at_work_where_the_stages_want_so_many(
    tab: int, after_s: float, due_s: float | None
) -> None:
    assert next_at_work(RAMP, tab, after_s) == due_s


def test_an_open_model_has_no_tab_at_work() -> None:
    stages = (Stage(10.0, (Piece(10.0, 5.0, 5.0),)),)
    assert next_at_work(stages, 0, 0.0) is None
    assert most_users(stages) == 0


@pytest.mark.parametrize(("users", "most"), [((0.0, 5.0), 5), ((2.5, 1.0), 3), ((0.0, 0.4), 0)])
def test_the_most_are_those_at_the_higher_end(users: tuple[float, float], most: int) -> None:
    assert most_users((Stage(1.0, users=users), Stage(1.0, users=(0.0, 0.0)))) == most
