"""What becomes of a run's last words when somebody is in their way."""

import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e.harness import TOOL, Served, free_port, instrumented, served, starting

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the board and all runs of this module meet, in place of a folder for each test."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        environment.delenv("LOADTEST_COLLECTOR", raising=False)
        yield


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo board, mended, under the hooks."""
    port = free_port()
    command = instrumented(sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(port))
    with served(command, port, tmp_path_factory.mktemp("board") / "board.log") as board:
        yield board


def short_run(board: Served, run: Path) -> list[str]:
    return [*TOOL, "run", "demo", "--host", board.url, "--visits", "30", "--out", str(run)]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come within a minute"
        time.sleep(0.02)


def test_a_folder_that_was_taken_away_is_told(board: Served, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"

    with starting(short_run(board, run), tmp_path, log) as process:
        wait_until(lambda: (run / "navigations.jsonl").exists())
        shutil.rmtree(run)
        status = process.wait(60)

    said = log.read_text()
    assert status == 98, said
    assert f"the run's last word cannot be written: {run}: has no run.json" in said
    assert "Traceback" not in said


def test_a_signal_while_the_outputs_are_written_costs_no_verdict(board: Served, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"

    writers: list[psutil.Process] = []

    def is_written(pid: int) -> bool:
        for child in psutil.Process(pid).children():
            with suppress(psutil.Error):  # it may end while it is asked
                if "loadtest.report.outputs" in child.cmdline():
                    writers.append(child)
        return bool(writers)

    with starting(short_run(board, run), tmp_path, log) as process:
        wait_until(lambda: is_written(process.pid))
        (writer,) = writers
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
        assert not writer.is_running()

    said = log.read_text()
    assert (status, json.loads((run / "run.json").read_text())["exit_code"]) == (0, 0), said
    assert "PASS: " in said
    assert "its outputs were left" in said
