"""Has a run's outputs written by a process of its own: no loop stands still for it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

__all__ = ["Attend", "OutputWriter", "write_apart"]

_LIMIT_S = 300.0
"""Measured: 34 s of CPU for an hour at 50 visits a second."""

Attend = Callable[["subprocess.Popen[bytes]"], AbstractContextManager[Sequence[int]]]
"""Passes signals on to a process for as long as it is there; yields those that were."""


def write_apart(path: Path, limit_s: float = _LIMIT_S, attend: Attend | None = None) -> list[str]:
    """Write what is made out of a run's folder beside it; return what went wrong, in lines.

    Under gevent only the calling greenlet waits. Nothing of it is asked for twice: what is missing in the
    end, ``loadtest report RUN --format …`` makes. A terminal's Ctrl-C is for who waits, not for the writer.

    Args:
        limit_s: what takes longer is ended; what it had written is whole.
        attend: of a process that does nothing but wait, so that a signal ends the writer alone.
    """
    with ExitStack() as stack:
        try:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-P", "-m", "loadtest.report.outputs", str(path)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            )
        except OSError as error:
            return [f"{path}: its outputs cannot be written: {error.strerror}"]
        signals = stack.enter_context(attend(process)) if attend else ()
        try:
            _, told = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return [f"{path}: its outputs took more than {limit_s:.0f} s, and were left"]
        except BaseException:  # a greenlet's end, an exception of somebody's handler: not without the writer
            process.kill()
            raise
    return _faults(path, process.returncode, told, was_interrupted=bool(signals))


def _faults(path: Path, status: int, told: bytes, *, was_interrupted: bool) -> list[str]:
    if not status:
        return []
    if was_interrupted:
        return [f"{path}: its outputs were left; 'loadtest report' makes them of what is there"]
    lines = told.decode(errors="replace").splitlines()
    return lines or [f"{path}: its outputs could not be written: exit status {status}"]


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
