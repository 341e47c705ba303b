"""Runs that are started over HTTP, as the form does: the follower's life, and the workers'."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.e2e.harness import TOOL, Served, free_port, instrumented, only_run, served, summary_of

pytestmark = pytest.mark.slow

SETTINGS = "stages=[{duration_s = %d, rate_per_s = 10, arrivals = 'constant'}]; dwell_s=0.2"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Served]:
    """The demo's board with its fault, under the hooks."""
    port = free_port()
    fault = ("-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port))
    with served(instrumented(sys.executable, *fault), port, tmp_path / "board.log") as board:
        yield board


def get(ui: Served, path: str) -> Any:
    with urlopen(f"{ui.url}{path}", timeout=30) as answer:
        return json.load(answer)


def start(ui: Served, board: Served, duration_s: int) -> Any:
    """Send the form."""
    form = {"host": board.url, "nav_profile": "demo", "nav_set": SETTINGS % duration_s}
    with urlopen(Request(f"{ui.url}/swarm", urlencode(form).encode()), timeout=30) as answer:
        return json.load(answer)


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def family(pid: int) -> list[psutil.Process]:
    """Return all processes that this one has started, and that are there now."""
    return psutil.Process(pid).children(recursive=True)


def followers(pid: int) -> list[psutil.Process]:
    there = [process for process in family(pid) if not is_ended(process)]
    return [process for process in there if "loadtest.report.live" in process.cmdline()]


def is_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_run_goes_on_when_its_follower_dies(board: Served, tmp_path: Path) -> None:
    port = free_port()
    with served([*TOOL, "ui", "--port", str(port)], port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        assert start(ui, board, 12)["success"]
        until(lambda: get(ui, "/loadtest/live")["messages"], "the follower says nothing")
        (follower,) = followers(ui.pid)
        os.kill(follower.pid, signal.SIGKILL)
        until(
            lambda: "problem" in [message["type"] for message in get(ui, "/loadtest/live")["messages"]],
            "nobody says that the follower has died",
        )
        state = get(ui, "/loadtest/live")["state"]
        until(lambda: get(ui, "/loadtest/live")["state"] == "over", "the run does not end")
        until(lambda: len(get(ui, "/loadtest/files")["files"]) >= 7, "the outputs are not there")
        files = [file["name"] for file in get(ui, "/loadtest/files")["files"]]
        until(lambda: get(ui, "/loadtest/live")["progress"].startswith("FAIL: "), "the verdict is not told")

    assert state in ("load", "quiet")
    summary = summary_of(only_run(tmp_path / "results"))
    assert (summary["ended"], summary["navigations"]["due"], summary["exit_code"]) == ("finished", 120, 99)
    assert set(files) >= {"run.json", "summary.json", "navigations.jsonl", "server.jsonl"}
    assert set(files) >= {"series.csv", "junit.xml", "report.html"}


def test_a_follower_ends_with_its_run_and_the_next_run_has_its_own(board: Served, tmp_path: Path) -> None:
    port = free_port()
    with served([*TOOL, "ui", "--port", str(port)], port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        assert start(ui, board, 2)["success"]
        until(lambda: get(ui, "/loadtest/live")["state"] == "over", "the run does not end")
        until(
            lambda: "end" in [message["type"] for message in get(ui, "/loadtest/live")["messages"]],
            "the follower does not tell the end",
        )
        until(lambda: not followers(ui.pid), "the follower stays")
        first = get(ui, "/loadtest/live")["run"]
        until(lambda: get(ui, "/stats/requests")["state"] == "stopped", "Locust does not stop")
        assert start(ui, board, 60)["success"]
        until(lambda: get(ui, f"/loadtest/live?run={first}&since=9")["reset"], "the new run is not told of")
        until(lambda: followers(ui.pid), "the second run has no follower")
        (follower,) = followers(ui.pid)
    until(lambda: is_ended(follower), "the follower outlives the UI")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_master_workers_and_follower_end_together(board: Served, tmp_path: Path, end: signal.Signals) -> None:
    port = free_port()
    command = [*TOOL, "ui", "--port", str(port), "--workers", "2"]
    with served(command, port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        until(lambda: get(ui, "/worker-count")["worker_count"] == 2, "the workers do not come")
        assert start(ui, board, 60)["success"]
        until(lambda: get(ui, "/loadtest/live")["ticks"], "no load comes")
        there = family(ui.pid)
        assert len(there) == 4, "a master, two workers and a follower"
        os.kill(ui.pid, end)
        until(lambda: all(is_ended(process) for process in there), f"some stay: {there}")

    if end is not signal.SIGKILL:
        assert summary_of(only_run(tmp_path / "results"))["ended"] == "interrupted"


def test_plain_locust_in_a_checkout_does_the_same(tmp_path: Path) -> None:
    port = free_port()
    checkout = Path(__file__).parents[2]
    command = [sys.executable, "-m", "locust", "--web-port", str(port), "--nav-results", str(tmp_path)]
    with served(command, port, tmp_path / "ui.log", cwd=checkout) as ui:
        names = [one["name"] for one in get(ui, "/loadtest/profiles")]
        state = get(ui, "/loadtest/live")["state"]
        listening = _addresses(ui.pid, port)

    assert {"demo", "nicegui"} <= set(names)
    assert state == "idle"
    assert listening == {"127.0.0.1"}


def _addresses(pid: int, port: int) -> set[str]:
    connections = psutil.Process(pid).net_connections("tcp")
    return {
        one.laddr.ip for one in connections if one.laddr.port == port and one.status == psutil.CONN_LISTEN
    }
