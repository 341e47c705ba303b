"""Hard times for a hooked process: forks, clocks that jump, errors without end, a machine without a place."""

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.counting.errors import MAX_ERRORS
from loadtest.hooks.counting.recorder import Recorder
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import RUN, environ_of
from tests.hooks.receiver import Receiver, receiving

PROGRAM = f"""
import multiprocessing, os, subprocess, sys, time
from loadtest import hooks
hooks.install()
import engineio
server = engineio.Server(async_mode="threading")
def visit(number):
    environ = {{"HTTP_X_LOADTEST_NAVIGATION": "{RUN}" + format(number, "016x")}}
    server._trigger_event("connect", str(number), environ, run_async=False)
def nothing(*_):
    return None
if __name__ == "__main__":
    visit(1)
    visit(2)
"""


def boots_of(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the last snapshot of each process that a program consists of, the oldest first."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    file = folder / "program.py"
    file.write_text(PROGRAM + "".join(f"    {line}\n" for line in program.splitlines()))
    with receiving(folder, Receiver()) as receiver:
        done = subprocess.run(
            [sys.executable, str(file)], capture_output=True, text=True, check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (0, "")
    lasts = {snapshot["boot"]: snapshot for snapshot in receiver.snapshots}
    assert len({snapshot["pid"] for snapshot in lasts.values()}) == len(lasts)
    return sorted(lasts.values(), key=lambda snapshot: float(snapshot["began_at"]))


IDLE = {
    "a fork that does nothing": "if os.fork() == 0: os._exit(0)\nos.wait()",
    "a fork that becomes another program": "if os.fork() == 0: os.execvp('true', ['true'])\nos.wait()",
    "a subprocess that is no server": "subprocess.run([sys.executable, '-c', ''])",
    "a subprocess after a fork hook": "subprocess.run(['true'], preexec_fn=nothing)",
    "a pool of forks": (
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n    pool.map(nothing, [1, 2, 3])"
    ),
    "a child of multiprocessing": (
        "child = multiprocessing.get_context('fork').Process(target=nothing)\nchild.start()\nchild.join()"
    ),
}


@pytest.mark.parametrize("way", IDLE)
def test_children_that_serve_nobody_say_nothing(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (parent,) = boots_of(IDLE[way] + "\nvisit(3)", tmp_path, monkeypatch)

    assert (parent["visits"], parent["is_last"], parent["hooks"]["problems"]) == (3, True, [])


SERVING = {
    "fork": "if os.fork() == 0:\n    visit(7)\n    os._exit(0)\nos.wait()",
    "fork of a fork": (
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        "        visit(7)\n"
        "    else:\n"
        "        os.wait()\n"
        "    os._exit(0)\n"
        "os.wait()"
    ),
    "multiprocessing fork": (
        "child = multiprocessing.get_context('fork').Process(target=visit, args=(7,))\n"
        "child.start()\nchild.join()"
    ),
    "multiprocessing spawn": (
        "child = multiprocessing.get_context('spawn').Process(target=visit, args=(7,))\n"
        "child.start()\nchild.join()"
    ),
    "multiprocessing forkserver": (
        "child = multiprocessing.get_context('forkserver').Process(target=visit, args=(7,))\n"
        "child.start()\nchild.join()"
    ),
}


@pytest.mark.parametrize("way", SERVING)
def test_a_child_that_serves_counts_from_0_and_leaves_its_parents_counts_alone(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boots = boots_of(SERVING[way] + "\nvisit(3)", tmp_path, monkeypatch)
    parent, child = (snapshot for snapshot in boots if snapshot["visits"])

    assert (parent["visits"], parent["is_last"]) == (3, True)
    assert (child["visits"], child["is_last"]) == (1, True)
    assert parent["began_at"] < child["began_at"]
    assert parent["hooks"] == child["hooks"]


FORKING = f"""
import os, signal, socketio, sys, threading
import loadtest.hooks
loadtest.hooks.install()
server = socketio.Server(async_mode="threading")
finder = next(one for one in sys.meta_path if getattr(one, "is_loadtest_hooks", False))
children = []
def fork():
    is_held, is_over = threading.Event(), threading.Event()
    recorder = finder._process.recorder
    def hold():
        with recorder._lock:
            is_held.set()
            is_over.wait()
    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # ends one that hangs
        raise SystemExit
    children.append(child)
    is_over.set()
    holder.join()
environ = {{"HTTP_X_LOADTEST_NAVIGATION": "{RUN}" + format(7, "016x")}}
server.on("connect", lambda *_: None)
server.on("tick", lambda _: fork())
server.eio.on("disconnect", lambda *_: fork())
server.eio._trigger_event("connect", "e1", environ, run_async=False)
sid = server.manager.connect("e1", "/")
server._trigger_event("connect", "/", sid, environ)
server._trigger_event("tick", "/", sid)
parent = os.getpid()
server.eio._trigger_event("disconnect", "e1", "gone", run_async=False)  # which logs whatever is raised
if os.getpid() != parent:
    sys.exit()
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


def test_a_handler_that_forks_lets_its_child_end_whatever_other_threads_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (0, "[0, 0]\n"), done.stderr


def test_the_thread_that_pushes_imports_nothing_so_a_fork_finds_no_module_half_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = """
before = set(sys.modules)
while not any(snapshot_sent()):
    time.sleep(0.05)
print(sorted(set(sys.modules) - before))
"""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    sent = "import sys\ndef snapshot_sent():\n    return [sys.stdin.read(1)]\n"
    with receiving(tmp_path, Receiver()) as receiver:
        running = subprocess.Popen(
            [sys.executable, "-c", sent + PROGRAM + program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        receiver.wait_for(lambda snapshot: snapshot["sequence"] >= 2 and snapshot["versions"])
        told, _ = running.communicate("x", timeout=30)

    assert told == "[]\n"


def failing(recorder: Recorder, count: int, first: int = 0) -> None:
    """Let so many calls fail, each with an error of its own kind."""
    connection = recorder.open("e1", environ_of(1))
    assert connection is not None
    session = recorder.join(connection, ("/", "s1"))
    for number in range(first, first + count):
        call = recorder.begin(session, "boom")
        recorder.fail(call, type(f"Error{number}", (Exception,), {})("x" * 1000))
        recorder.end(call)


def test_a_hundred_thousand_kinds_of_error_are_counted_in_bounded_memory() -> None:
    process = HookedProcess()
    failing(process.recorder, 1_000)
    tracemalloc.start()
    try:
        failing(process.recorder, 1_000, 1_000)
        before_bytes = tracemalloc.get_traced_memory()[0]
        failing(process.recorder, 98_000, 2_000)
        grown_bytes = tracemalloc.get_traced_memory()[0] - before_bytes
    finally:
        tracemalloc.stop()
    snapshot: dict[str, Any] = process.snapshot(RUN, process.read_residue(), 5000)

    assert len(snapshot["errors"]) == MAX_ERRORS
    assert sum(error["count"] for error in snapshot["errors"]) + snapshot["errors_overflow"] == 100_000
    assert [(row["calls"], row["errors"]) for row in snapshot["handlers"]] == [(100_000, 100_000)]
    assert grown_bytes < 2_000_000
    assert len(json.dumps(snapshot)) < 2_000_000


@pytest.mark.parametrize("jump_s", [-1e9, -3600.0, 3600.0, 1e9])
def test_a_wall_clock_that_jumps_moves_no_latency(jump_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    process = HookedProcess()
    connection = process.recorder.open("e1", environ_of(1))
    assert connection is not None
    call = process.recorder.begin(process.recorder.join(connection, ("/", "s1")), "look")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + jump_s)
    process.recorder.end(call)
    process.recorder.close(connection, "transport close")
    snapshot: dict[str, Any] = process.snapshot(RUN, process.read_residue(), 5000)

    assert snapshot["handlers"][0]["latency"]["max_us"] < 60_000_000
    assert snapshot["taken_at"] - snapshot["began_at"] == pytest.approx(jump_s, abs=60)
    assert [entry["kind"] for entry in snapshot["journal"]["entries"]] == ["gone"]
    json.dumps(snapshot, allow_nan=False)
