"""Runs that a threshold ends early: headless, with workers, from the web UI; and what is kept of them."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.e2e.harness import (
    TOOL,
    Served,
    free_port,
    instrumented,
    loadtest,
    only_run,
    plain,
    records,
    served,
    summary_of,
)

pytestmark = pytest.mark.slow

STAGES = "stages=[{duration_s = 30, rate_per_s = 15}, {duration_s = 300, rate_per_s = 15}]"
ABORT = 'thresholds={"server.errors" = [{ threshold = "count<5", abort_on_fail = true, delay_s = 1 }]}'
AT_ONCE_S = 0.5
"""Within so long every worker has heard that nothing more is to be started."""


@pytest.fixture(autouse=True, scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the board and all runs of this module meet."""
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        environment.delenv("LOADTEST_COLLECTOR", raising=False)
        yield folder


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo board with its fault, under the hooks."""
    port = free_port()
    fault = ("-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port))
    with served(
        instrumented(sys.executable, *fault), port, tmp_path_factory.mktemp("board") / "log"
    ) as board:
        yield board


def assert_ended_early(run: Path) -> dict[str, Any]:
    """Assert that it started nothing more, let all visits end, had its quiet, and judged everything."""
    summary = summary_of(run)
    info = json.loads((run / "run.json").read_text())
    aborted = summary["aborted"]
    assert (summary["ended"], info["ended"], info["aborted"]) == ("aborted", "aborted", aborted)
    assert (summary["verdict"], summary["exit_code"], info["exit_code"]) == ("fail", 99, 99)
    assert aborted["threshold"] == "server.errors count<5"
    assert (aborted["at_s"] >= 1, aborted["value"] >= 5) == (True, True)
    assert summary["reasons"][0] == (
        f"ended early at {aborted['at_s']:,.1f} s: the threshold server.errors count<5 did not hold "
        f"(it was {aborted['value']:g})"
    )
    told = records(run)
    assert max(record["due_s"] for record in told) <= aborted["at_s"] + AT_ONCE_S
    counts = summary["navigations"]
    assert (counts["due"], counts["under_way"], counts["lost_numbers"]) == (len(told), 0, 0)
    assert sum(record["outcome"] in ("completed", "left") for record in told) == counts["started"]
    assert summary["quiet"] is not None
    assert (
        summary["findings"][0]["count"] == summary["server"]["errors"] == summary["server"]["residue"]["sids"]
    )
    first, second = summary["stages"]
    assert (first["ran_s"], second["ran_s"]) == (aborted["at_s"], 0)
    return summary


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_threshold_ends_the_run_and_everything_measured_is_kept(
    workers: str, board: Served, tmp_path: Path
) -> None:
    ended = loadtest(
        *("run", "demo", "--host", board.url, "--set", STAGES, "--set", ABORT, "--workers", workers),
        cwd=tmp_path,
    )

    summary = assert_ended_early(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.errors
    early = f"ended early at {summary['aborted']['at_s']:,.1f} s"
    assert f"FAIL: {early}" in plain(ended.output)
    assert summary["reasons"][0] in ended.errors  # said when it happened
    assert "1, never ran" in plain(ended.output)
    assert "Traceback" not in ended.errors


def test_a_threshold_that_holds_ends_nothing(board: Served, tmp_path: Path) -> None:
    holds = 'thresholds={"phases.page" = [{ threshold = "p(95)<60000", abort_on_fail = true }]}'
    stages = "stages=[{duration_s = 3, rate_per_s = 10, arrivals = 'constant'}]"

    ended = loadtest("run", "demo", "--host", board.url, "--set", stages, "--set", holds, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert (ended.status, summary["ended"], summary["aborted"]) == (99, "finished", None)  # for its finding
    assert summary["navigations"]["due"] == 30


def test_a_run_of_the_web_ui_tells_why_it_ends_early(board: Served, tmp_path: Path) -> None:
    port = free_port()
    lines: list[str] = []
    with served([*TOOL, "ui", "--port", str(port)], port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        form = {"host": board.url, "nav_profile": "demo", "nav_set": f"{STAGES}\n{ABORT}"}
        with urlopen(Request(f"{ui.url}/swarm", urlencode(form).encode()), timeout=30) as answer:
            assert json.load(answer)["success"]
        deadline = time.monotonic() + 120
        while not lines or not lines[-1].startswith("FAIL: "):
            assert time.monotonic() < deadline, lines[-3:]
            with urlopen(f"{ui.url}/loadtest/live", timeout=30) as answer:
                live = json.load(answer)
            if live["progress"] not in lines[-1:]:
                lines.append(live["progress"])
            assert not (live["progress"].startswith("ended early") and live["can_turn"])
            time.sleep(0.1)
        programs = [" ".join(child.cmdline()) for child in psutil.Process(ui.pid).children(recursive=True)]

    assert_ended_early(only_run(tmp_path / "results"))
    assert any(line.startswith("ended early · ") and "visits finish" in line for line in lines), lines
    early = sum(line.startswith("ended early at ") for line in lines)
    assert early <= 1, lines  # the verdict may come between two looks
    assert lines[-1].startswith("FAIL: ended early at ")
    assert not any("loadtest.report.watch" in program for program in programs)
