"""A profile out of a running app, out of a browser's recording, and one whose app is found out at the run."""

import json
import sys
import threading
import tomllib
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.discovery.hosts import everywhere, port_of_nobody
from tests.e2e.browser import chromium
from tests.e2e.environments import python_with
from tests.e2e.harness import TOOL, Served, free_port, loadtest, only_run, records, served
from tests.transport.server import Peer

NICEGUI = Path(__file__).parent / "apps" / "nicegui_app.py"
RATE = """
[[stages]]
duration_s = 2
rate_per_s = 15
arrivals = "constant"

[[departures]]
at = "stay"

[dwell_s]
constant = 0.2
"""


def board(port: int) -> list[str]:
    return [sys.executable, "-m", "loadtest.demo", "--port", str(port)]


def stays(run: Path) -> list[dict[str, Any]]:
    """Return the records of those who meant to stay."""
    return [record for record in records(run) if record["planned"]["at"] == "stay"]


def record_two_loads(url: str, har: Path, folder: Path) -> None:
    """Let Chromium load a page twice, with Playwright's recording on."""
    with chromium(folder, record_har_path=str(har), record_har_content="embed") as context:
        for _ in range(2):
            context.pages[0].goto(url)
            context.pages[0].get_by_text("Connected").wait_for()


def test_nicegui_is_looked_at_and_its_profile_runs_at_once(tmp_path: Path) -> None:
    port = free_port()
    python = python_with("nicegui==2.11.0")
    with served([str(python), str(NICEGUI), str(port)], port, tmp_path / "app.log") as app:
        written = loadtest("init", app.url, "--out", "app.toml", cwd=tmp_path)
        again = loadtest("init", app.url, "--out", "app.toml", cwd=tmp_path)
        shown = loadtest("init", app.url, "--out", "-", cwd=tmp_path)
        ended = loadtest("run", "app.toml", "--host", app.url, "--visits", "30", cwd=tmp_path)
    run = only_run(tmp_path / "results")

    assert (written.status, written.errors) == (0, ""), written.errors
    assert written.output.splitlines()[1:4] == [
        "framework: NiceGUI 2.11.0, told by its page's addresses",
        "Socket.IO at /_nicegui_ws/socket.io/: Engine.IO 4 over websocket and polling",
        "pings: every 4 s, time-out 2 s",
    ]
    assert (again.status, again.output) == (104, "")
    assert "app.toml is there already" in again.errors
    assert tomllib.loads(shown.output)["app"] == {"preset": "nicegui", "pages": ["/"]}
    assert (
        shown.errors.splitlines()[:-1] == written.output.splitlines()[:-2]
    )  # but for the times of the visit
    assert ended.status == 0, ended.output + ended.errors
    assert len(records(run)) == 30
    assert {record["outcome"] for record in stays(run)} == {"completed"}
    assert all(record["phases_ms"]["handshake"] > 0 for record in stays(run))


@pytest.mark.slow
def test_what_a_browser_did_on_the_board_visits_do_too(tmp_path: Path) -> None:
    port = free_port()
    with served(board(port), port, tmp_path / "board.log") as app:
        record_two_loads(app.url, tmp_path / "board.har", tmp_path / "chromium")
        written = loadtest("init", "--har", "board.har", cwd=tmp_path)
        ended = loadtest("run", f"127.0.0.1-{port}.toml", "--host", app.url, "--visits", "30", cwd=tmp_path)
    run = only_run(tmp_path / "results")
    profile = tomllib.loads((tmp_path / f"127.0.0.1-{port}.toml").read_text())

    assert written.status == 0, written.errors
    assert profile["app"]["extract"] == {"visitor": {"regex": 'data-visitor="([^"]+)"'}}
    assert profile["app"]["handshake"] == {"event": "join", "data": {"visitor": "$visitor"}, "ack": True}
    assert ended.status == 0, ended.output + ended.errors
    assert {record["outcome"] for record in stays(run)} == {"completed"}
    assert all(record["phases_ms"]["handshake"] > 0 for record in stays(run))


@pytest.mark.slow
def test_a_rate_without_an_app_is_aimed_at_any_and_every_worker_knows_it(tmp_path: Path) -> None:
    (tmp_path / "rate.toml").write_text(RATE)
    port = free_port()
    python = python_with("nicegui==2.11.0")
    with served([str(python), str(NICEGUI), str(port)], port, tmp_path / "app.log") as app:
        unknown = loadtest("check", "rate.toml", cwd=tmp_path)
        known = loadtest("check", "rate.toml", "--host", app.url, cwd=tmp_path)
        ended = loadtest("run", "rate.toml", "--host", app.url, "--workers", "2", cwd=tmp_path)
    run = only_run(tmp_path / "results")
    text = json.loads((run / "run.json").read_text())["profile_text"]

    assert "  app        found out at the run, by looking at its page /\n" in unknown.output
    assert "  app        nicegui, pages /, socket /_nicegui_ws/socket.io/\n" in known.output
    assert ended.status == 0, ended.output + ended.errors
    assert "app: preset nicegui, socket /_nicegui_ws/socket.io/" in ended.errors
    assert tomllib.loads(text)["app"] == {"preset": "nicegui", "pages": ["/"]}
    assert [record["outcome"] for record in records(run)] == ["completed"] * 30
    assert all(record["phases_ms"]["handshake"] > 0 for record in records(run))


def test_where_no_app_is_nothing_is_written_and_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "rate.toml").write_text(RATE)
    url = port_of_nobody()

    looked = loadtest("init", url, cwd=tmp_path)
    ran = loadtest("run", "rate.toml", "--host", url, cwd=tmp_path)
    elsewhere = loadtest("init", "http://192.0.2.1:8080/", cwd=tmp_path)

    assert (looked.status, ran.status, elsewhere.status) == (98, 104, 104)
    assert looked.errors == f"{url}: nobody listens there: connection refused\n"
    assert "rate.toml: app: does not say what app this is, and it could not be found out." in ran.errors
    assert "192.0.2.1 is not this machine" in elsewhere.errors
    assert [path.name for path in tmp_path.iterdir()] == ["rate.toml"]


def swarm(ui: Served, host: str) -> dict[str, Any]:
    """Send the form, and return what it answers."""
    form = {"host": host, "user_count": "1", "spawn_rate": "1", "nav_profile": "rate.toml"}
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{ui.url}/swarm", data, timeout=30) as answer:
        said: dict[str, Any] = json.loads(answer.read())
    return said


def test_the_form_finds_the_app_out_and_the_page_stays_alive_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "rate.toml").write_text(RATE)
    ui_port, board_port = free_port(), free_port()
    answers: list[dict[str, Any]] = []
    with (
        served([*TOOL, "ui", "--port", str(ui_port)], ui_port, tmp_path / "ui.log", cwd=tmp_path) as ui,
        served(board(board_port), board_port, tmp_path / "board.log") as app,
        everywhere(Peer.end) as silent,
    ):
        asking = threading.Thread(target=lambda: answers.append(swarm(ui, silent.origin)))
        asking.start()
        with urllib.request.urlopen(f"{ui.url}/stats/requests", timeout=30) as answer:
            state = json.loads(answer.read())["state"]
        is_alive = asking.is_alive()
        asking.join(30)
        started = swarm(ui, app.url)

    assert (state, is_alive) == ("ready", True)
    assert answers[0]["success"] is False
    assert "rate.toml: app: does not say what app this is" in answers[0]["message"]
    assert started["success"] is True
