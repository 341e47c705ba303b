"""Ways out of a process, each in a process of its own: the last counts arrive, and the end is the same."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hooks.receiver import RUN, receiving

VISITS = f"""
import os, signal, sys
import engineio
server = engineio.Server(async_mode="threading")
def visit(number):
    environ = {{"HTTP_X_LOADTEST_NAVIGATION": "{RUN}" + format(number, "016x")}}
    server._trigger_event("connect", str(number), environ, run_async=False)
"""
TWENTY = "for number in range(20): visit(number)\n"
HOOKED = "import loadtest.hooks\nloadtest.hooks.install()\n"


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    return tmp_path


def ended(source: str) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end."""
    return subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=60
    )


WAYS = {
    "the end of the program": ("", 0),
    "sys.exit": ("sys.exit(7)", 7),
    "an exception": ("1 / 0", 1),
    "os._exit": ("os._exit(7)", 7),
    "os._exit with a keyword": ("os._exit(status=7)", 7),
    "os.abort": ("os.abort()", -signal.SIGABRT),
    "its own signal": ("signal.raise_signal(signal.SIGTERM)", -signal.SIGTERM),
    "its own signal by kill": ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "killing itself": ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    "another program": ("os.execvp('sh', ['sh', '-c', 'exit 7'])", 7),
    "another program with its environment": ("os.execve('/bin/sh', ['sh', '-c', 'exit $N'], {'N': '7'})", 7),
    "a child of multiprocessing": (
        (
            "import multiprocessing\n"
            "child = multiprocessing.get_context('fork').Process(target=visit, args=(20,))\n"
            "child.start(); child.join(); os._exit(child.exitcode)"
        ),
        0,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_counted_last_is_pushed_and_the_end_is_the_same(way: str, runtime: Path) -> None:
    code, status = WAYS[way]
    bare = ended(VISITS + code)
    with receiving(runtime) as receiver:
        hooked = ended(HOOKED + VISITS + TWENTY + code)

    last = {snapshot["boot"]: snapshot for snapshot in receiver.snapshots}
    assert (hooked.returncode, hooked.stdout) == (bare.returncode, bare.stdout) == (status, "")
    assert hooked.stderr.splitlines()[-1:] == bare.stderr.splitlines()[-1:]
    expected = [1, 20] if way == "a child of multiprocessing" else [20]
    assert sorted(snapshot["visits"] for snapshot in last.values()) == expected
    assert [snapshot["is_last"] for snapshot in last.values()] == [True] * len(expected)


@pytest.mark.parametrize(
    "code",
    [
        "os._exit()",
        "os._exit('one')",
        "os.execv('/no/such/program', ['x'])",
        "os.kill(os.getpid(), 12345)",
        "signal.raise_signal('HUP')",
        "os.kill()",
    ],
)
def test_a_way_that_does_not_lead_out_fails_as_it_would(code: str, runtime: Path) -> None:
    source = f"try: {code}\nexcept Exception as error: print(repr(error))\nprint('goes on')"
    bare = ended(VISITS + source)
    with receiving(runtime) as receiver:
        hooked = ended(HOOKED + VISITS + TWENTY + source)

    assert hooked.stdout == bare.stdout
    assert hooked.stdout.endswith("goes on\n")
    assert (receiver.last()["visits"], receiver.last()["is_last"]) == (20, True)


@pytest.mark.parametrize(
    "code",
    [
        "signal.signal(signal.SIGTERM, lambda *_: None); signal.raise_signal(signal.SIGTERM)",
        "os.kill(os.getpid(), 0)",
        "os.kill(os.getppid(), 0)",
        "signal.raise_signal(signal.SIGCHLD)",
        "signal.raise_signal(signal.SIGPIPE)",
    ],
)
def test_what_ends_nothing_is_no_last_word(code: str) -> None:
    source = (
        "import loadtest.hooks.telling.exits as exits, os, signal\n"
        "class Speaker:\n"
        "    def say_last(self): print('last')\n"
        "undo = exits.watch_exits(Speaker())\n"
        f"{code}\n"
        "undo()\n"
    )
    done = ended(source)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_undoing_puts_the_very_functions_back() -> None:
    done = ended(
        "import loadtest.hooks.telling.exits as exits, os, signal\n"
        "names = ['_exit', 'abort', 'execv', 'execve', 'kill']\n"
        "def ways(): return [getattr(os, name) for name in names] + [signal.raise_signal]\n"
        "before = ways()\n"
        "undo = exits.watch_exits(None)\n"
        "during = ways()\n"
        "undo()\n"
        "print(ways() == before, [a is b for a, b in zip(before, during)])\n"
        "undo = exits.watch_exits(None)\n"
        "os.abort = of_the_app = lambda: None\n"
        "undo()\n"
        "print(os.abort is of_the_app)\n"
    )

    assert done.stderr == ""
    assert done.stdout == f"True {[False] * 6}\nTrue\n"


def held_up_s() -> float:
    """Return how long a process took from its own end until it was gone."""
    done = ended(HOOKED + VISITS + "visit(1)\nimport time\nprint(time.monotonic(), flush=True)\nos._exit(0)")
    return time.monotonic() - float(done.stdout)  # one clock for all processes


def test_a_run_that_does_not_answer_holds_nobody_up_for_long(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone_s = min(held_up_s() for _ in range(3))  # the machine itself may stop one of them
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("LOADTEST_COLLECTOR", f"http://127.0.0.1:{listener.getsockname()[1]}")
        hung_s = min(held_up_s() for _ in range(2))

    assert alone_s < 0.9 < hung_s < 4  # a second, of the two that are allowed, is given to one last push
    assert runtime.exists()


def test_a_dying_process_is_heard_with_what_kills_it(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        done = ended(
            HOOKED + VISITS + "visit(1)\n"
            "import time\n"
            "deadline = time.monotonic() + 0.9\n"
            "while time.monotonic() < deadline: pass\n"
            "import ctypes; ctypes.CDLL(None)._exit(9)"
        )

    assert done.returncode == 9
    assert (receiver.last()["visits"], receiver.last()["is_last"]) == (1, False)


ATTRIBUTE = """
import os, pickle
class Worker:
    leave = os._exit
again = pickle.loads(pickle.dumps(os.kill))
again(os.getpid(), 0)
print(repr(os.kill), flush=True)
Worker().leave(7)
"""


@pytest.mark.usefixtures("runtime")
def test_a_way_out_that_is_an_attribute_of_a_class_or_is_pickled_stays_what_it_was() -> None:
    plain, hooked = ended(VISITS + ATTRIBUTE), ended(HOOKED + VISITS + ATTRIBUTE)

    assert (hooked.returncode, hooked.stdout, hooked.stderr) == (7, "<built-in function kill>\n", "")
    assert (plain.returncode, plain.stdout, plain.stderr) == (7, "<built-in function kill>\n", "")
