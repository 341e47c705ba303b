"""Seeing server modules being imported: in fresh interpreters, since a module is imported once."""
# ruff: noqa: ARG005  # finders have the signature that Python calls

import importlib
import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import socketio.server

from loadtest.hooks.finder import Finder


def said(source: str) -> Any:
    """Return what a fresh interpreter prints as JSON; it must say nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", "import json, sys\n" + source], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_nothing_is_imported_early() -> None:
    before, after = said(
        "before = set(sys.modules)\n"
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "print(json.dumps([0, sorted(set(sys.modules) - before)]))"
    )

    assert before == 0
    assert after == ["__future__", "loadtest", "loadtest.hooks", "loadtest.hooks.finder"]


def test_a_server_class_is_hooked_when_the_app_imports_it() -> None:
    answers = said(
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "import socketio\n"
        "hooked = [c._trigger_event.__code__.co_filename for c in (socketio.AsyncServer, socketio.Server)]\n"
        "hooks.uninstall()\n"
        "bare = [c._trigger_event.__code__.co_filename for c in (socketio.AsyncServer, socketio.Server)]\n"
        "print(json.dumps([hooked, bare, type(socketio.server.__loader__).__name__,"
        " socketio.server.__spec__.loader is socketio.server.__loader__]))"
    )

    hooked, bare, loader, is_the_same = answers
    assert [Path(file).name for file in hooked] == ["socketio_server.py", "socketio_server.py"]
    assert [Path(file).name for file in bare] == ["async_server.py", "server.py"]
    assert (loader, is_the_same) == ("SourceFileLoader", True)


def test_a_module_that_is_loaded_again_is_hooked_again() -> None:
    assert said(
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "import importlib, socketio.server\n"
        "first = socketio.server.Server\n"
        "importlib.reload(socketio.server)\n"
        "second = socketio.server.Server\n"
        "print(json.dumps([first is second, second._trigger_event.__code__.co_filename[-18:]]))"
    ) == [False, "socketio_server.py"]


def test_an_import_that_fails_fails_as_without_hooks() -> None:
    assert said(
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "import engineio\n"
        "try: import engineio.asyncio_server\n"
        "except ModuleNotFoundError as error: print(json.dumps([error.name, str(error)]))"
    ) == ["engineio.asyncio_server", "No module named 'engineio.asyncio_server'"]


def test_other_modules_are_none_of_its_business() -> None:
    finder = Finder()

    assert finder.find_spec("json") is None
    assert finder.find_spec("socketio.client", None) is None


def test_a_finder_that_asks_all_finders_itself_does_not_go_round_in_circles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finder = Finder()

    class Asking:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            for other in sys.meta_path:
                if other is finder and (spec := other.find_spec(name, path, target)):
                    return spec
            return None

    class Old:
        """From before find_spec."""

    monkeypatch.setattr(sys, "meta_path", [finder, Old(), Asking(), importlib.machinery.PathFinder])

    spec = finder.find_spec("socketio.server", socketio.__path__)

    assert spec.origin == socketio.server.__file__
    assert spec.loader.is_package("socketio.server") is False  # what is asked of the loader still answers


def test_a_spec_without_a_loader_that_executes_is_handed_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = Finder()
    found = importlib.machinery.ModuleSpec("socketio.server", None)
    monkeypatch.setattr(
        sys, "meta_path", [finder, types.SimpleNamespace(find_spec=lambda name, path, target: found)]
    )

    assert finder.find_spec("socketio.server") is found
    assert found.loader is None


def test_a_fault_while_hooking_is_told_and_the_import_goes_on() -> None:
    answers = said(
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "import loadtest.hooks.patch\n"
        "def broken(process, module):\n"
        "    processes.append(process)\n"
        "    raise LookupError\n"
        "processes = []\n"
        "loadtest.hooks.patch.hook_module = broken\n"
        "import socketio\n"
        "print(json.dumps([len(processes), processes[0].problems]))"
    )

    assert answers == [4, ["a fault of the hooks: LookupError in broken, line 7"]]


def test_hooks_that_cannot_even_be_taken_out_again_let_the_apps_import_go_on() -> None:
    source = (
        "import sys\n"
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "(finder,) = [one for one in sys.meta_path if getattr(one, 'is_loadtest_hooks', False)]\n"
        "finder._undos.append(lambda: 1 / 0)\n"
        "sys.modules['loadtest.hooks.patch'] = None\n"
        "import socketio.server\n"
        "print(socketio.Server.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "Server\n")
    assert "loadtest: no hooks in this process: " in done.stderr
    assert "loadtest: not all hooks could be taken out: ZeroDivisionError('division by zero')" in done.stderr


def test_hooks_that_cannot_even_be_imported_say_so_on_standard_error() -> None:
    source = (
        "import sys\n"
        "from loadtest import hooks\n"
        "hooks.install()\n"
        "sys.modules['loadtest.hooks.patch'] = None\n"
        "import socketio.server\n"
        "print(socketio.Server._trigger_event.__code__.co_filename[-9:])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)

    assert done.stdout == "server.py\n"
    assert done.stderr == (
        "loadtest: no hooks in this process: "
        "ModuleNotFoundError('import of loadtest.hooks.patch halted; None in sys.modules')\n"
    )


def test_a_module_that_nobody_finds_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = Finder()
    monkeypatch.setattr(sys, "meta_path", [finder])

    assert finder.find_spec("socketio.server", socketio.__path__) is None


def test_uninstalling_what_was_never_installed_does_nothing() -> None:
    finders = list(sys.meta_path)
    Finder().uninstall()

    assert sys.meta_path == finders


def test_a_loaded_module_shows_its_real_loader() -> None:
    finder = Finder()
    spec = finder.find_spec("socketio.server", socketio.__path__)
    module = importlib.util.module_from_spec(spec)
    standing_in = type(spec.loader).__name__
    spec.loader.exec_module(module)
    finder.uninstall()

    assert standing_in == "_Loader"
    assert type(module.__loader__).__name__ == type(spec.loader).__name__ == "SourceFileLoader"
    assert vars(module)["Server"]._trigger_event.__code__.co_filename == socketio.server.__file__
