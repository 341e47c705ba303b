"""Processes that a benchmark starts: each on its core, its CPU seconds, its end."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

__all__ = ["Tree", "on_core"]

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PPID, _CPU = 1, slice(11, 15)
"""Places in /proc/PID/stat after the name: the parent; utime, stime, cutime, cstime (proc(5))."""


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Start what is started inside on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Tree:
    """A command with all that it starts; use it in a ``with`` block.

    Its standard input is a pipe that stays open; what it writes goes to ``said``.
    """

    def __init__(self, command: Sequence[str], core: int, variables: Mapping[str, str] | None = None) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the tree
        with on_core(core):
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=self._said,
                stderr=self._said,
                env={**os.environ, **(variables or {})},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all of it at once: nobody is interested in its report."""
        for pid in self._pids(_stats()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._said.close()

    @property
    def said(self) -> str:
        """The end of what it wrote."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-3000:]

    def cpu_s(self) -> float:
        """Return the CPU seconds that it has had, with its children that live and those that it waited for.

        Raises:
            ChildProcessError: it has ended.
        """
        if self.process.poll() is not None:
            raise ChildProcessError(f"{self.process.args!r} ended:\n{self.said}")
        stats = _stats()
        return sum(sum(map(int, stats[pid][_CPU])) for pid in self._pids(stats)) / _TICKS_PER_S

    def _pids(self, stats: Mapping[int, list[str]]) -> list[int]:
        """Return the tree's living processes, parents first."""
        pids = [self.process.pid] if self.process.pid in stats else []
        for pid in pids:
            pids += [child for child, stat in stats.items() if int(stat[_PPID]) == pid]
        return pids


def _stats() -> dict[int, list[str]]:
    """Return the numbers of /proc/PID/stat by PID, of all processes."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has just ended
                stats[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
    return stats
