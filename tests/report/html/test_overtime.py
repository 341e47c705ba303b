"""A run's series as the points of lines."""

from loadtest.navigation.phase import Phase
from loadtest.report.html.chart import Points
from loadtest.report.html.overtime import Overtime, highest, last, mean
from loadtest.report.html.room import Room
from loadtest.report.series.series import PhaseRow, Series

ROOM = Room(
    findings=1, named=1, stories=1, traceback_lines=1, rows=1, points=4, strips=2, profile_lines=1, longest=9
)


def test_rows_that_are_missing_are_gaps() -> None:
    time = Overtime(width_s=2, rows=4, room=ROOM)

    assert time.line("x", 1, [(2, 5.0), (6, None)], mean).fine == Points(
        [0.0, 2.0, 4.0, 6.0], 2, [None, 5.0, None, None]
    )


def test_more_rows_than_there_is_room_for_are_put_together() -> None:
    time = Overtime(width_s=1, rows=7, room=ROOM)
    values = [(0, 1.0), (1, 3.0), (2, 4.0), (3, 8.0), (6, 2.0)]

    assert time.line("x", 1, values, mean).fine == Points([0.0, 2.0, 4.0, 6.0], 2, [2.0, 6.0, None, 2.0])
    assert time.line("x", 1, values, highest).fine.values == [3.0, 8.0, None, 2.0]
    assert time.line("x", 1, values, last).coarse == Points([0.0, 4.0], 4, [8.0, 2.0])


def test_the_time_reaches_to_the_end_of_the_last_row() -> None:
    row = PhaseRow(8, Phase.PAGE, 1, 1.0, 1.0, 1.0, 1.0)

    assert Overtime.of(Series(4, 9.5, (), (row,), ()), ROOM).duration_s == 12.0
    assert Overtime.of(Series(1, 0.0, (), (), ()), ROOM).duration_s == 0.0
