"""Real processes for e2e tests: an app under the hooks, and the tool itself as a command."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "TOOL",
    "Command",
    "Served",
    "free_port",
    "instrumented",
    "loadtest",
    "only_finding",
    "only_run",
    "plain",
    "records",
    "served",
    "starting",
    "summary_of",
    "wait_for_visits",
]

TOOL = [sys.executable, "-m", "loadtest"]
_STARVED = ("server answered nobody for a while", "server stopped answering")


@dataclass(frozen=True, slots=True)
class Command:
    """What a finished command said."""

    status: int
    output: str
    """Standard output."""
    errors: str
    """Standard error."""


@dataclass(frozen=True, slots=True)
class Served:
    """An app that listens."""

    url: str
    log: Path
    """What it printed, both streams."""
    pid: int


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def loadtest(
    *arguments: str, cwd: Path, timeout_s: float = 240, env: Mapping[str, str] | None = None
) -> Command:
    """Run a command of the tool to its end."""
    done = subprocess.run(
        [*TOOL, *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Command(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def starting(command: Sequence[str], cwd: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process with its output in a file; end it, by its own id, when the test is done with it."""
    # NiceGUI looks for this, and then leaves out its gzip and takes a port of its own tests.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def served(command: Sequence[str], port: int, log: Path, cwd: Path | None = None) -> Iterator[Served]:
    """Start an app, and wait until its port accepts.

    Raises:
        AssertionError: it ended, or did not listen within a minute.
    """
    with starting(command, cwd or log.parent, log) as process:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, f"the app ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"the app does not listen: {log.read_text()}"
            time.sleep(0.1)
        yield Served(f"http://127.0.0.1:{port}", log, process.pid)


def instrumented(*command: str) -> list[str]:
    """Return the command that starts an app with the hooks in."""
    return [*TOOL, "instrument", "--", *command]


def only_run(results: Path) -> Path:
    """Return the one run's folder in ``results``."""
    (run,) = [path for path in results.iterdir() if path.is_dir() and not path.is_symlink()]
    return run


def records(run: Path) -> list[dict[str, Any]]:
    """Return the run's records, by number."""
    lines = (run / "navigations.jsonl").read_text().splitlines()
    return sorted((json.loads(line) for line in lines), key=lambda record: int(record["number"]))


def summary_of(run: Path) -> dict[str, Any]:
    """Return the run's summary."""
    data: dict[str, Any] = json.loads((run / "summary.json").read_text())
    return data


def only_finding(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one finding; a starved machine may add that nobody was answered for a while."""
    (finding,) = (finding for finding in summary["findings"] if not finding["what"].startswith(_STARVED))
    return dict(finding)


def plain(text: str) -> str:
    """Return a report's text with its line breaks and runs of blanks made one blank."""
    return re.sub(r"\s+", " ", text)


def wait_for_visits(results: Path) -> None:
    """Wait until the one run in ``results`` has written a record.

    Raises:
        AssertionError: none came within a minute.
    """
    deadline = time.monotonic() + 60
    while not list(results.glob("*/navigations.jsonl")) or not records(only_run(results)):
        assert time.monotonic() < deadline, "no visit ended within a minute"
        time.sleep(0.2)
