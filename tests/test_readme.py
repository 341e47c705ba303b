"""The README's tables are the code's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loadtest.profile.points import manners_markdown, points_markdown
from tests.e2e.seen_markdown import differences_markdown, reasons_markdown, stories_markdown
from tests.e2e.witnessing import ALL_CELLS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_table_of_points_is_the_codes() -> None:
    assert points_markdown() in README, f"the README should hold:\n{points_markdown()}"


def test_the_table_of_manners_is_the_codes() -> None:
    assert manners_markdown() in README, f"the README should hold:\n{manners_markdown()}"


@pytest.mark.parametrize("table", [stories_markdown, reasons_markdown, differences_markdown])
def test_what_servers_see_is_what_the_matrix_test_checks(table: Callable[[], str]) -> None:
    assert table() in README, f"the README should hold:\n{table()}"


def test_the_number_of_ways_to_leave_is_the_codes() -> None:
    assert f"(point, transport, manner: {len(ALL_CELLS)} of them)" in README
