"""A run's report, or one navigation's story, from its folder alone."""

import json
from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.report.run import read_run
from loadtest.report.show import ReportFormat, show_run, show_story
from loadtest.report.summary import summarize
from tests.report.building import info, visit, write_run


def test_a_runs_folder_is_all_that_its_report_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, info(), [visit(1)])

    show_run(tmp_path)

    assert capsys.readouterr().out.startswith("PASS: no finding in 1 visit, judged by the clients alone.")


def test_every_figure_is_told_as_json_from_the_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, info(), [visit(1, error="\x1b[31mred \ud83d")])

    show_run(tmp_path, ReportFormat.JSON)

    out = capsys.readouterr().out
    assert json.loads(out) == summarize(read_run(tmp_path))
    assert out.isascii()
    assert "\x1b" not in out


def test_a_runs_folder_is_all_that_a_story_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, info(), [visit(1)])

    show_story(tmp_path, "1")

    assert capsys.readouterr().out.startswith("Navigation 1 left as planned\n")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"run\.json"):
        show_run(tmp_path)
