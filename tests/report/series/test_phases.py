"""Phases by the second in which visits began."""

from dataclasses import replace

from loadtest.navigation.phase import Phase
from loadtest.report.client_figures import time_phases
from loadtest.report.series.phases import PhaseSeries
from loadtest.report.series.rows import Fresh, PhaseRow
from tests.report.building import dropped, visit
from tests.report.series.looking import final_rows

VISITS = [
    replace(visit(number), due_s=start_s - 0.01, started_s=start_s, phases_ms={Phase.PAGE: page_ms})
    for number, (start_s, page_ms) in enumerate([(0.2, 4.0), (0.9, 6.0), (1.1, 10.0), (700.0, 5.0)])
]


def test_a_row_tells_the_visits_that_began_in_its_second() -> None:
    series = PhaseSeries()
    series.add(VISITS[:3])
    assert series.take() == Fresh(
        width_s=1,
        is_reset=False,
        rows=(
            PhaseRow(0, Phase.PAGE, 2, 4.031, 6.0, 6.0, from_due_p99_ms=16.0),
            PhaseRow(1, Phase.PAGE, 1, 10.0, 10.0, 10.0, from_due_p99_ms=20.0),
        ),
    )


def test_nothing_new_is_no_message() -> None:
    series = PhaseSeries()
    assert series.take() is None
    series.add(VISITS[:1])
    assert series.take() is not None
    assert series.take() is None


def test_a_navigation_that_never_started_has_no_row() -> None:
    series = PhaseSeries()
    series.add([dropped(1)])
    assert series.take() is None


def test_a_visit_that_ends_late_changes_the_row_of_its_beginning() -> None:
    series = PhaseSeries()
    series.add(VISITS[:1])
    looks = [series.take()]
    series.add(VISITS[1:2])
    looks.append(series.take())
    (row,) = final_rows(looks)
    assert row.count == 2


def test_phases_stand_in_the_order_of_a_visit() -> None:
    series = PhaseSeries()
    series.add([visit(0, phases_ms={Phase.LEAVING: 1.0, Phase.PAGE: 3.0})])
    series.add([visit(1, phases_ms={Phase.OPEN: 2.0})])
    fresh = series.take()
    assert fresh is not None
    assert [row.phase for row in fresh.rows] == [Phase.PAGE, Phase.OPEN, Phase.LEAVING]


def test_all_rows_together_are_the_summarys_phases() -> None:
    series = PhaseSeries()
    looks = []
    for record in VISITS:
        series.add([record])
        looks.append(series.take())
    rows = final_rows(looks)
    assert [(row.t_s, row.count) for row in rows] == [(0, 3), (700, 1)]
    assert sum(row.count for row in rows) == time_phases(VISITS)[Phase.PAGE].own.count
