"""The heat map as a table for a terminal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.point import POINTS
from loadtest.report.heat import MANNERS
from loadtest.report.heat_sheet import heat


def cell(at: str, manner: str, visits: int, errors: int | None) -> dict[str, Any]:
    return {"at": at, "manner": manner, "visits": visits, "server_errors": errors}


CELLS = [
    cell("P13", "fin", 7, 0),
    cell("P15", "fin", 4, 1),
    cell("P16", "ws_close", 1000, 1000),
    cell("P16", "fin", 3, 30),
    cell("P18", "ended_by_server", 9, 0),
]


def test_points_with_errors_have_rows_and_the_others_one_together() -> None:
    sheet = heat({"heat": CELLS}, 80)

    assert sheet.columns == ["at", "ws_close", "fin", "by server"]
    assert sheet.rows == [
        ["P15", "-", "0.25 (4)", "-"],
        ["P16", "1 (1,000)", "10 (3)", "-"],
        ["others", "-", "0 (7)", "0 (9)"],
    ]


@pytest.mark.parametrize("errors", [0, None])
def test_where_nothing_was_wrong_there_is_no_table(errors: int | None) -> None:
    assert heat({"heat": [cell("P16", "fin", 9, errors)]}, 80).rows == []
    assert heat({"heat": []}, 80).rows == []


def test_a_narrow_terminal_has_the_manners_with_the_fewest_errors_together() -> None:
    sheet = heat({"heat": CELLS}, 30)

    assert sheet.columns == ["at", "ws_close", "others"]
    assert sheet.rows == [
        ["P15", "-", "0.25 (4)"],
        ["P16", "1 (1,000)", "10 (3)"],
        ["others", "-", "0 (16)"],
    ]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(list(POINTS)), st.sampled_from(MANNERS)),
        st.tuples(st.integers(1, 99_999), st.integers(0, 99_999)),
        min_size=1,
    ),
    st.sampled_from((60, 80, 120)),
)
def test_it_is_never_wider_than_the_terminal(
    cells: dict[tuple[str, str], tuple[int, int]], width: int
) -> None:
    sheet = heat({"heat": [cell(*place, *counts) for place, counts in cells.items()]}, width)
    table = [sheet.columns, *sheet.rows]

    assert sum(max(map(len, column)) + 2 for column in zip(*table, strict=True)) - 2 <= width
    assert len(sheet.rows) <= 9
