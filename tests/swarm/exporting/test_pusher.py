"""The owner of the process that pushes; real processes, real pipes."""

import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from loadtest.swarm.exporting.pusher import Pusher

WRITES = """
import sys
with open(sys.argv[1], "w") as file:
    for line in sys.stdin:
        file.write(line)
        file.flush()
"""
Start = Callable[..., tuple[Pusher, list[str]]]


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        gevent.sleep(0.02)


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts pushers that run a program's text; ends them."""
    pushers: list[Pusher] = []

    def start(text: str, *arguments: str) -> tuple[Pusher, list[str]]:
        said: list[str] = []
        command = [sys.executable, "-c", textwrap.dedent(text), *arguments]
        pushers.append(Pusher("http://there", said.append, command))
        return pushers[-1], said

    yield start
    for pusher in pushers:
        pusher.close()


def test_what_is_pushed_arrives_the_last_too(started: Start, tmp_path: Path) -> None:
    file = tmp_path / "pushed"
    pusher, said = started(WRITES, str(file))
    pusher.push(b"1\n")
    wait_until(lambda: file.exists() and file.read_text() == "1\n")
    pusher.push(b"2\n")
    pusher.close()

    assert (file.read_text(), said) == ("1\n2\n", [])


def test_of_readings_that_wait_the_newest_goes_out(started: Start, tmp_path: Path) -> None:
    pusher, _ = started(WRITES, str(tmp_path / "pushed"))
    for number in range(1000):
        pusher.push(b"%d\n" % number)
    pusher.close()

    assert (tmp_path / "pushed").read_text() == "999\n"


def test_what_it_says_is_said_once(started: Start) -> None:
    pusher, said = started("""
        import sys
        print("a warning")
        print('{"text": "nobody takes it"}')
        print('{"text": "nobody takes it"}')
        sys.exit(1)
    """)
    wait_until(lambda: said)
    pusher.close()

    assert said == ["nobody takes it"]


def test_one_that_dies_is_told_with_its_last_word(started: Start) -> None:
    pusher, said = started("raise RuntimeError('no more')")
    wait_until(lambda: said)
    pusher.push(b"1\n")
    pusher.push(b"2\n")
    pusher.close()

    assert said == ["OpenTelemetry: what pushes has ended; the run goes on (RuntimeError: no more)"]


def test_one_that_cannot_be_started_is_told() -> None:
    said: list[str] = []
    pusher = Pusher("http://there", said.append, ["/no/such/program"])
    pusher.push(b"1\n")
    pusher.close()

    assert len(said) == 1
    assert said[0].startswith("OpenTelemetry: cannot be started: ")


@pytest.mark.slow
def test_one_that_does_not_end_is_ended(started: Start) -> None:
    pusher, said = started("import os, time; print(os.getpid(), flush=True); time.sleep(3600)")
    wait_until(lambda: pusher._last_words)
    pid = int(pusher._last_words[0])
    pusher.close()

    assert said == ["OpenTelemetry: http://there has not taken the last figures within 5 s"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
