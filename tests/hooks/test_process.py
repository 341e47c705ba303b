"""What a hooked process says of itself."""

import atexit
import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks import process as module
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import RUN, environ_of

EMPTY: dict[str, list[int]] = {
    "sids": [],
    "eio_sockets": [],
    "rooms": [],
    "environs": [],
    "pending_disconnects": [],
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HookedProcess:
    """A process whose pushes find nobody."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return HookedProcess()


def test_a_snapshot_has_all_keys(bare: HookedProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/srv/app.py", "--port", "1"])
    bare.recorder.open("e1", environ_of(3))
    snapshot = bare.snapshot(RUN, bare.read_residue(), 500)
    taken_at, began_at, residue, versions = (
        snapshot.pop(key) for key in ("taken_at", "began_at", "residue", "versions")
    )
    inventory: Any = snapshot.pop("inventory")

    assert snapshot == {
        "schema": 1,
        "run": RUN,
        "boot": bare.boot,
        "pid": os.getpid(),
        "sequence": 1,
        "runtime": "python " + ".".join(str(part) for part in sys.version_info[:3]),
        "is_last": False,
        "command": "app.py",
        "hooks": {"installed": [], "problems": [], "missing": []},
        "visits": 1,
        "handlers": [],
        "errors": [],
        "errors_overflow": 0,
        "strays": [],
        "strays_overflow": 0,
        "left_behind": EMPTY,
        "journal": {"from": 0, "entries": [], "lost": 0},
        "loop": None,
        "gauges": {},
    }
    assert inventory["threads"]["MainThread"] == 1
    assert isinstance(taken_at, float)
    assert isinstance(began_at, float)
    assert began_at <= taken_at
    assert isinstance(versions, dict)
    assert list(versions) == ["python-socketio", "python-engineio"]
    assert isinstance(residue, dict)
    told = {key: residue.pop(key) for key in ("threads", "rss_bytes", "open_files")}
    assert residue == {
        "sids": 0,
        "eio_sockets": 0,
        "rooms": 0,
        "environs": 0,
        "pending_disconnects": 0,
        "tasks": None,
    }
    assert told["threads"] == threading.active_count()
    assert told["rss_bytes"] > 1_000_000
    assert told["open_files"] > 2
    json.dumps(snapshot)


def test_a_boot_id_is_new_for_each_process_and_has_16_hex_digits(bare: HookedProcess) -> None:
    assert re.fullmatch("[0-9a-f]{16}", bare.boot)
    assert HookedProcess().boot != bare.boot


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["/venv/bin/gunicorn"], "gunicorn"),
        (["/venv/lib/uvicorn/__main__.py"], "uvicorn"),
        (["-c"], "-c"),
        ([""], ""),
        ([], ""),
    ],
)
def test_the_command_is_told_in_a_word(
    bare: HookedProcess, monkeypatch: pytest.MonkeyPatch, argv: list[str], command: str
) -> None:
    monkeypatch.setattr(sys, "argv", argv)

    assert bare.snapshot(None, bare.read_residue(), 1)["command"] == command


def test_versions_that_nobody_knows_are_left_out(
    bare: HookedProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DISTRIBUTIONS", ("no-such-distribution",))

    assert bare.snapshot(None, bare.read_residue(), 1)["versions"] == {}


def test_a_problem_is_kept_once_and_problems_are_bounded(bare: HookedProcess) -> None:
    for number in range(50):
        bare.complain(f"problem {number}")
        bare.complain(f"problem {number}")

    assert bare.problems == [f"problem {number}" for number in range(20)]


def test_a_fault_of_the_hooks_is_told_with_its_place(bare: HookedProcess) -> None:
    def stumble() -> None:
        raise LookupError("secret")

    try:
        stumble()
    except LookupError:
        bare.confess()

    line = stumble.__code__.co_firstlineno + 1
    assert bare.problems == [f"a fault of the hooks: LookupError in stumble, line {line}"]


def test_connections_that_had_to_be_forgotten_are_told(bare: HookedProcess) -> None:
    bare.recorder.evicted = 1
    bare.read_residue()

    assert bare.problems == ["too many connections are left behind: the oldest are no longer counted"]


def pushing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "loadtest-hooks"]


def test_it_is_armed_once_and_disarmed_for_good(bare: HookedProcess) -> None:
    registered = atexit._ncallbacks()
    bare.arm()
    bare.arm()
    assert (len(pushing()), atexit._ncallbacks()) == (1, registered + 1)
    (thread,) = pushing()

    bare.disarm()
    bare.arm()
    thread.join(10)

    assert (pushing(), bare.is_active) == ([], False)


def test_a_child_made_by_fork_begins_anew(bare: HookedProcess) -> None:
    bare.arm()
    bare.recorder.open("e1", environ_of(1))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        before = (bare.boot, bare.recorder.runs(), len(pushing()))
        bare.arm()
        os.write(writer, json.dumps([*before, len(pushing())]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        boot, runs, threads, threads_armed = json.load(pipe)
    os.waitpid(child, 0)
    bare.disarm()

    assert boot != bare.boot
    assert (runs, threads, threads_armed) == ([], 0, 1)
    assert re.fullmatch("[0-9a-f]{16}", boot)


def test_what_a_fork_leaves_of_a_process_that_is_no_more_is_nothing(bare: HookedProcess) -> None:
    module._begin_again(None)
    boot = bare.boot
    module._begin_again(bare)

    assert bare.boot != boot
