"""The writer of a run's folder: whatever it has flushed outlives any kill."""

import contextlib
import errno
import fcntl
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from loadtest.errors import RunFolderError
from loadtest.report.info import RunInfo

__all__ = [
    "INFO_FILE",
    "NAVIGATIONS_FILE",
    "SERVER_FILE",
    "SUMMARY_FILE",
    "RunFolder",
    "is_held",
    "json_text",
    "remove_reserve",
    "write_json",
    "write_whole",
]

INFO_FILE = "run.json"
SUMMARY_FILE = "summary.json"
NAVIGATIONS_FILE = "navigations.jsonl"
SERVER_FILE = "server.jsonl"

_LATEST = "latest"
_RESERVE = ".reserve"
_RESERVE_BYTES = 256 * 1024
"""Room for a run's last words, which are some tens of KB, on a disk that is full."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


class RunFolder:
    """One run's folder, open for writing; it has exactly one owner."""

    def __init__(self, path: Path) -> None:
        """Claim a folder that exists.

        Raises:
            RunFolderError: another run has it, or it cannot be written.
        """
        self.path = path
        try:
            # "x" is the claim: of two runs that were given the same folder, one fails here.
            self._navigations = (path / NAVIGATIONS_FILE).open("x", encoding="utf-8", newline="\n")
            self._server = (path / SERVER_FILE).open("x", encoding="utf-8", newline="\n")
        except FileExistsError as error:
            raise RunFolderError(f"{path}: another run has this folder; name one that is new") from error
        except OSError as error:
            raise RunFolderError(f"{path}: cannot be written: {error.strerror}") from error
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(self._navigations, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with contextlib.suppress(OSError):  # where there is no room for it, run.json will tell
            (path / _RESERVE).write_bytes(bytes(_RESERVE_BYTES))
        self._latest_in: Path | None = None

    @classmethod
    def create(cls, profile: str, *, parent: Path, out: Path | None, started_at: datetime) -> "RunFolder":
        """Make a new folder, ``out`` or ``parent/<utc>-<profile>``.

        ``parent/latest`` points at it from its first ``run.json`` on: what it points at can be read.

        Args:
            profile: the profile's name; what a file name should not hold becomes ``_``.
            parent: where runs live that were not given a folder, and where ``latest`` is kept.
            out: the folder that the user named; it may exist if it is empty.
            started_at: an aware time.

        Raises:
            RunFolderError: it cannot be made, or ``out`` already holds something.
        """
        try:
            path = _make_new(parent, _name(profile, started_at)) if out is None else _make_named(out)
        except OSError as error:
            where = out or parent
            raise RunFolderError(f"{where}: the run's folder cannot be made: {error.strerror}") from error
        folder = cls(path)
        if path.parent.resolve() == parent.resolve():
            folder._latest_in = parent
        return folder

    def append_navigations(self, lines: str) -> None:
        """Append records, each a whole line of JSON with its newline."""
        with self._appending(NAVIGATIONS_FILE):
            self._navigations.write(lines)
            self._navigations.flush()

    def append_server(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Append what the hooks sent, one line for each entry."""
        lines = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries)
        with self._appending(SERVER_FILE):
            self._server.write(lines)
            self._server.flush()

    def write_info(self, info: RunInfo) -> None:
        """Write ``run.json``; a reader sees the old or the new content, never half of one."""
        self._write(INFO_FILE, info.to_json())
        if self._latest_in is not None:
            self._latest_in = None
            _point_latest(self.path)

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write ``summary.json`` in the same way."""
        self._write(SUMMARY_FILE, summary)

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        try:
            write_json(self.path / name, data)
        except RunFolderError as error:
            if not self._makes_room(error):
                raise
            write_json(self.path / name, data)

    @contextlib.contextmanager
    def _appending(self, name: str) -> Iterator[None]:
        try:
            with _writing(self.path / name):
                yield
        except RunFolderError as error:
            self._makes_room(error)  # for the run's last words: the run is broken off now
            raise

    def _makes_room(self, error: RunFolderError) -> bool:
        """Return whether it was for want of room, and there is some now: the reserve has been given up."""
        is_full = isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL
        if is_full and (self.path / _RESERVE).exists():
            remove_reserve(self.path)
            return True
        return False

    def close(self) -> None:
        """Close the files; closing twice is allowed.

        What a full disk has kept in a buffer fails once more here: the append that met it has told of it.
        """
        for file in (self._navigations, self._server):
            with contextlib.suppress(OSError):
                file.close()
        remove_reserve(self.path)

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_held(path: Path) -> bool:
    """Return whether a process is there that writes this run's files; a killed one is not."""
    try:
        with (path / NAVIGATIONS_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no such file, or a file system without locks: nothing is known
    return False


def remove_reserve(path: Path) -> None:
    """Give up what a run's folder keeps for its last words."""
    with contextlib.suppress(OSError):
        (path / _RESERVE).unlink()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a file; a reader sees the old or the new content, never half of one.

    Raises:
        RunFolderError: it cannot be written.
    """
    write_whole(path, json_text(data))


def write_whole(path: Path, text: str) -> None:
    """Write a file's text as it is, in UTF-8; a reader sees the old or the new content, never half of one.

    Raises:
        RunFolderError: it cannot be written.
    """
    draft = path.parent / f".{path.name}.draft"
    with _writing(path):
        try:
            draft.write_text(text, encoding="utf-8", newline="")
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()  # of a full disk every byte counts
            raise


def json_text(data: Mapping[str, Any]) -> str:
    """Return what a file of JSON holds; no text of an app's does anything to a terminal, or to CI's log."""
    return (json.dumps(data, indent=1, allow_nan=False) + "\n").replace("##[", "##\\u005b")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunFolderError(f"{path}: cannot be written: {error.strerror}") from error


def _name(profile: str, started_at: datetime) -> str:
    stem = re.sub(r"[^\w.-]+", "_", profile).strip("._-") or "run"
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{stem[:80]}"


def _make_new(parent: Path, name: str) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    path, number = parent / name, 1
    while True:
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
            path = parent / f"{name}-{number}"
        else:
            return path


def _make_named(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise RunFolderError(f"{path}: holds files already; name a folder that is new or empty")
    return path


def _point_latest(path: Path) -> None:
    draft = path.parent / f".{_LATEST}-{path.name}"
    # A convenience only: a file system without links, or a real folder of that name, does without it.
    with contextlib.suppress(OSError):
        draft.symlink_to(path.name)
        try:
            draft.replace(path.parent / _LATEST)
        except OSError:
            draft.unlink()
            raise
