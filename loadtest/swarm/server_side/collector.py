"""Receives the hooks' snapshots over HTTP, on loopback by default, and keeps what belongs to this run."""

import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
from gevent import socket
from gevent.pywsgi import WSGIServer

from loadtest.errors import UsageError
from loadtest.profile.model import Gauge
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.server_lines import ServerLines
from loadtest.swarm.server_side.snapshot import Told, admit, lines_of

__all__ = ["Collector", "ServerProcess"]

_LARGEST_BODY = 64 * 1024 * 1024
_MOST_PROCESSES = 1000
_MOST_REFUSED = 20
_LONGEST_REASON = 300
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where hooks of this machine find a collector that is bound to every address."""
_BACKLOG = 256
_SILENT_AFTER_S = 3.5
"""Hooks push once a second; a process that missed three pushes is gone, or stands still."""
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_WRONG_FORM = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass(slots=True)
class ServerProcess:
    """What is known of one hooked process."""

    snapshot: Mapping[str, Any]
    journal: int = 0
    """Journal entries that have arrived."""
    seen_at: float = 0.0
    """When the last snapshot came, seconds of the monotonic clock."""
    told: Told = field(default_factory=Told)
    """What stands in ``server.jsonl`` already."""
    born_at: float | None = None
    """When its process began, by this machine's list of processes; None: it is not on it."""

    @property
    def has_ended(self) -> bool:
        """Whether it has said its last word."""
        return bool(self.snapshot.get("is_last", False))

    @property
    def is_dead(self) -> bool:
        """Whether its process was on this machine, and is there no more."""
        return self.born_at is not None and _birth(int(self.snapshot["pid"])) != self.born_at

    @property
    def has_seen_run(self) -> bool:
        """Whether a navigation of this run has reached it; the others are strangers."""
        return int(self.snapshot["visits"]) > 0

    @property
    def in_flight(self) -> int:
        """Handlers that are running."""
        return sum(int(handler["in_flight"]) for handler in self.snapshot["handlers"])

    @property
    def left_behind(self) -> Mapping[str, int]:
        """The judged residue."""
        residue = self.snapshot["residue"]
        return {key: int(residue[key] or 0) for key in JUDGED_RESIDUE}


class Collector:
    """The HTTP end-point that hooks push to.

    Args:
        run: 16 hex digits; snapshots of other runs are refused.
        write: called with the lines for ``server.jsonl``, in order.
        bind: address and port; port 0 takes a free one.
        gauges: what the hooks are to read; every answer names them.

    The token is ``LOADTEST_TOKEN``, which hooks on another machine are given too, or a new one.

    Raises:
        UsageError: the address cannot be bound.
    """

    def __init__(
        self,
        run: str,
        write: Callable[[Sequence[Mapping[str, Any]]], None],
        bind: tuple[str, int],
        gauges: Iterable[Gauge] = (),
    ) -> None:
        self.token = os.environ.get("LOADTEST_TOKEN") or secrets.token_urlsafe(24)
        self.processes: dict[str, ServerProcess] = {}
        self.refused: dict[str, str] = {}
        """Why the last snapshot of a process (its boot id) was no snapshot; what it counted nobody knows."""
        self._run = run
        self._gauges = [{"name": gauge.name, "value": gauge.value} for gauge in gauges]
        self._write = write
        listener = socket.socket(socket.AF_INET6 if ":" in bind[0] else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(bind)
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            raise UsageError(f"--collector-bind: {bind[0]}:{bind[1]} cannot be bound ({error})") from error
        self._server = WSGIServer(listener, self._answer, log=None, error_log=None)
        self._server.start()

    @property
    def url(self) -> str:
        """Where snapshots are posted to, from this machine."""
        bound = str(self._server.server_host)
        host = _REACHABLE.get(bound, bound)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}/snapshot"

    def close(self) -> None:
        """Stop listening."""
        self._server.stop(timeout=1)

    def visited(self) -> list[ServerProcess]:
        """The processes that have seen this run."""
        return [process for process in self.processes.values() if process.has_seen_run]

    def silent_boots(self) -> tuple[str, ...]:
        """Return the boot ids of processes that saw this run and push no more."""
        since = time.monotonic() - _SILENT_AFTER_S
        return tuple(
            boot
            for boot, process in self.processes.items()
            if process.has_seen_run and process.seen_at < since
        )

    def dead_boots(self) -> tuple[str, ...]:
        """Return the boot ids of processes, strangers too, that push no more and are known to have ended."""
        since = time.monotonic() - _SILENT_AFTER_S
        return tuple(
            boot
            for boot, process in self.processes.items()
            if process.has_ended or (process.seen_at < since and process.is_dead)
        )

    def _answer(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, answer = self._judge(environ)
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def _judge(self, environ: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        given = str(environ.get("HTTP_AUTHORIZATION", "")).encode()
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return "401 Unauthorized", {"error": "wrong token"}
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != "/snapshot":
            return "404 Not Found", {"error": "POST /snapshot is all there is"}
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            return "413 Content Too Large", {"error": f"at most {_LARGEST_BODY} bytes, with their length"}
        data: Any = None
        try:
            is_here = environ.get("REMOTE_ADDR") in _THIS_MACHINE
            data = json.loads(environ["wsgi.input"].read(int(length)))
            process = self._take(data, is_here=is_here)
        except _WRONG_FORM as error:
            reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            self._note_refusal(data, reason)
            return "400 Bad Request", {"error": f"not a snapshot: {reason}"}
        arrived = process.journal if process else 0
        return "200 OK", {"run": self._run, "journal": arrived, "gauges": self._gauges}

    def _note_refusal(self, data: Any, reason: str) -> None:
        known = data if isinstance(data, dict) else {}
        # another run's, or from a process that no visit has reached, it takes nothing from this run
        if known.get("run", self._run) == self._run and known.get("visits") != 0:
            boot = str(known.get("boot"))[:_LONGEST_REASON]
            if boot in self.refused or len(self.refused) < _MOST_REFUSED:
                self.refused[boot] = reason

    def _take(self, data: Mapping[str, Any], *, is_here: bool) -> ServerProcess | None:
        """Keep a snapshot; None when it says nothing of this run (a hook that asks which run this is)."""
        if data["schema"] != 1:
            raise ValueError(f"schema {data['schema']!r}, not 1")
        if data["run"] != self._run:
            return None
        journal = data["journal"]
        entries, first = list(journal["entries"]), int(journal["from"])
        data = admit(data, entries)
        boot = str(data["boot"])
        if boot not in self.processes and len(self.processes) >= _MOST_PROCESSES:
            raise ValueError(f"more than {_MOST_PROCESSES} processes")
        process = self.processes.get(boot)
        if process is None:
            process = ServerProcess(data, born_at=_birth(int(data["pid"])) if is_here else None)
        if int(data["sequence"]) < int(process.snapshot["sequence"]):
            return process  # overtaken by a later one: cumulative, so nothing is lost
        new = entries[max(process.journal - first, 0) :]  # the rest has come before
        lines = lines_of(data, process.told, new, int(journal["lost"]))
        reader = ServerLines()  # what is accepted can be read again
        for line in lines:
            reader.add(line)
        reader.server_side()
        self._write(lines)
        self.processes[boot] = process
        self.refused.pop(boot, None)
        process.told.note(data)
        process.snapshot = data
        process.journal = max(process.journal, first + len(entries))
        process.seen_at = time.monotonic()
        return process


def _birth(pid: int) -> float | None:
    """Return when a process of this machine began; None when there is none, or only its zombie."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except (psutil.Error, ValueError):
        return None
