"""A run's report, or one navigation's story, from its folder alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.report.run import read_run
from loadtest.report.show import SCHEMA_FILE, ReportFormat, show_run, show_story, tell_ci
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


FORMS = {
    ReportFormat.TEXT: "PASS: no finding in 1 visit, judged by the clients alone. Exit code 0.",
    ReportFormat.JSON: "{",
    ReportFormat.MARKDOWN: "### ✅ loadtest: PASS: no finding in 1 visit, judged by the clients alone",
    ReportFormat.HTML: "<!doctype html>",
    ReportFormat.JUNIT: '<?xml version="1.0" encoding="UTF-8"?>',
    ReportFormat.CSV: "t_s,",
}


@pytest.mark.parametrize("form", ReportFormat, ids=str)
def test_each_form_is_printed_and_the_same_goes_into_a_file(
    form: ReportFormat, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_run(tmp_path, info(), [visit(1)])

    show_run(tmp_path, form)
    show_run(tmp_path, form, tmp_path / "out")

    printed, written = capsysbinary.readouterr().out, (tmp_path / "out").read_bytes()
    assert printed.decode().lower().startswith(FORMS[form].lower())
    assert written == printed or form is ReportFormat.TEXT  # a file is wider than a terminal
    assert written.decode().lower().startswith(FORMS[form].lower())


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    write_run(tmp_path / "run", info(), [visit(1)])

    with pytest.raises(RunFolderError, match="no/out: cannot be written: No such file or directory"):
        show_run(tmp_path / "run", ReportFormat.JUNIT, tmp_path / "no" / "out")

    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_what_programs_read_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    write_run(tmp_path, info(host="http://é"), [visit(1)])
    command = [sys.executable, "-m", "loadtest", "report", str(tmp_path), "--format", "markdown"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = subprocess.run(command, env=environ, capture_output=True, check=True)

    assert "### ✅" in done.stdout.decode()


def test_the_schema_of_the_figures_is_printed_without_a_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "report", "--schema"], capture_output=True, text=True, check=True
    )

    assert done.stdout == SCHEMA_FILE.read_text(encoding="utf-8")


def test_nobody_but_github_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, info(), [visit(1)])
    step = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    tell_ci(tmp_path)
    assert (capsys.readouterr().out, step.exists()) == ("", False)

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tell_ci(tmp_path)
    assert capsys.readouterr().out == (
        "::notice title=loadtest%3A pass::PASS: no finding in 1 visit, judged by the clients alone\n"
    )
    assert step.read_text(encoding="utf-8").startswith("### ✅ loadtest: PASS")


def test_a_steps_summary_that_cannot_be_written_is_told_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, info(), [visit(1)])
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))

    tell_ci(tmp_path)

    assert capsys.readouterr().err == f"{tmp_path}: the step's summary cannot be written: Is a directory\n"
