"""A run that is on, as lines."""

from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.navigation.phase import Phase
from loadtest.report.folder import SUMMARY_FILE, write_json
from loadtest.report.info import Ended
from loadtest.report.live.figures import sum_up
from loadtest.report.live.lines import Lines, follow_run
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from tests.report.building import error, info, snapshot, visit, write_run


def running(folder: Path) -> Run:
    """Return a run that is on, whose server raised in every visit that left at P16."""
    records = [
        *(visit(number, "P16", phases_ms={Phase.PAGE: 2.0}) for number in range(40)),
        *(visit(number, "P19") for number in range(40, 80)),
    ]
    line = snapshot([error(range(40), what="KeyError \x1b[31m")])
    return read_run(write_run(folder, info(ended=Ended.RUNNING, quiet=None), records, [line]))


def test_a_new_finding_is_told_once_and_each_summary_says_how_it_stands(tmp_path: Path) -> None:
    lines = Lines()
    message = {"type": "summary", "summary": sum_up(running(tmp_path))}
    standing = "80 visits of 80 due navigations · 0 failed · page p95 4.0 ms · 40 server errors · 1 finding"
    assert list(lines.of(message)) == [
        r"finding: KeyError \x1b[31m, of those who left at P16",
        standing,
    ]
    assert list(lines.of(message)) == [standing]


def test_rows_are_for_charts() -> None:
    assert list(Lines().of({"type": "phases", "rows": []})) == []
    assert list(Lines().of({"type": "problem", "text": "no\x07"})) == [r"no\x07"]


def test_a_run_that_has_ended_has_no_lines_left(tmp_path: Path) -> None:
    run = running(tmp_path)
    write_json(tmp_path / SUMMARY_FILE, summarize(run))
    assert list(follow_run(tmp_path)) == []


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"has no run\.json"):
        next(follow_run(tmp_path))
