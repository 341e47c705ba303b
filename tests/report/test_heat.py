"""The heat map."""

from loadtest.navigation.point import Manner
from loadtest.report.heat import HeatCell, heat_of
from tests.report.building import dropped, visit


def test_visits_are_counted_by_where_and_how_they_really_left() -> None:
    records = [
        visit(1, "P18", Manner.FIN),
        visit(2, "P16", Manner.FIN, planned_at="stay"),
        visit(3, "P16", Manner.WS_CLOSE),
        visit(4, "P16", Manner.FIN),
        visit(5, "P16", None),
        dropped(6),
    ]

    assert heat_of(records, {4: 1, 2: 2, 5: 1, 99: 7}) == (
        HeatCell("P16", "ws_close", 1, 0),
        HeatCell("P16", "fin", 2, 3),
        HeatCell("P16", "ended_by_server", 1, 1),
        HeatCell("P18", "fin", 1, 0),
    )


def test_without_hooks_nobody_knows_of_errors() -> None:
    assert heat_of([visit(1)], None) == (HeatCell("P16", "fin", 1, None),)
