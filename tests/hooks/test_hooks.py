"""Putting the hooks in, and taking them out, in one's own environment."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engineio
import pytest
import socketio

from loadtest import hooks
from loadtest.hooks.launcher import environment
from tests.hooks.receiver import RUN, receiving

CLASSES = (socketio.AsyncServer, socketio.Server, engineio.AsyncServer, engineio.Server)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield
    hooks.uninstall()
    for thread in threading.enumerate():
        if thread.name == "loadtest-hooks":
            thread.join(10)


def functions() -> list[object]:
    return [vars(owner)["_trigger_event"] for owner in CLASSES]


def test_installing_twice_hooks_once() -> None:
    hooks.install()
    once, finders = functions(), list(sys.meta_path)
    hooks.install()

    assert functions() == once
    assert sys.meta_path == finders


def test_uninstalling_puts_everything_back() -> None:
    before, finders = functions(), list(sys.meta_path)
    hooks.install()
    during = functions()

    hooks.uninstall()
    hooks.uninstall()

    assert all(now is not then for now, then in zip(during, before, strict=True))
    assert all(now is then for now, then in zip(functions(), before, strict=True))
    assert sys.meta_path == finders


def test_after_uninstalling_they_can_be_installed_again() -> None:
    before = functions()
    hooks.install()
    hooks.uninstall()
    hooks.install()

    assert all(now is not then for now, then in zip(functions(), before, strict=True))


def said(source: str, env: dict[str, str] | None = None) -> Any:
    """Return what a fresh interpreter prints as JSON; it must say nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", "import json, sys\n" + source],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


EVERYTHING = f"""
import asyncio, concurrent.futures, logging, os, signal, threading, time
import gevent, gevent.hub
import engineio, socketio

def parts():
    found = {{}}
    for name, module in list(sys.modules.items()):
        if name.startswith(("loadtest", "_loadtest")):
            continue
        for key, value in list(vars(module).items()):
            found[name, key] = value
            if isinstance(value, type):
                for inner, part in list(vars(value).items()):
                    found[name, key, inner] = part
    return found

def changed(before):
    after = parts()
    lost = [key for key, value in before.items() if after.get(key, before) is not value]
    return sorted(".".join(key) for key in lost if key[1] not in KEPT and key[2:] not in CACHES)

# what the interpreter and the libraries count and cache themselves
KEPT = {{"__warningregistry__", "_cache", "_counter", "_shutdown_locks"}}
CACHES = {{("__abstractmethods__",), ("_abc_impl",), ("__annotations__",), ("__doc__",)}}

def visit():
    server = engineio.Server(async_mode="threading")
    environ = {{"HTTP_X_LOADTEST_NAVIGATION": "{RUN}" + format(1, "016x")}}
    server._trigger_event("connect", "e1", environ, run_async=False)
    async def look():
        sio = socketio.AsyncServer(async_mode="asgi")
        await sio.eio._trigger_event("connect", "e2", environ, run_async=False)
        await sio._handle_connect("e2", "/", None)
    asyncio.run(look())
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

def ours():
    return [thread for thread in threading.enumerate() if thread.name.startswith("loadtest")]

def standing():
    return [len(sys.meta_path), len(threading.enumerate())]
"""


def test_uninstalling_puts_every_part_of_every_module_back(tmp_path: Path) -> None:
    lost, during, before, after, left = said(
        EVERYTHING + "visit()\n"
        "from loadtest import hooks\n"
        "before, standing_before = parts(), standing()\n"
        "hooks.install()\n"
        "visit()\n"
        "during = changed(before)\n"
        "threads = ours()\n"
        "hooks.uninstall()\n"
        "for thread in threads: thread.join(10)\n"
        "visit()\n"
        "print(json.dumps([changed(before), during, standing_before, standing(), len(ours())]))",
        {"XDG_RUNTIME_DIR": str(tmp_path)},
    )

    assert {"os._exit", "signal.raise_signal", "socketio.server.Server._trigger_event"} <= set(during)
    assert lost == []
    assert before == after
    assert left == 0


def test_what_the_launcher_has_put_in_can_be_taken_out_and_put_in_again(tmp_path: Path) -> None:
    first, lost, again, lost_again = said(
        EVERYTHING + "from loadtest import hooks\n"
        "servers = socketio.Server, engineio.Server\n"
        "def names(): return [one._trigger_event.__code__.co_filename[-18:] for one in servers]\n"
        "visit()\n"
        "first = names()\n"
        "hooks.uninstall()\n"
        "before, out = parts(), names()\n"
        "hooks.install()\n"
        "hooks.install()\n"
        "visit()\n"
        "again = names()\n"
        "hooks.uninstall()\n"
        "print(json.dumps([first, out, again, changed(before)]))",
        {**environment(base=os.environ), "XDG_RUNTIME_DIR": str(tmp_path)},
    )

    assert first == again == ["socketio_server.py", "engineio_server.py"]
    assert [name.rpartition("/")[2] for name in lost] == ["server.py", "server.py"]
    assert lost_again == []


@pytest.mark.parametrize(("code", "lasts"), [("", [True]), ("hooks.uninstall()", [])])
def test_at_exit_nothing_is_said_once_they_are_out(code: str, lasts: list[bool], tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver:
        said(
            EVERYTHING + f"from loadtest import hooks\nhooks.install()\n{code}\nvisit()\nprint(0)",
            {"XDG_RUNTIME_DIR": str(tmp_path)},
        )

    assert [snapshot["is_last"] for snapshot in receiver.snapshots][-1:] == lasts


def test_a_child_of_a_process_that_has_taken_them_out_does_nothing(tmp_path: Path) -> None:
    assert (
        said(
            EVERYTHING + "from loadtest import hooks\n"
            "hooks.install(); visit(); hooks.uninstall()\n"
            "reader, writer = os.pipe()\n"
            "if os.fork() == 0:\n"
            "    visit()\n"
            "    os.write(writer, str(len(ours())).encode())\n"
            "    os._exit(0)\n"
            "os.wait()\n"
            "print(os.read(reader, 10).decode())\n",
            {"XDG_RUNTIME_DIR": str(tmp_path)},
        )
        == 0
    )


def test_importing_the_hooks_imports_nothing_that_an_app_would_notice() -> None:
    assert said(
        "before = set(sys.modules)\n"
        "import loadtest.hooks\n"
        "loadtest.hooks.install()\n"
        "print(json.dumps(sorted(set(sys.modules) - before - {'__future__'})))"
    ) == ["loadtest", "loadtest.hooks", "loadtest.hooks.finder"]


def test_a_visit_imports_no_library_of_the_tools(tmp_path: Path) -> None:
    heavy = ["locust", "gevent", "pydantic", "rich", "typer", "psutil"]
    assert (
        said(
            EVERYTHING.replace("import gevent, gevent.hub", "") + "import loadtest.hooks\n"
            "loadtest.hooks.install()\n"
            "visit()\n"
            f"print(json.dumps([name for name in {heavy} if name in sys.modules]))",
            {"XDG_RUNTIME_DIR": str(tmp_path)},
        )
        == []
    )
