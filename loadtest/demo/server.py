"""The demo board in a process of its own."""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Self

from loadtest.demo.fault import Fault
from loadtest.errors import LoadtestError

__all__ = ["DemoServer", "Fault"]

_START_S = 30.0
_STOP_S = 10.0
_TAIL_BYTES = 2000


class DemoServer:
    """A demo board that listens on a free port of 127.0.0.1 for as long as its ``with`` block lasts."""

    def __init__(self, fault: Fault, environment: Mapping[str, str] | None = None) -> None:
        """Prepare a board; ``environment`` is the process's whole one (default: this process's own)."""
        self._fault = fault
        self._environment = dict(os.environ if environment is None else environment)
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None
        self.url = ""
        """``http://127.0.0.1:<port>/``; empty outside the ``with`` block."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "loadtest.demo", "--fault", self._fault, "--port", "0"]
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the run, which still needs its server
        )
        try:
            self.url = self._read_url(self._process)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _read_url(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        deadline = time.monotonic() + _START_S
        while select.select([process.stdout], [], [], max(deadline - time.monotonic(), 0.0))[0]:
            line = process.stdout.readline()
            if not line:
                break
            if " on http://" in line:
                return line.split(" on ")[1].strip()
        raise LoadtestError(
            f"the demo board did not start within {_START_S:g} s; its last words:\n{self._tail()}"
        )

    def _tail(self) -> str:
        assert self._log is not None
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(size - _TAIL_BYTES, 0))
        return self._log.read().decode(errors="replace").strip() or "(none)"

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
        if self._log is not None:
            self._log.close()
        self.url = ""
