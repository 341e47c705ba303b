"""What is written beside a run's files."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from loadtest.report import outputs
from loadtest.report.outputs import OUTPUTS, write_outputs
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from tests.report.building import info, visit, write_run


def test_every_output_is_written_and_is_what_its_writer_says(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])

    assert write_outputs(tmp_path) == []

    run = read_run(tmp_path)
    told = {name: write(run, summarize(run)) for name, write in OUTPUTS.items()}
    assert list(told) == ["series.csv", "junit.xml", "report.html"]
    assert {name: (tmp_path / name).read_bytes().decode() for name in told} == told
    assert {file.name for file in tmp_path.iterdir()} == {
        *told,
        "run.json",
        "navigations.jsonl",
        "server.jsonl",
    }


def test_a_fault_in_one_output_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Run, summary: Mapping[str, Any]) -> str:
        raise ZeroDivisionError(f"of {summary['seed']} in {run.info.id}")

    write_run(tmp_path, info(), [visit(1)])
    monkeypatch.setattr(outputs, "OUTPUTS", {**OUTPUTS, "junit.xml": fail})

    assert write_outputs(tmp_path) == [
        f"{tmp_path}/junit.xml: cannot be made: ZeroDivisionError: of 7 in 00c0ffee00c0ffee"
    ]
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "series.csv").exists()


def test_what_cannot_be_written_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])
    (tmp_path / "junit.xml").mkdir()

    assert write_outputs(tmp_path) == [f"{tmp_path}/junit.xml: cannot be written: Is a directory"]
    assert (tmp_path / "report.html").exists()


def test_as_a_process_it_says_what_is_wrong_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "loadtest.report.outputs"]
    write_run(tmp_path / "run", info(), [visit(1)])

    good = subprocess.run([*command, "run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    bad = subprocess.run([*command, "no\nrun"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == r"no\nrun: has no run.json; name a run's folder, such as results/latest" + "\n"
