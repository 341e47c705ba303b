"""The follower as a process."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from loadtest.report.folder import SUMMARY_FILE, write_json
from loadtest.report.info import Ended
from loadtest.report.live.__main__ import main
from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from tests.report.building import info, visit, write_run

COMMAND = [sys.executable, "-m", "loadtest.report.live"]


@contextlib.contextmanager
def following(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the follower; it is killed in the end if it has not ended."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, str(folder), *options], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first(lines: IO[str] | None) -> dict[str, Any]:
    """Return the first message."""
    assert lines is not None
    message: dict[str, Any] = json.loads(lines.readline())
    return message


def running(folder: Path) -> Path:
    """Write a run that is on."""
    return write_run(folder, info(ended=Ended.RUNNING, quiet=None), [visit(0)])


def test_a_run_that_has_ended_is_told_and_the_status_is_0(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(0)])
    write_json(tmp_path / SUMMARY_FILE, summarize(read_run(tmp_path)))
    done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds == ["run", "phases", "end"]


def test_it_ends_when_its_parent_dies(tmp_path: Path) -> None:
    with following(running(tmp_path), "--stdin-alive") as process:
        assert first(process.stdout)["type"] == "run"
        assert process.stdin is not None
        process.stdin.write("anything\n")
        process.stdin.flush()
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(tmp_path: Path, ending: signal.Signals) -> None:
    with following(running(tmp_path)) as process:
        assert first(process.stdout)["type"] == "run"
        process.send_signal(ending)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_ends_when_nobody_reads(tmp_path: Path) -> None:
    with following(running(tmp_path)) as process:
        assert first(process.stdout)["type"] == "run"
        assert process.stdout is not None
        process.stdout.close()
        run = info(ended=Ended.RUNNING, quiet=None, workers=2)
        write_json(tmp_path / "run.json", run.to_json())
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_folder_that_is_not_there_is_104(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 104
    said = capsys.readouterr()
    text = f"{tmp_path}/nowhere: has no run.json; name a run's folder, such as results/latest"
    assert said.err == f"{text}\n"
    assert json.loads(said.out) == {"type": "problem", "text": text}


def test_a_file_that_no_run_wrote_is_104(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text("[]")
    assert main([str(tmp_path)]) == 104
    assert 'has no "schema": 1' in capsys.readouterr().err


def test_a_wrong_usage_is_104(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 104
    assert "the following arguments are required: folder" in capsys.readouterr().err


def test_it_knows_neither_gevent_nor_locust() -> None:
    code = "import sys, loadtest.report.live.__main__ as _; print({'gevent', 'locust'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
