"""`loadtest run`: what it refuses before it sends anything, what it says of a bad host, how it ends."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from loadtest.report.outputs import OUTPUTS
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
    wait_for_visits,
)

SHORT = ("--set", "stages=[{duration_s = 3, rate_per_s = 20}]", "--set", "dwell_s=0.2")


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
    command = instrumented(sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(port))
    with served(command, port, folder / "board.log") as board:
        yield board


class Counting(BaseHTTPRequestHandler):
    """Counts requests, and answers each with a page that knows nothing of Socket.IO."""

    asked = 0

    def do_GET(self) -> None:
        """Answer."""
        type(self).asked += 1
        body = b'<html><script>const clientId = "00000000-0000-4000-8000-000000000000"</script></html>'
        is_page = self.path == "/"
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def plain_web_server() -> Iterator[str]:
    Counting.asked = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nosuch"], "nosuch: "),
        (["demo", "--set", "users.max=-5"], "users.max: -5 is below 1"),
        (
            ["demo", "--set", "departures[0].manner=teleport"],
            'departures[0].manner: "teleport" is not one of',
        ),
        (["demo", "--set", "departures[0].at=P99"], 'departures[0].at: "P99" is not a point'),
        (["demo", "--set", "speed=9"], "speed: unknown key"),
        (["demo", "--workers", "0"], "--workers"),
        (["demo", "--nonsense"], "--nonsense"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_sent(arguments: list[str], message: str, tmp_path: Path) -> None:
    with plain_web_server() as url:
        ended = loadtest("run", *arguments, "--host", url, cwd=tmp_path)

        assert ended.status == 104, ended.errors
        assert message in plain(ended.errors)
        assert Counting.asked == 0
    assert not (tmp_path / "results").exists()


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        "seed = 'x'\n[app]\npreset = 'nicegui'\n[[stages]]\nduration_s = -1\nrate_per_s = 1\n"
        "[[departures]]\nat = 'P03'\nmanner = 'ws_close'\n"
    )

    ended = loadtest("run", "bad.toml", "--host", "http://127.0.0.1:1", cwd=tmp_path)

    assert ended.status == 104
    for mistake in (
        "bad.toml: seed:",
        "bad.toml: stages[0].duration_s: -1",
        "bad.toml: departures[0].manner",
    ):
        assert mistake in ended.errors
    assert "there is no WebSocket yet" in ended.errors


def test_a_host_beyond_this_machine_is_refused(tmp_path: Path) -> None:
    ended = loadtest("run", "demo", "--host", "http://192.0.2.1:80", cwd=tmp_path)

    assert ended.status == 104
    assert "--allow-host 192.0.2.1" in ended.errors


def test_an_unreachable_host_is_inconclusive_and_told_as_outcomes(tmp_path: Path) -> None:
    ended = loadtest("run", "demo", "--host", f"http://127.0.0.1:{free_port()}", *SHORT, cwd=tmp_path)

    navigations = summary_of(only_run(tmp_path / "results"))["navigations"]
    assert ended.status == 98, ended.output
    assert navigations["failed"] == navigations["due"] > 0
    assert "connection refused" in plain(ended.output)


def test_a_host_without_socket_io_is_inconclusive_and_told_as_outcomes(tmp_path: Path) -> None:
    with plain_web_server() as url:
        ended = loadtest(
            "run", "demo", "--host", url, *SHORT, "--set", "departures=[{at='stay'}]", cwd=tmp_path
        )

    navigations = summary_of(only_run(tmp_path / "results"))["navigations"]
    assert ended.status == 98, ended.output
    assert navigations["refused"] + navigations["failed"] == navigations["due"] > 0


@pytest.mark.slow
def test_the_same_seed_plans_the_same_departures_with_two_processes_as_with_one(
    board: Served, tmp_path: Path
) -> None:
    plans = []
    for name, workers in (("one", "1"), ("again", "1"), ("two", "2")):
        ended = loadtest(
            "run", "demo", "--host", board.url, *SHORT, "--workers", workers, "--out", name, cwd=tmp_path
        )
        assert ended.status == 0, ended.output + ended.errors
        plans.append(
            [
                (record["number"], record["page"], record["due_s"], record["planned"])
                for record in records(tmp_path / name)
            ]
        )

    assert plans[0] == plans[1] == plans[2]
    assert len({record["planned"]["at"] for record in records(tmp_path / "one")}) > 5
    info = json.loads((tmp_path / "two" / "run.json").read_text())
    assert (info["workers"], info["generator"]["processes"], info["lost_numbers"]) == (2, 2, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_has(board: Served, tmp_path: Path, number: signal.Signals) -> None:
    command = [
        *TOOL,
        "run",
        "demo",
        "--host",
        board.url,
        "--set",
        "stages=[{duration_s = 60, rate_per_s = 20}]",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_visits(tmp_path / "results")
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)

    run = only_run(tmp_path / "results")
    info = json.loads((run / "run.json").read_text())
    summary = summary_of(run)
    assert process.returncode == 105, errors
    assert (info["ended"], info["verdict"], info["exit_code"]) == ("interrupted", "interrupted", 105)
    assert summary["navigations"]["started"] == len(records(run)) > 0
    assert b"nterrupted" in output


def test_a_run_whose_process_is_killed_is_summed_up_from_what_it_left(board: Served, tmp_path: Path) -> None:
    command = [
        *TOOL,
        "run",
        "demo",
        "--host",
        board.url,
        "--set",
        "stages=[{duration_s = 60, rate_per_s = 20}]",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_visits(tmp_path / "results")
        (child,) = psutil.Process(process.pid).children()
        child.kill()
        output, errors = process.communicate(timeout=60)

    summary = summary_of(only_run(tmp_path / "results"))
    assert process.returncode == 98, errors
    assert (summary["ended"], summary["exit_code"]) == ("running", 98)
    assert summary["navigations"]["started"] == len(records(only_run(tmp_path / "results"))) > 0
    assert b"INCONCLUSIVE" in output
    assert {file.name for file in only_run(tmp_path / "results").iterdir()} >= OUTPUTS.keys()


def test_without_hooks_the_client_alone_is_judged_unless_hooks_are_required(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(port)]
    with served(command, port, tmp_path / "board.log") as bare:
        relaxed = loadtest("run", "demo", "--host", bare.url, *SHORT, "--out", "relaxed", cwd=tmp_path)
        strict = loadtest(
            "run", "demo", "--host", bare.url, *SHORT, "--require-hooks", "--out", "strict", cwd=tmp_path
        )

    assert (relaxed.status, strict.status) == (0, 98)
    assert summary_of(tmp_path / "relaxed")["server"] is None
    assert "loadtest instrument -- " in plain(relaxed.output)


def test_the_report_is_made_again_from_the_files_alone(board: Served, tmp_path: Path) -> None:
    ended = loadtest("run", "demo", "--host", board.url, *SHORT, cwd=tmp_path)

    again = loadtest("report", "results/latest", cwd=tmp_path)

    assert again.status == 0
    assert again.output.replace(
        "results/latest", only_run(tmp_path / "results").name
    ) == ended.output.replace(
        f"results/{only_run(tmp_path / 'results').name}", only_run(tmp_path / "results").name
    )


def test_plain_locust_in_a_checkout_runs_a_profile(board: Served, tmp_path: Path) -> None:
    checkout = Path(__file__).parents[2]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "locust", "--headless", "-u", "20", "-t", "4s"),
            *("--nav-profile", "demo", "--host", board.url, "--nav-out", str(tmp_path / "run")),
            *("--csv", str(tmp_path / "rows")),
        ],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    info = json.loads((tmp_path / "run" / "run.json").read_text())
    rows = (tmp_path / "rows_stats.csv").read_text()
    assert done.returncode == 0, done.stderr
    assert (info["users"], info["duration_s"], info["ended"]) == (20, 4.0, "finished")
    assert all(record["due_s"] <= 4 for record in records(tmp_path / "run"))
    for row in ("page,/", "open,WebSocket", "connect,CONNECT", "handshake,handshake"):
        assert row in rows
    assert {file.name for file in (tmp_path / "run").iterdir()} >= OUTPUTS.keys()


def test_a_foreign_page_may_not_start_a_run_and_a_mistake_is_an_answer_of_the_form(
    board: Served, tmp_path: Path
) -> None:
    port = free_port()
    with served([*TOOL, "ui", "--port", str(port)], port, tmp_path / "ui.log", cwd=tmp_path):
        foreign = post(port, "nav_profile=demo", origin="http://evil.example")
        wrong = post(port, "nav_profile=nosuch&host=" + board.url)
        rebound = post(port, "nav_profile=demo", host=f"evil.example:{port}")
        smuggled = post(port, f"nav_profile=demo&host={board.url}&nav_out=elsewhere")

    assert (foreign[0], rebound[0]) == (403, 403)
    assert "not in this form: nav_out" in json.loads(smuggled[1])["message"]
    answer = json.loads(wrong[1])
    assert answer["success"] is False
    assert "nosuch" in answer["message"]
    assert not (tmp_path / "results").exists()


def post(port: int, body: str, origin: str | None = None, host: str | None = None) -> tuple[int, str]:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        lines = [
            "POST /swarm HTTP/1.1",
            f"Host: {host or f'127.0.0.1:{port}'}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *([f"Origin: {origin}"] if origin else []),
        ]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, text = answer.partition("\r\n\r\n")
    return int(head.split()[1]), text
