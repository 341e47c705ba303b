"""Has a run's outputs written by a process of its own: no loop stands still for it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

__all__ = ["OutputWriter", "write_apart"]

_LIMIT_S = 300.0
"""Measured: 34 s of CPU for an hour at 50 visits a second."""


def write_apart(path: Path, limit_s: float = _LIMIT_S) -> list[str]:
    """Write what is made out of a run's folder beside it; return what went wrong, in lines.

    Under gevent only the calling greenlet waits. Nothing of it is asked for twice: what is missing in the
    end, ``loadtest report RUN --format …`` makes.

    Args:
        limit_s: what takes longer is ended; what it had written is whole.
    """
    command = [sys.executable, "-m", "loadtest.report.outputs", str(path)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"{path}: its outputs took more than {limit_s:.0f} s, and were left"]
    except OSError as error:
        return [f"{path}: its outputs cannot be written: {error.strerror}"]
    lines = done.stderr.decode(errors="replace").splitlines()
    if done.returncode and not lines:
        return [f"{path}: its outputs could not be written: exit status {done.returncode}"]
    return lines if done.returncode else []


class OutputWriter:
    """Has the outputs of one run after the other written while Locust goes on: its threads are greenlets."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last: threading.Thread | None = None

    def start(self, path: Path) -> None:
        """Begin with a run that has ended."""
        self._last = threading.Thread(target=self._write, args=(path,), daemon=True)
        self._last.start()

    def join(self) -> None:
        """Wait for the last run's outputs, which are bounded in time."""
        if self._last:
            self._last.join()

    def _write(self, path: Path) -> None:
        for fault in write_apart(path):
            self._say(fault)
