"""The table of a run's stages."""

from typing import Any

import pytest

from loadtest.report import stage_sheet

COUNTS = {
    "due": 1400,
    "started": 1390,
    "late": 3,
    "dropped": 10,
    "refused": 1,
    "lost": 2,
    "timed_out": 3,
    "failed": 4,
}


def stage(index: int, *, warm_up: bool = False, p95_ms: float | None = 7.25, errors: int | None = 5) -> Any:
    return {
        "index": index,
        "text": f"text {index}",
        "start_s": 0.0,
        "duration_s": 12.5,
        "warm_up": warm_up,
        "ran_s": None,
        "navigations": COUNTS,
        "phases": {"handshake": {"p95_ms": p95_ms}},
        "server_errors": errors,
    }


def summary(*stages: Any, closed: bool = False) -> dict[str, Any]:
    return {"stages": list(stages), "closed": closed, "turns": [], "navigations": COUNTS}


def test_one_stage_is_no_table() -> None:
    assert stage_sheet.stages(summary(stage(0)), 80).rows == []


def test_each_stage_is_a_row() -> None:
    sheet = stage_sheet.stages(summary(stage(0, warm_up=True), stage(1, p95_ms=None, errors=None)), 120)

    assert sheet.columns == ["stage", "due", "started", "late", "dropped", "failed", "p95", "errors"]
    assert sheet.rows == [
        ["0: text 0", "1,400", "1,390", "3", "10", "10", "7.2", "5"],
        ["1: text 1", "1,400", "1,390", "3", "10", "10", "-", "-"],
    ]
    assert sheet.note == ""


def test_a_stage_that_did_not_run_to_its_end_says_so() -> None:
    rows = [stage(0), stage(1) | {"ran_s": 4.25}, stage(2, warm_up=True) | {"ran_s": 0.0}]

    assert [row[0] for row in stage_sheet.stages(summary(*rows), 80).rows] == [
        "0",
        "1, ran 4.25 s",
        "2, warm-up, never ran",
    ]
    assert [row[0] for row in stage_sheet.stages(summary(*rows), 120).rows] == [
        "0: text 0",
        "1: text 1, ran 4.25 s",
        "2: text 2, never ran",
    ]


def test_a_narrow_terminal_has_the_stages_texts_below_the_table() -> None:
    sheet = stage_sheet.stages(summary(stage(0, warm_up=True), stage(1)), 60)

    assert "started" not in sheet.columns
    assert [row[0] for row in sheet.rows] == ["0, warm-up", "1"]
    assert sheet.note == "0: text 0\n1: text 1"


def test_in_a_closed_model_there_are_visits_and_nobody_is_due() -> None:
    sheet = stage_sheet.stages(summary(stage(0), stage(1), closed=True), 80)

    assert sheet.columns == ["stage", "visits", "failed", "p95", "errors"]
    assert sheet.rows[0] == ["0", "1,390", "10", "7.2", "5"]


def test_what_the_figures_leave_out_is_told() -> None:
    two = summary(stage(0, warm_up=True), stage(1, warm_up=True), stage(2))

    assert stage_sheet.warm_up(two) == "25 s, 2,780 visits, left out of the figures, not of the findings"
    assert stage_sheet.warm_up(summary(stage(0))) == ""


def test_a_run_that_came_to_nothing_but_its_warm_up_may_have_ended_within_it() -> None:
    cut = summary(stage(0, warm_up=True), stage(1)) | {"navigations": dict.fromkeys(COUNTS)}

    assert stage_sheet.warm_up(cut).startswith("up to 12.5 s, 1,390 visits, ")


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ((4.5, "x2", None), "at 4.5 s the rate to x2"),
        ((1234.0, 50.0, None), "at 1,234.0 s the rate to 50 a second"),
        ((1.0, None, [3.0, 0.5]), "at 1.0 s the weights to 3, 0.5"),
        ((1.0, "x0.5", [1.0]), "at 1.0 s the rate to x0.5 and the weights to 1"),
    ],
)
def test_a_turn_of_the_knob_is_told(turn: tuple[Any, ...], text: str) -> None:
    row = dict(zip(("at_s", "rate", "weights"), turn, strict=True))

    assert stage_sheet.turns({"turns": [row]}) == text


def test_many_turns_are_counted() -> None:
    row = {"at_s": 1.0, "rate": 2.0, "weights": None}
    told = stage_sheet.turns({"turns": [row] * 9})

    assert told.count("the rate to 2 a second") == 6
    assert told.endswith("; and 3 more turns: see run.json")
