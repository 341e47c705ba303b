"""A run followed while it is on: what the follower tells is what the run's files say in the end."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import TOOL, Served, free_port, instrumented, served, starting, summary_of
from tests.report.live.growing import final_rows

pytestmark = pytest.mark.slow

STAGES = "stages=[{duration_s = 4, rate_per_s = [5, 30]}, {duration_s = 21, rate_per_s = 20}]"


@pytest.fixture(autouse=True, scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the board and the run meet."""
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        environment.delenv("LOADTEST_COLLECTOR", raising=False)
        yield folder


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Served]:
    """The demo board with its fault, under the hooks."""
    port = free_port()
    fault = ("--fault", "handshake-lookup", "--port", str(port))
    with served(
        instrumented(sys.executable, "-m", "loadtest.demo", *fault), port, tmp_path / "board.log"
    ) as board:
        yield board


def wait_for_run(run: Path, running: "subprocess.Popen[bytes]") -> None:
    """Wait until a run has its folder."""
    deadline = time.monotonic() + 60
    while not (run / "run.json").exists():
        assert running.poll() is None, "the run has ended"
        assert time.monotonic() < deadline, "the run does not begin"
        time.sleep(0.05)


def messages_of(run: Path, running: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    """Follow a run; each message has ``is_on``: whether the run's process was there when it came."""
    wait_for_run(run, running)
    command = [sys.executable, "-m", "loadtest.report.live", str(run), "--stdin-alive"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as follower:
        assert follower.stdout is not None
        with contextlib.closing(follower.stdout):
            for line in follower.stdout:
                yield json.loads(line) | {"is_on": running.poll() is None}
        assert follower.wait(30) == 0


@contextlib.contextmanager
def report_followed(run: Path) -> Iterator["subprocess.Popen[str]"]:
    """Follow a run as people do, from another shell."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*TOOL, "report", str(run), "--follow"], stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_from_another_shell_a_run_is_told_in_lines_and_then_as_a_report(
    board: Served, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = [*TOOL, "run", "demo", "--host", board.url, "--out", str(run), "--set", STAGES]
    with starting(command, tmp_path, tmp_path / "run.log") as running:
        wait_for_run(run, running)
        with report_followed(run) as report:
            told, errors = report.communicate(timeout=120)
        assert running.wait(60) == 99
    assert report.returncode == 0
    assert "finding: KeyError in handle_disconnect, of those who left at" in errors
    assert " · 0 failed · page p95 " in errors
    assert told == (tmp_path / "run.log").read_text()[-len(told) :]


def test_a_run_is_told_while_it_is_on_and_its_end_is_its_summary(board: Served, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [*TOOL, "run", "demo", "--host", board.url, "--out", str(run), "--set", STAGES]
    with starting(command, tmp_path, tmp_path / "run.log") as running:
        messages = list(messages_of(run, running))
        assert running.wait(60) == 99
    summary = summary_of(run)

    # while it was on: rows that grow, a finding with its story, and no verdict
    live = [message for message in messages if message["is_on"]]
    seconds = [max(row["t"] for row in one["rows"]) for one in live if one["type"] == "phases"]
    assert len(set(seconds)) >= 3
    assert seconds == sorted(seconds)
    summaries = [message["summary"] for message in messages if message["type"] == "summary"]
    assert len(summaries) >= 2
    assert {(one["verdict"], one["exit_code"]) for one in summaries} == {(None, None)}
    due = [one["navigations"]["due"] for one in summaries]
    assert due == sorted(due)
    (found,) = summaries[-1]["findings"]
    assert found["what"] == "KeyError in handle_disconnect"
    assert "KeyError in handle_disconnect" in found["story"]

    # in the end: the run's own files
    end = messages[-1]
    assert end["type"] == "end"
    for finding in end["summary"]["findings"]:
        assert finding.pop("story")
    assert end["summary"] == summary
    rows = final_rows(messages, "phases")
    assert {
        phase: sum(row["count"] for row in rows if row["phase"] == phase) for phase in summary["phases"]
    } == {phase: figures["count"] for phase, figures in summary["phases"].items()}
    server = final_rows(messages, "server")
    assert sum(row["calls_per_s"] for row in server) == sum(
        handler["calls"] for handler in summary["server"]["handlers"]
    )
    assert sum(row["errors_per_s"] for row in server) == summary["server"]["errors"]
    assert server[-1]["residue"]["sids"] == summary["server"]["residue"]["sids"] > 0
