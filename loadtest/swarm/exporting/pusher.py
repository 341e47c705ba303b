"""Owns the process that pushes a run's readings over OTLP; the run never waits for it."""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence

import gevent
from gevent.queue import Empty, Queue
from gevent.subprocess import Popen

__all__ = ["Pusher", "push_command"]

_FLUSH_S = 5.0
"""At the end, for the last reading to be taken."""
_KILL_AFTER_S = 2.0


def push_command() -> Sequence[str]:
    """Return the command that pushes: ``loadtest.exports.push``, in an interpreter of its own."""
    return (sys.executable, "-P", "-m", "loadtest.exports.push")


class Pusher:
    """Hands readings on as they come; of those that it has no time for, the newest counts.

    Args:
        address: where they go to, for people.
        say: hears, at most once, that something is wrong with them.
    """

    def __init__(
        self, address: str, say: Callable[[str], object], command: Sequence[str] | None = None
    ) -> None:
        self._address = address
        self._say = say
        self._has_said = False
        self._is_closing = False
        self._lines: Queue[bytes | None] = Queue()
        self._last_words: deque[str] = deque(maxlen=1)
        self._process: Popen[bytes] | None = None
        try:
            self._process = Popen(
                command or push_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=os.environ,
            )
        except OSError as error:
            self._tell(f"OpenTelemetry: cannot be started: {error}; the run goes on")
            return
        self._greenlets = [gevent.spawn(self._write), gevent.spawn(self._listen)]

    def push(self, line: bytes) -> None:
        """Hand a reading on; returns at once."""
        self._lines.put(line)

    def close(self) -> None:
        """Have the last reading taken, within a few seconds, and end the process, by its own id."""
        process = self._process
        if process is None:
            return
        self._is_closing = True
        self._lines.put(None)
        try:
            process.wait(_FLUSH_S)
        except subprocess.TimeoutExpired:
            self._tell(f"OpenTelemetry: {self._address} has not taken the last figures within {_FLUSH_S:g} s")
            process.terminate()
            try:
                process.wait(_KILL_AFTER_S)
            except subprocess.TimeoutExpired:
                process.kill()
        gevent.joinall(self._greenlets, timeout=1)

    def _write(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            while (line := self._newest()) is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            self._process.stdin.close()
        except OSError:
            pass  # it has ended: what listens to it tells

    def _newest(self) -> bytes | None:
        """Wait for a reading, and return the newest; None when the last has been written."""
        line = self._lines.get()
        while line is not None:
            try:
                later = self._lines.get_nowait()
            except Empty:
                break
            if later is None:
                self._lines.put(None)
                break
            line = later
        return line

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._tell(str(json.loads(line)["text"]))
            except (KeyError, TypeError, ValueError):  # a warning, or a line of a traceback
                self._last_words.append(line.decode(errors="replace").strip())
        status = self._process.wait()
        if status and not self._is_closing:
            words = "".join(self._last_words) or f"exit status {status}"
            self._tell(f"OpenTelemetry: what pushes has ended; the run goes on ({words})")

    def _tell(self, text: str) -> None:
        if not self._has_said:
            self._has_said = True
            self._say(text)
