"""How each stage of a run went."""

from dataclasses import replace
from typing import Any

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.client_figures import time_phases
from loadtest.report.course import Aborted
from loadtest.report.info import Ended, StageInfo
from loadtest.report.stages import added_phases, counted, load_s_of, stage_rows, stages_of
from tests.report.building import dropped, info, visit

STAGES = (StageInfo(0, 0.0, 12.0, True, "a"), StageInfo(1, 12.0, 30.0, False, "b"))


def due(number: int, due_s: float, page_ms: float = 4.0) -> NavigationRecord:
    return visit(number, due_s=due_s, started_s=due_s, phases_ms={Phase.PAGE: page_ms})


def rows(records: list[NavigationRecord], had_errors: dict[int, int] | None) -> list[dict[str, Any]]:
    return stage_rows(stages_of(records, info(stages=STAGES)), had_errors, 42.0)


def test_what_is_due_in_the_warm_up_is_left_out() -> None:
    records = [due(1, 0.0), due(2, 11.999), due(3, 12.0), due(4, 50.0)]

    assert [record.number for record in counted(records, info(stages=STAGES))] == [3, 4]
    assert len(counted(records, info())) == 4


def test_it_is_left_out_though_it_began_late_and_what_was_dropped_later_counts() -> None:
    late = visit(1, due_s=11.9, started_s=12.5)
    never = replace(dropped(2), due_s=13.0)

    assert [record.number for record in counted([late, never], info(stages=STAGES))] == [2]


def test_a_visit_belongs_to_the_stage_in_which_it_was_due() -> None:
    late = visit(3, due_s=11.0, started_s=12.5, outcome=Outcome.FAILED, error="x", phases_ms={})
    records = [due(1, 0.0), due(2, 12.0, 9.0), late, due(5, 41.0, 9.0)]

    first, second = rows([*records, dropped(4)], {1: 2, 2: 1, 77: 5})

    assert {key: first[key] for key in ("index", "text", "start_s", "duration_s", "warm_up")} == {
        "index": 0,
        "text": "a",
        "start_s": 0.0,
        "duration_s": 12.0,
        "warm_up": True,
    }
    counts = {key: first["navigations"][key] for key in ("due", "started", "late", "dropped", "failed")}
    assert counts == {"due": 3, "started": 2, "late": 1, "dropped": 1, "failed": 1}
    assert (first["phases"]["page"]["count"], first["server_errors"]) == (1, 2)
    assert (second["navigations"]["due"], second["warm_up"]) == (2, False)
    assert (second["phases"]["page"]["p95_ms"], second["server_errors"]) == (9.0, 1)


@pytest.mark.parametrize(
    ("load_s", "ran_s"),
    [(42.0, [12.0, 30.0]), (20.5, [12.0, 8.5]), (12.0, [12.0, 0.0]), (3.25, [3.25, 0.0]), (None, [None] * 2)],
)
def test_how_much_of_a_stage_ran_is_told(load_s: float | None, ran_s: list[float | None]) -> None:
    figures = stages_of([], info(stages=STAGES))

    assert [row["ran_s"] for row in stage_rows(figures, None, load_s)] == ran_s


def test_a_load_ends_as_planned_or_with_the_threshold_that_ended_it_or_nobody_knows_when() -> None:
    aborted = Aborted("server.errors", "count==0", 3.5, 1)

    assert load_s_of(info(duration_s=30.0)) == 30.0
    assert load_s_of(info(ended=Ended.ABORTED, aborted=aborted)) == 3.5
    assert load_s_of(info(ended=Ended.RUNNING, aborted=aborted)) == 3.5
    assert load_s_of(info(ended=Ended.INTERRUPTED)) is None


def test_without_hooks_nobody_knows_of_a_stages_errors() -> None:
    assert [row["server_errors"] for row in rows([due(1, 1.0)], None)] == [None, None]


def test_stages_that_the_run_did_not_come_to_have_nothing() -> None:
    second = rows([due(1, 1.0)], {})[1]

    assert (second["navigations"]["due"], second["phases"]["page"]["p50_ms"]) == (0, None)


def test_the_phases_of_stages_together_are_those_of_all_their_visits() -> None:
    records = [due(1, 1.0, 3.0), due(2, 13.0, 5.0), due(3, 14.0, 9.0)]
    together = added_phases(stages_of(records, info(stages=STAGES)))
    alone = time_phases(records)

    assert {phase: times.to_json() for phase, times in together.items()} == {
        phase: times.to_json() for phase, times in alone.items()
    }
