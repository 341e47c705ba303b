"""Starts Locust in a fresh interpreter, and looks after it: `loadtest run` and `loadtest ui` are this.

A process of its own, because importing locust after ssl ends in RecursionError, and because a run must
come to an end even when Locust does not. Nothing here imports locust.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from loadtest.errors import ExitCode, UsageError

__all__ = [
    "PARENT_VARIABLE",
    "LocustEnd",
    "Watch",
    "locustfile",
    "passing_signals_on",
    "run_locust",
    "worker_options",
]

PARENT_VARIABLE = "LOADTEST_PARENT"
"""Environment variable that tells Locust whose death is its own end: a process id."""
_KILL_AFTER_S = 10.0
_LOOK_EVERY_S = 0.25


def locustfile() -> Path:
    """Return the locustfile: the checkout's, or the copy that the wheel carries.

    Raises:
        UsageError: neither is there (a broken installation).
    """
    package = Path(__file__).parents[1]
    for path in (package / "shipped" / "locustfile.py", package.parent / "locustfile.py"):
        if path.is_file():
            return path
    raise UsageError(f"{package}: the locustfile is missing; install loadtest again")


def worker_options(workers: int) -> list[str]:
    """Return Locust's options for so many processes that send load, all children of one master.

    They meet at a port of their own, on loopback: Locust's is one for all runs, and open to every interface.
    """
    if workers == 1:
        return []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return [
        f"--processes={workers}",
        "--master-bind-host=127.0.0.1",
        f"--master-bind-port={port}",
        "--master-host=127.0.0.1",
        f"--master-port={port}",
    ]


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody who looks at a run while it is on, in silence."""

    is_enough: Callable[[], bool]
    """Asked again and again; the first yes ends the run as Ctrl-C does."""
    log: Path
    """Takes what would be said on standard error, and on standard output."""


@dataclass(frozen=True, slots=True)
class LocustEnd:
    """How a Locust process ended."""

    status: int
    """Exit status; 128 + the signal's number for one that died of a signal."""
    was_interrupted: bool
    """Whether SIGINT or SIGTERM was passed on to it."""
    was_called_off: bool = False
    """Whether the watch had seen enough of it."""


def run_locust(
    arguments: Sequence[str], *, limit_s: float | None = None, watch: Watch | None = None
) -> LocustEnd:
    """Run Locust with our locustfile until it ends.

    SIGINT and SIGTERM are passed on: the first has the run written down in order, the next one ends it at
    once. Nothing else of the terminal's reaches Locust: it has a session of its own, and no standard input.
    It ends when this process does; its workers end with it.

    Args:
        arguments: Locust's options.
        limit_s: a run that lasts longer hangs: it is asked to end, and killed when it does not.
        watch: may call it off before.

    Raises:
        UsageError: the locustfile is missing.
    """
    was_called_off = False
    command = [sys.executable, "-m", "locust", "--locustfile", str(locustfile()), *arguments]
    with ExitStack() as stack:
        log = stack.enter_context(watch.log.open("wb")) if watch else None
        process = stack.enter_context(
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            )
        )
        passed_on = stack.enter_context(passing_signals_on(process))
        try:
            if watch and _look(process, watch, limit_s):
                was_called_off = not passed_on
                process.send_signal(signal.SIGINT)
            status = _wait(process, limit_s)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # workers that a killed master left behind
    return LocustEnd(status if status >= 0 else 128 - status, bool(passed_on), was_called_off)


def _look(process: "subprocess.Popen[bytes]", watch: Watch, limit_s: float | None) -> bool:
    """Return whether the watch has seen enough of a run that is still on."""
    deadline = time.monotonic() + (float("inf") if limit_s is None else limit_s)
    while time.monotonic() < deadline:
        try:
            process.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if watch.is_enough():
                return process.poll() is None
        else:
            return False
    return False


def _wait(process: "subprocess.Popen[bytes]", limit_s: float | None) -> int:
    deadline = None if limit_s is None else time.monotonic() + limit_s
    try:
        return process.wait(None if deadline is None else max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        print(f"the run did not end within {limit_s:.0f} s: ending it", file=sys.stderr)
    process.terminate()
    try:
        process.wait(_KILL_AFTER_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return int(ExitCode.INCONCLUSIVE)


@contextmanager
def passing_signals_on(process: "subprocess.Popen[bytes]") -> Iterator[list[int]]:
    """Pass signals on; the list that is yielded fills with those that were."""
    passed_on: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        passed_on.append(number)
        if process.poll() is None:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield passed_on
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
