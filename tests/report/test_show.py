"""A run's report, or one navigation's story, from its folder alone."""

from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.report.show import show_run, show_story
from tests.report.building import info, visit, write_run


def test_a_runs_folder_is_all_that_its_report_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, info(), [visit(1)])

    show_run(tmp_path)

    assert capsys.readouterr().out.startswith("PASS: no finding in 1 visit, judged by the clients alone.")


def test_a_runs_folder_is_all_that_a_story_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, info(), [visit(1)])

    show_story(tmp_path, "1")

    assert capsys.readouterr().out.startswith("Navigation 1 left as planned\n")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"run\.json"):
        show_run(tmp_path)
