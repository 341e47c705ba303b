"""Each preset, on the real app of its framework: whoever stays is served, and the server saw them all."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.environments import node_with, python_with
from tests.e2e.harness import free_port, instrumented, loadtest, only_run, records, served, summary_of

APPS = Path(__file__).parent / "apps"
FLASK = ("flask-socketio==5.7.0", "python-socketio==5.18.1", "simple-websocket==1.1.0", "gevent>=24.10")
PLAIN = ("python-socketio==5.18.1", "uvicorn[standard]>=0.30", "simple-websocket==1.1.0", "werkzeug>=3")
CHAINLIT = ("chainlit==2.12.0",)
REFLEX = ("reflex==0.10.1",)
NODE = ("socket.io@4.8.4", "express@5.3.0")

LOAD = """
[[stages]]
duration_s = 2
rate_per_s = 20
arrivals = "constant"

[[departures]]
at = "stay"

[dwell_s]
uniform = [0.2, 0.4]
"""
EVERY_WAY = 'transports = ["upgrade", "websocket", "polling"]\n'
HANDSHAKE = EVERY_WAY + 'handshake = { event = "handshake", data = { client_id = "$client" }, ack = true }\n'
BY_ATTRIBUTE = 'extract = { client = { css = "body", attr = "data-client" } }\n' + HANDSHAKE
BY_JSON = 'extract = { client = { css = "script#client", jmespath = "client.id" } }\n' + HANDSHAKE
BY_REGEX = 'extract = { client = { regex = \'data-client="([^"]+)"\' } }\n' + HANDSHAKE


@dataclass(frozen=True, slots=True)
class Seen:
    """What an app told."""

    counts: Counter[str]
    """How many lines of each kind."""
    abouts: dict[str, dict[str, object]]
    """By kind and navigation: what the line was about."""


def seen_by(log: Path) -> Seen:
    """Read what an app told."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"what"')]
    abouts: dict[str, dict[str, object]] = {line["what"]: {} for line in lines}
    for line in lines:
        abouts[line["what"]][line["navigation"]] = line["about"]
    return Seen(Counter(line["what"] for line in lines), abouts)


def visit(
    command: Sequence[str], port: int, app: str, folder: Path, *options: str, last: str = "disconnect"
) -> tuple[set[str], Seen]:
    """Serve an app, let forty people visit it, and return their navigations and what the app saw of them.

    ``last`` is what the app tells of every visitor at the end.
    """
    (folder / "forty.toml").write_text(f"[app]\n{app}{LOAD}")
    with served(command, port, folder / "app.log", cwd=folder) as running:
        ended = loadtest("run", "forty.toml", "--host", running.url, *options, cwd=folder)
        deadline = time.monotonic() + 15
        while seen_by(running.log).counts[last] < 40 and time.monotonic() < deadline:
            time.sleep(0.1)
    run = only_run(folder / "results")
    told = records(run)
    assert ended.status == 0, ended.output + ended.errors
    assert Counter(record["outcome"] for record in told) == {"completed": 40}, ended.output
    summary = summary_of(run)
    assert summary["findings"] == []
    if "--require-hooks" in options:  # reloaders and command lines around it serve nobody
        assert (summary["server"]["processes"], summary["server"]["visits"]) == (1, 40)
    return {record["navigation"] for record in told}, seen_by(folder / "app.log")


@dataclass(frozen=True, slots=True)
class Tried:
    """A real app of a Python framework, and how a profile describes it."""

    preset: str
    keys: str
    requirements: Sequence[str]
    script: str
    arguments: Sequence[str] = ()


OTHER_WAYS = {"Flask-SocketIO gevent", "python-socketio WSGI"}
"""Frameworks that are tried in another way too."""
TRIED = {
    "Flask-SocketIO threading": Tried("flask-socketio", BY_ATTRIBUTE, FLASK, "flask_app.py", ["threading"]),
    "Flask-SocketIO gevent": Tried("flask-socketio", BY_JSON, FLASK, "flask_app.py", ["gevent"]),
    "python-socketio ASGI": Tried("python-socketio", BY_JSON, PLAIN, "asgi_app.py"),
    "python-socketio WSGI": Tried("python-socketio", BY_ATTRIBUTE, PLAIN, "wsgi_app.py"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in OTHER_WAYS else []) for name in TRIED]
)
def test_an_app_of_the_python_frameworks_serves_all_who_stay(name: str, tmp_path: Path) -> None:
    app = TRIED[name]
    port = free_port()
    python = str(python_with(*app.requirements))
    command = instrumented(python, str(APPS / app.script), str(port), *app.arguments)

    navigations, seen = visit(
        command, port, f'preset = "{app.preset}"\n{app.keys}', tmp_path, "--require-hooks"
    )

    assert seen.counts == {"page": 40, "connect": 40, "handshake": 40, "disconnect": 40}
    assert seen.abouts["page"].keys() == seen.abouts["disconnect"].keys() == navigations
    assert seen.abouts["handshake"] == seen.abouts["page"]  # each the client of its own page


def test_an_app_of_express_and_socketio_serves_all_who_stay(tmp_path: Path) -> None:
    port = free_port()
    packages = node_with(*NODE) / "node_modules"
    command = ["env", f"NODE_PATH={packages}", "node", str(APPS / "node_app.cjs"), str(port)]

    navigations, seen = visit(command, port, f'preset = "socketio-node"\n{BY_REGEX}', tmp_path)

    assert seen.counts == {"page": 40, "connect": 40, "handshake": 40, "disconnect": 40}
    assert seen.abouts["page"].keys() == seen.abouts["disconnect"].keys() == navigations
    assert seen.abouts["handshake"] == seen.abouts["page"]


@pytest.mark.slow
def test_chainlit_starts_a_chat_for_all_who_stay(tmp_path: Path) -> None:
    port = free_port()
    chainlit = python_with(*CHAINLIT).with_name("chainlit")
    command = [str(chainlit), "run", str(APPS / "chainlit_app.py"), "--headless"]
    command += ["--host", "127.0.0.1", "--port", str(port)]

    navigations, seen = visit(
        instrumented(*command),
        port,
        'preset = "chainlit"\nanswer = "new_message"\n',
        tmp_path,
        "--require-hooks",
    )

    assert seen.counts == {"handshake": 40, "disconnect": 40}
    assert seen.abouts["handshake"].keys() == navigations
    assert seen.abouts["handshake"] == seen.abouts["disconnect"]
    assert len(set(seen.abouts["handshake"].values())) == 40  # a session for each page load


@pytest.mark.slow
@pytest.mark.parametrize(
    ("requirements", "hydrate"),
    [(REFLEX, "connect"), (REFLEX, "event"), (("reflex==0.9.13",), "event")],
    ids=["0.10.1", "0.10.1 as before", "0.9.13"],
)
def test_reflex_hydrates_all_who_stay(requirements: Sequence[str], hydrate: str, tmp_path: Path) -> None:
    port = free_port()
    shutil.copytree(APPS / "reflex_app", tmp_path / "app")
    reflex = python_with(*requirements).with_name("reflex")
    command = [str(reflex), "run", "--backend-only", "--backend-host", "127.0.0.1"]
    command += ["--backend-port", str(port)]
    app = f'preset = "reflex"\nhydrate = "{hydrate}"\n'

    navigations, seen = visit(
        instrumented(*command), port, app, tmp_path / "app", "--require-hooks", last="handshake"
    )

    assert seen.counts == {"handshake": 40}  # on_load ran
    assert seen.abouts["handshake"].keys() == navigations
