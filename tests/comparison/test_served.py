"""The server's handlers in windows."""

from pathlib import Path
from typing import Any

import pytest

from loadtest.comparison.served import HandlerKey, handler_columns
from loadtest.comparison.windows import Cut
from loadtest.metrics.histogram import Histogram
from loadtest.report.run import read_run
from tests.report.building import T0_AT, handler, histogram, info, snapshot, visit, write_run

CUT = Cut(0.0, 4.0, 4)
JOIN = HandlerKey("/", "join")


def told(sequence: int, at_s: float, times: Histogram, **changes: Any) -> dict[str, Any]:
    return snapshot(
        sequence=sequence,
        heard_at=T0_AT.timestamp() + at_s,
        handlers=[handler("join", times.count, 0, times)],
        **changes,
    )


def test_what_is_new_in_a_snapshot_is_in_the_window_that_it_came_in(tmp_path: Path) -> None:
    lines = [
        told(1, 0.5, histogram(10.0)),
        told(2, 1.5, histogram(10.0, 20.0, 20.0)),
        told(3, 9.0, histogram(10.0, 20.0, 20.0, 40.0)),  # after the end: the last window's
    ]
    run = read_run(write_run(tmp_path / "a", info(), [visit(0)], lines))

    columns = handler_columns(run, CUT)[JOIN]

    assert columns.count == 4
    assert list(columns.counts[-1]) == [1, 2, 0, 1]
    assert handler_columns(run, CUT, is_cut_short=True)[JOIN].count == 3


def test_processes_are_added_up_and_one_that_was_overtaken_is_left_out(tmp_path: Path) -> None:
    other = {"boot": "0000000000000b01"}
    lines = [
        told(2, 1.5, histogram(10.0, 10.0)),
        told(1, 1.6, histogram(10.0)),
        told(1, 2.5, histogram(30.0), **other),
    ]
    run = read_run(write_run(tmp_path / "a", info(), [visit(0)], lines))

    assert list(handler_columns(run, CUT)[JOIN].counts[-1]) == [0, 2, 1, 0]


@pytest.mark.parametrize("broken", ['{"kind": "snapshot"', '{"kind": "snapshot", "boot": 3}', "[1]", "null"])
def test_a_line_that_cannot_be_read_is_passed_over(tmp_path: Path, broken: str) -> None:
    folder = write_run(tmp_path / "a", info(), [visit(0)], [told(1, 0.5, histogram(10.0))])
    with (folder / "server.jsonl").open("a") as file:
        file.write(f"{broken}\n")

    assert handler_columns(read_run(folder), CUT)[JOIN].count == 1


def test_acknowledgements_stand_apart_and_without_hooks_there_is_nothing(tmp_path: Path) -> None:
    line = told(1, 0.5, histogram(10.0))
    line["handlers"][0]["ack"] = histogram(12.0).to_json()
    run = read_run(write_run(tmp_path / "a", info(), [visit(0)], [line]))

    assert set(handler_columns(run, CUT)) == {JOIN, HandlerKey("/", "join", is_ack=True)}
    assert handler_columns(read_run(write_run(tmp_path / "b", info(), [visit(0)])), CUT) == {}
