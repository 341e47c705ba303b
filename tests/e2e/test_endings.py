"""How runs end when something else ends first: a handler, the server, a worker, the disk, another run."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.harness import (
    TOOL,
    Served,
    free_port,
    instrumented,
    loadtest,
    only_run,
    records,
    served,
    summary_of,
    wait_for_visits,
)
from tests.report.disk import small_disk

pytestmark = pytest.mark.slow

SLOW_HANDLER = Path(__file__).parent / "apps" / "slow_handler.py"
HANDSHAKE = """
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[departures]]
at = "P17"
[[stages]]
duration_s = 2
rate_per_s = 10
"""
LONG = ("--set", "stages=[{duration_s = 60, rate_per_s = 20}]")


@pytest.fixture(autouse=True, scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the board and all runs of this module meet, in place of a folder for each test."""
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        environment.delenv("LOADTEST_COLLECTOR", raising=False)
        yield folder


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo board, mended, under the hooks."""
    port = free_port()
    folder = tmp_path_factory.mktemp("board")
    with served(board_command(port), port, folder / "board.log") as board:
        yield board


def board_command(port: int) -> list[str]:
    return instrumented(sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(port))


def test_an_error_of_a_handler_that_outlives_its_visitor_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "handshake.toml").write_text(HANDSHAKE)
    port = free_port()
    command = instrumented(sys.executable, str(SLOW_HANDLER), str(port), "3")

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "handshake.toml", "--host", app.url, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    (finding,) = summary["findings"]
    assert ended.status == 99, ended.output
    assert (finding["what"], finding["at"]) == ("KeyError in handshake", ["P17"])
    assert finding["count"] == finding["of"] == summary["navigations"]["started"] > 0


def test_handlers_that_outlive_the_quiet_make_the_run_inconclusive(tmp_path: Path) -> None:
    (tmp_path / "handshake.toml").write_text(HANDSHAKE)
    port = free_port()
    command = instrumented(sys.executable, str(SLOW_HANDLER), str(port), "60")

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "handshake.toml", "--host", app.url, cwd=tmp_path)

    assert ended.status == 98, ended.output
    assert "still running" in ended.output


def test_a_server_that_is_killed_is_found_dead(tmp_path: Path) -> None:
    port = free_port()
    command = [
        *TOOL,
        "run",
        "demo",
        "--host",
        f"http://127.0.0.1:{port}",
        "--set",
        "stages=[{duration_s = 8, rate_per_s = 20}]",
    ]
    with (
        served(board_command(port), port, tmp_path / "board.log") as board,
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        wait_for_visits(tmp_path / "results")
        psutil.Process(board.pid).kill()
        output, errors = process.communicate(timeout=120)

    summary = summary_of(only_run(tmp_path / "results"))
    assert process.returncode == 99, errors
    (finding,) = summary["findings"]
    assert (finding["kind"], finding["what"]) == ("liveness", "server process died")
    assert (finding["attributed"], summary["server"]["alive"]) == (False, False)
    assert b"server process died" in output


def test_a_dead_master_takes_its_workers_with_it(board: Served, tmp_path: Path) -> None:
    command = [*TOOL, "run", "demo", "--host", board.url, *LONG, "--workers", "2"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_visits(tmp_path / "results")
        (master,) = psutil.Process(process.pid).children()
        workers = master.children()
        master.kill()
        process.communicate(timeout=60)

    assert len(workers) == 2
    assert process.returncode == 98
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def test_two_runs_at_once_keep_their_workers_apart(board: Served, tmp_path: Path) -> None:
    arguments = ["--host", board.url, "--workers", "2", "--set", "stages=[{duration_s = 4, rate_per_s = 10}]"]
    runs = [
        subprocess.Popen(
            [*TOOL, "run", "demo", *arguments, "--out", name],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in ("one", "other")
    ]
    said = [run.communicate(timeout=120)[1] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], said
    for name in ("one", "other"):
        info = json.loads((tmp_path / name / "run.json").read_text())
        assert (info["workers"], info["lost_numbers"]) == (2, 0)
        numbers = [record["number"] for record in records(tmp_path / name)]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) == summary_of(tmp_path / name)["server"]["visits"] + sum(
            record["actual"]["at"] < "P12" for record in records(tmp_path / name)
        )


def test_a_full_disk_ends_the_run_in_order(board: Served, tmp_path: Path) -> None:
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, 24_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        [*TOOL, "run", "demo", "--host", board.url, *LONG],
        cwd=tmp_path,
        preexec_fn=limit_files,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 98, done.stderr
    assert "the run is broken off" in done.stderr
    assert "Traceback" not in done.stderr
    lines = (only_run(tmp_path / "results") / "navigations.jsonl").read_text().splitlines()
    numbers = {json.loads(line)["number"] for line in lines[:-1]}  # the last one is cut where the disk ended
    assert len(numbers) > 20


def test_a_run_on_a_full_file_system_has_its_last_words_there(board: Served, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1_000_000) as disk:
        (disk / "filler").write_bytes(bytes(640_000))
        command = ("run", "demo", "--host", board.url, *LONG, "--out", str(disk / "run"))
        ended = loadtest(*command, cwd=tmp_path)
        run = disk / "run"
        summary = summary_of(run)
        info = json.loads((run / "run.json").read_text())
        lines = (run / "navigations.jsonl").read_text().splitlines()

    assert ended.status == 98, ended.errors
    assert "the run is broken off: " in ended.errors
    assert "Traceback" not in ended.errors
    full = "jsonl: cannot be written: No space left on device"
    assert "INCONCLUSIVE: " in ended.output
    assert summary["reasons"][0].startswith("the run was broken off: ")
    assert full in summary["reasons"][0]
    assert (info["ended"], info["verdict"], info["exit_code"]) == ("running", "inconclusive", 98)
    assert full in info["broken_off"]
    assert len(lines) - summary["skipped_lines"] <= summary["navigations"]["due"] <= len(lines)
    assert summary["navigations"]["due"] > 20


def test_an_address_that_is_taken_is_told_before_anything_is_made(board: Served, tmp_path: Path) -> None:
    port = board.url.rpartition(":")[2]

    ended = loadtest(
        "run", "demo", "--host", board.url, "--collector-bind", f"127.0.0.1:{port}", cwd=tmp_path
    )

    assert ended.status == 104, ended.errors
    assert "cannot be bound" in ended.errors
    assert "Traceback" not in ended.errors
    assert not (tmp_path / "results").exists()
