"""Hearts of gevent's hub, in a process of their own; those of asyncio are tested in test_loop."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.vitals.heart import find_loop

ROOT = Path(__file__).parents[3]
START = """
import gevent.monkey
gevent.monkey.patch_all()
import gevent, gevent.event, json, sys, time
from loadtest.hooks.vitals.loop import Loops
loops = Loops(lambda: sys.exit(3))
def beats(count):
    wanted = loops.read()["lag"]["count"] + count
    while loops.read()["lag"]["count"] < wanted:
        gevent.sleep(0.01)
"""


def run(code: str) -> Any:
    """Return what a gevent process prints, as JSON."""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", START + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def test_a_hub_that_stands_still_is_told_with_the_stack_that_caused_it() -> None:
    told = run(
        """
def hold_up_the_hub():
    gevent.monkey.get_original("time", "sleep")(0.35)
gevent.spawn(loops.meet).join()
gevent.spawn(loops.meet).join()
beats(2)
gevent.spawn(hold_up_the_hub).join()
beats(1)
print(json.dumps(loops.read()))
"""
    )

    assert told["longest_ms"] > 240
    assert "in hold_up_the_hub" in told["stack"]
    assert told["lag"]["count"] >= 3


def test_a_hub_with_nothing_left_to_do_is_not_kept_alive() -> None:
    told = run(
        """
gevent.spawn(loops.meet).join()
beats(1)
try:
    gevent.event.Event().wait()
    print('"waited"')
except gevent.exceptions.LoopExit:
    print('"nothing left to do"')
"""
    )

    assert told == "nothing left to do"


def test_a_hub_that_is_only_there_is_not_watched_it_may_never_run() -> None:
    told = run(
        """
gevent.sleep(0)
loops.meet()
print(json.dumps(loops.read()))
"""
    )

    assert told is None


def test_in_a_thread_without_a_loop_there_is_none() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(find_loop()))
    thread.start()
    thread.join()

    assert found == [None]


@pytest.mark.parametrize("modules", [("asyncio",), ("gevent._hub_local",)])
def test_nothing_is_imported_to_find_a_loop(modules: tuple[str, ...]) -> None:
    code = (
        "import sys; from loadtest.hooks.vitals.heart import find_loop\n"
        f"found = find_loop(); print(found, [name for name in {modules!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "None []\n"
