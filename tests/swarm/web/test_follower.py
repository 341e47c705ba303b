"""The owner of a process that tells what a run's files say; real processes, real pipes."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gevent
import pytest

from loadtest.swarm.web.follower import Follower

Messages = list[Mapping[str, Any]]


def program(text: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(text)]


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        gevent.sleep(0.02)


def is_there(pid: int | None) -> bool:
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def started() -> Iterator[Callable[[str], tuple[Follower, Messages]]]:
    """Starts followers that run a program's text; ends them."""
    followers: list[Follower] = []

    def start(text: str) -> tuple[Follower, Messages]:
        heard: Messages = []
        followers.append(Follower(program(text), heard.append))
        return followers[-1], heard

    yield start
    for follower in followers:
        follower.close()


Start = Callable[[str], tuple[Follower, Messages]]


def test_each_line_is_heard_when_it_is_said(started: Start) -> None:
    _, heard = started("""
        import sys
        print('{"type": "run", "id": "1"}', flush=True)
        sys.stdin.read()
    """)

    wait_until(lambda: heard)

    assert heard == [{"type": "run", "id": "1"}]


def test_one_that_says_end_is_no_problem(started: Start) -> None:
    follower, heard = started("""print('{"type": "end", "summary": {}}')""")

    wait_until(lambda: not is_there(follower.pid))
    wait_until(lambda: heard)

    assert [message["type"] for message in heard] == ["end"]


def test_one_that_dies_is_told_with_its_last_words(started: Start) -> None:
    _, heard = started("""
        print('{"type": "run"}', flush=True)
        print('[1, 2]')
        raise OSError("the disk is on fire")
    """)

    wait_until(lambda: len(heard) == 2)

    assert heard[1]["type"] == "problem"
    assert "has ended early; the run goes on" in heard[1]["text"]
    assert "OSError: the disk is on fire" in heard[1]["text"]


def test_one_that_dies_without_a_word_is_told_with_its_status(started: Start) -> None:
    _, heard = started("import os; os._exit(7)")

    wait_until(lambda: heard)

    assert "exit status 7" in heard[0]["text"]


def test_one_that_cannot_be_started_is_told(tmp_path: Any) -> None:
    heard: Messages = []

    follower = Follower([str(tmp_path / "missing")], heard.append)
    follower.close()

    assert follower.pid is None
    assert [message["type"] for message in heard] == ["problem"]
    assert "cannot be started" in heard[0]["text"]


def test_closing_ends_it_and_that_is_no_problem(started: Start) -> None:
    follower, heard = started("""
        import signal, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('{"type": "run"}', flush=True)
        signal.pause()
    """)
    wait_until(lambda: heard)

    follower.close()

    wait_until(lambda: not is_there(follower.pid))
    gevent.sleep(0)
    assert [message["type"] for message in heard] == ["run"]


def test_it_ends_with_the_process_that_owns_it_however_that_dies() -> None:
    owner = """
        import os, sys
        import gevent
        from loadtest.swarm.web.follower import Follower
        follower = Follower([sys.executable, "-c", "import sys; sys.stdin.read()"], print)
        print(follower.pid, flush=True)
        gevent.sleep(60)
    """
    with subprocess.Popen(program(owner), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert is_there(pid)
        process.kill()

    wait_until(lambda: not is_there(pid))
