"""A run followed while it is on: what the follower tells is what the run's files say in the end."""

import json
import re
import signal
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

STAGES = "stages=[{duration_s = 4, rate_per_s = [5, 30]}, {duration_s = 200, rate_per_s = 20}]"


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


def command_of(board: Served, run: Path) -> list[str]:
    """Return the command of a run that goes on until somebody has seen enough."""
    return [*TOOL, "run", "demo", "--host", board.url, "--out", str(run), "--set", STAGES]


def wait_for_run(run: Path, running: "subprocess.Popen[bytes]") -> None:
    """Wait until a run has its folder."""
    deadline = time.monotonic() + 120
    while not (run / "run.json").exists():
        assert running.poll() is None, "the run has ended"
        assert time.monotonic() < deadline, "the run does not begin"
        time.sleep(0.05)


def messages_of(run: Path) -> Iterator[dict[str, Any]]:
    """Follow a run to its end."""
    command = [sys.executable, "-m", "loadtest.report.live", str(run), "--stdin-alive"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as follower:
        assert follower.stdout is not None
        for line in follower.stdout:
            yield json.loads(line)
        assert follower.wait(30) == 0


def seconds_of(messages: list[dict[str, Any]]) -> list[int]:
    """Return the latest second that each message with phases tells of."""
    return [max(row["t"] for row in one["rows"]) for one in messages if one["type"] == "phases"]


def test_a_run_is_told_while_it_is_on_and_its_end_is_its_summary(board: Served, tmp_path: Path) -> None:
    run = tmp_path / "run"
    messages: list[dict[str, Any]] = []
    summaries: list[dict[str, Any]] = []
    is_stopped = False
    with starting(command_of(board, run), tmp_path, tmp_path / "run.log") as running:
        wait_for_run(run, running)
        for message in messages_of(run):
            messages.append(message)
            summaries += [message["summary"]] if message["type"] == "summary" else []
            has_found = any(one["findings"] for one in summaries[1:])
            if not is_stopped and has_found and len(set(seconds_of(messages))) >= 3:
                is_stopped = True  # rows have grown, and a finding is told: enough was seen while it was on
                running.send_signal(signal.SIGINT)
        assert running.wait(60) == 105
    summary = summary_of(run)

    assert is_stopped
    assert {(one["verdict"], one["exit_code"]) for one in summaries} == {(None, None)}
    due = [one["navigations"]["due"] for one in summaries]
    assert due == sorted(due)
    found = {one["what"]: one["story"] for one in summaries[-1]["findings"]}
    assert "KeyError in handle_disconnect" in found["KeyError in handle_disconnect"]

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
    assert max(row["residue"]["sids"] or 0 for row in server) > 0


def test_from_another_shell_a_run_is_told_in_lines_and_then_as_a_report(
    board: Served, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    pipe = subprocess.PIPE
    is_stopped = False
    lines: list[str] = []
    with starting(command_of(board, run), tmp_path, tmp_path / "run.log") as running:
        wait_for_run(run, running)
        command = [*TOOL, "report", str(run), "--follow"]
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as report:
            assert report.stderr is not None
            for line in report.stderr:
                lines.append(line)
                if not is_stopped and line.startswith("finding: KeyError"):
                    is_stopped = True
                    running.send_signal(signal.SIGINT)
            told, _ = report.communicate(timeout=60)
        assert running.wait(60) == 105
    assert report.returncode == 0
    (index,) = [index for index, line in enumerate(lines) if line.startswith("finding: KeyError")]
    assert lines[index].startswith("finding: KeyError in handle_disconnect")
    assert any(re.fullmatch(r"[\d,]+ visits? of .* server errors? · \d findings?\n", line) for line in lines)
    assert "KeyError in handle_disconnect" in told
    said = (tmp_path / "run.log").read_text()
    page = f"Report: {run / 'report.html'}\n"  # is written after the verdict: who follows may not see it yet
    assert said.replace(page, "").endswith(told.replace(page, ""))
