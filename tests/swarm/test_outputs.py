"""The outputs of a run, written by a process of their own."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from loadtest.swarm.child import passing_signals_on
from loadtest.swarm.outputs import OutputWriter, write_apart
from tests.report.building import info, visit, write_run


def test_the_outputs_are_written_and_there_is_nothing_to_say(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])

    assert write_apart(tmp_path) == []
    assert {"series.csv", "junit.xml", "report.html"} <= {file.name for file in tmp_path.iterdir()}


def test_a_users_files_are_no_modules_of_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not the json you wanted')", encoding="utf-8")
    (run := tmp_path / "run").mkdir()
    write_run(run, info(), [visit(1)])
    monkeypatch.chdir(tmp_path)

    assert write_apart(run) == []


def test_what_went_wrong_is_told(tmp_path: Path) -> None:
    assert write_apart(tmp_path) == [
        f"{tmp_path}: has no run.json; name a run's folder, such as results/latest"
    ]


def test_what_takes_too_long_is_left(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])

    assert write_apart(tmp_path, limit_s=0.01) == [
        f"{tmp_path}: its outputs took more than 0 s, and were left"
    ]


def test_a_signal_meanwhile_ends_the_writer_alone(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])
    writers: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def interrupted(process: "subprocess.Popen[bytes]") -> Iterator[Sequence[int]]:
        with passing_signals_on(process) as signals:
            writers.append(process)
            signal.raise_signal(signal.SIGTERM)
            yield signals

    assert write_apart(tmp_path, attend=interrupted) == [
        f"{tmp_path}: its outputs were left; 'loadtest report' makes them of what is there"
    ]
    assert [writer.returncode for writer in writers] == [-signal.SIGTERM]


def test_who_goes_on_can_wait_for_them_in_the_end(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])
    (tmp_path / "junit.xml").mkdir()
    said: list[str] = []
    writer = OutputWriter(said.append)

    writer.join()
    writer.start(tmp_path)
    writer.join()

    assert said == [f"{tmp_path}/junit.xml: cannot be written: Is a directory"]
    assert (tmp_path / "report.html").exists()
