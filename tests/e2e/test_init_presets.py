"""On the real app of each framework init writes a profile, and its run completes all visits that stay."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.environments import node_with, python_with
from tests.e2e.harness import free_port, loadtest, only_run, records, served
from tests.e2e.test_presets import APPS, CHAINLIT, FLASK, NODE, PLAIN, REFLEX

ITS_EXAMPLE = re.compile(r"^#     ((?:extract|handshake) = )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class App:
    """An app of a framework."""

    framework: str
    """As init tells it."""
    preset: str
    command: Callable[[int, Path], Sequence[str]]
    """From a port and a folder to work in."""
    has_own_handshake: bool = False
    """Whether its pages' handshake is the app's own, so that init can only give an example."""


def python(requirements: Sequence[str], script: str, *more: str) -> Callable[[int, Path], Sequence[str]]:
    return lambda port, _: [str(python_with(*requirements)), str(APPS / script), str(port), *more]


def node(port: int, _: Path) -> Sequence[str]:
    packages = node_with(*NODE) / "node_modules"
    return ["env", f"NODE_PATH={packages}", "node", str(APPS / "node_app.cjs"), str(port)]


def chainlit(port: int, _: Path) -> Sequence[str]:
    program = python_with(*CHAINLIT).with_name("chainlit")
    options = ["--headless", "--host", "127.0.0.1", "--port", str(port)]
    return [str(program), "run", str(APPS / "chainlit_app.py"), *options]


def reflex(port: int, folder: Path) -> Sequence[str]:
    shutil.copytree(APPS / "reflex_app", folder, dirs_exist_ok=True)
    program = python_with(*REFLEX).with_name("reflex")
    return [str(program), "run", "--backend-only", "--backend-host", "127.0.0.1", "--backend-port", str(port)]


NAMES = {
    "flask": App(
        "Flask-SocketIO (likely)", "flask-socketio", python(FLASK, "flask_app.py", "threading"), True
    ),
    "flask on gevent": App(
        "python-socketio", "python-socketio", python(FLASK, "flask_app.py", "gevent"), True
    ),
    "asgi": App("python-socketio", "python-socketio", python(PLAIN, "asgi_app.py"), True),
    "node": App("Socket.IO for Node", "socketio-node", node, True),
    "nicegui 2.10": App("NiceGUI 2.10.1", "nicegui", python(("nicegui==2.10.1",), "nicegui_app.py")),
    "nicegui 3": App("NiceGUI 3.18.0", "nicegui", python(("nicegui==3.18.0",), "nicegui_app.py")),
    "chainlit": App("Chainlit", "chainlit", chainlit),
    "reflex": App("Reflex", "reflex", reflex),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_init_writes_a_profile_whose_stays_are_all_completed(name: str, tmp_path: Path) -> None:
    app, port = NAMES[name], free_port()
    folder = tmp_path / "app"
    folder.mkdir()
    with served(app.command(port, folder), port, tmp_path / "app.log", cwd=folder) as running:
        written = loadtest("init", running.url, "--out", "app.toml", cwd=tmp_path)
        if app.has_own_handshake:  # a person who reads the comment takes its example
            text = (tmp_path / "app.toml").read_text()
            (tmp_path / "app.toml").write_text(ITS_EXAMPLE.sub(r"\1", text))
        ended = loadtest("run", "app.toml", "--host", running.url, "--visits", "30", cwd=tmp_path)
    run = only_run(tmp_path / "results")
    stays = [record for record in records(run) if record["planned"]["at"] == "stay"]

    assert written.status == 0, written.errors
    assert f"framework: {app.framework}, told by " in written.output
    assert f'\npreset = "{app.preset}"\n' in (tmp_path / "app.toml").read_text()
    assert ended.status == 0, ended.output + ended.errors
    assert {record["outcome"] for record in stays} == {"completed"}
    assert all("handshake" in record["phases_ms"] for record in stays) or name in ("nicegui 3", "reflex")
