"""Where hooks learn of runs: files in a folder of this user alone, or the environment."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

__all__ = ["Collector", "find_collectors", "rendezvous_folder"]

_RUN = re.compile("[0-9a-f]{16}")
_MAX_FILE_BYTES = 4096
_MAX_COLLECTORS = 16


@dataclass(frozen=True)
class Collector:
    """Where the snapshots of a run go to."""

    __slots__ = ("run", "token", "url")

    url: str
    token: str
    run: str | None
    """None when only the collector knows: its answer says so."""


def find_collectors(environ: Mapping[str, str]) -> list[Collector]:
    """Return the runs that listen now, the newest first.

    ``LOADTEST_COLLECTOR`` and ``LOADTEST_TOKEN`` take the folder's place: the run is another user's, or
    on another machine.
    """
    url = environ.get("LOADTEST_COLLECTOR", "")
    if url:
        return [Collector(url, environ.get("LOADTEST_TOKEN", ""), None)]
    try:
        folder = rendezvous_folder(environ)  # FileNotFoundError: there is no temporary folder at all
        if not _is_ours_alone(folder):
            return []
        files = sorted(
            (file for file in folder.glob("*.json") if file.is_file()),
            key=lambda file: (-_modified_ns(file), file.name),
        )
    except OSError:
        return []
    # what killed runs left behind must not take the living ones' places
    found = (_read(file) for file in files)
    return list(islice((collector for collector in found if collector is not None), _MAX_COLLECTORS))


def rendezvous_folder(environ: Mapping[str, str]) -> Path:
    """Return ``$XDG_RUNTIME_DIR/loadtest``, or ``loadtest-<uid>`` in the temporary folder.

    The run (``loadtest.swarm.server_side.rendezvous``) has the same rule.
    """
    # not at the app's start: this imports random and hashlib
    import tempfile

    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "loadtest"
    return Path(tempfile.gettempdir()) / f"loadtest-{os.getuid()}"


def _is_ours_alone(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _modified_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # its run has just ended


def _read(path: Path) -> Collector | None:
    """Return what a file says, or None when it is not (or no longer) a living run's."""
    try:
        with path.open(encoding="utf-8") as file:
            data = json.loads(file.read(_MAX_FILE_BYTES))
        url, token, run, pid = data["url"], data["token"], data["run"], data["pid"]
        is_whole = all(isinstance(text, str) for text in (url, token, run)) and type(pid) is int and pid > 0
        if is_whole and _RUN.fullmatch(run) and _is_alive(pid):
            return Collector(url, token, run)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
