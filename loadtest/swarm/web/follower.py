"""Owns the process that follows a run's files and says what it reads, a line of JSON for each."""

import contextlib
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent.subprocess import Popen

__all__ = ["Follower", "follow_command"]

_END_WITHIN_S = 60.0
"""After the run's verdict, for its last summary; one that takes longer is ended."""
_KILL_AFTER_S = 2.0
_LAST_WORDS = 3
"""Lines that are told of one that died."""


def follow_command(folder: Path) -> Sequence[str]:
    """Return the command that follows a run: ``loadtest.report.live``, in an interpreter of its own."""
    return (sys.executable, "-P", "-m", "loadtest.report.live", "--stdin-alive", str(folder))


class Follower:
    """A process of its own, because summaries cost processor time that the master does not have.

    The run never waits for it, and does not notice when it dies. Its standard input stays open as long as
    we live: it ends with us.
    """

    def __init__(
        self,
        command: Sequence[str],
        take: Callable[[Mapping[str, Any]], object],
        name: str = "what reads this run's files for these charts",
    ) -> None:
        """Start it.

        Args:
            name: what it is called where it is told that it has ended.
            take: hears each message, and a ``problem`` when it ends before it has said ``end``; raises
                KeyError or TypeError when what was said is none.
        """
        self._take = take
        self._name = name
        self._has_said_end = False
        self._is_closed = False
        self._last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process: Popen[bytes] | None = None
        try:
            self._process = Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=os.environ,
            )
        except OSError as error:
            self._tell_problem(f"cannot be started: {error}")
            return
        gevent.spawn(self._listen)

    @property
    def pid(self) -> int | None:
        """Its process id; None when it could not be started."""
        return self._process.pid if self._process else None

    def say(self, message: Mapping[str, Any]) -> None:
        """Answer it on its standard input, a line of JSON; nothing is said to one that has ended."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()

    def run_ended(self) -> None:
        """Leave it the time for its last summary, then end it; returns at once."""
        gevent.spawn_later(_END_WITHIN_S, self.close)

    def close(self) -> None:
        """End it, by its own id; returns at once."""
        self._is_closed = True
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        gevent.spawn_later(_KILL_AFTER_S, process.kill)

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._hear(line)
        status = self._process.wait()
        if not self._has_said_end and not self._is_closed:
            words = " · ".join(self._last_words) or f"exit status {status}"
            self._tell_problem(f"has ended early; the run goes on, its report comes at its end ({words})")

    def _hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            is_end = message["type"] == "end"
            self._take(message)
            self._has_said_end |= is_end
        except (KeyError, TypeError, ValueError):  # no message: a warning, or a line of a traceback
            self._last_words.append(line.decode(errors="replace").strip())

    def _tell_problem(self, what: str) -> None:
        self._take({"type": "problem", "text": f"{self._name} {what}"})
