"""The writer of a run's folder: whatever it has flushed outlives any kill."""

import contextlib
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
    "json_text",
    "write_json",
    "write_whole",
]

INFO_FILE = "run.json"
SUMMARY_FILE = "summary.json"
NAVIGATIONS_FILE = "navigations.jsonl"
SERVER_FILE = "server.jsonl"

_LATEST = "latest"


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

    @classmethod
    def create(cls, profile: str, *, parent: Path, out: Path | None, started_at: datetime) -> "RunFolder":
        """Make a new folder, ``out`` or ``parent/<utc>-<profile>``, and point ``parent/latest`` at it.

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
            _point_latest(path)
        return folder

    def append_navigations(self, lines: str) -> None:
        """Append records, each a whole line of JSON with its newline."""
        with _writing(self.path / NAVIGATIONS_FILE):
            self._navigations.write(lines)
            self._navigations.flush()

    def append_server(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Append what the hooks sent, one line for each entry."""
        lines = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries)
        with _writing(self.path / SERVER_FILE):
            self._server.write(lines)
            self._server.flush()

    def write_info(self, info: RunInfo) -> None:
        """Write ``run.json``; a reader sees the old or the new content, never half of one."""
        write_json(self.path / INFO_FILE, info.to_json())

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write ``summary.json`` in the same way."""
        write_json(self.path / SUMMARY_FILE, summary)

    def close(self) -> None:
        """Close the files; closing twice is allowed.

        What a full disk has kept in a buffer fails once more here: the append that met it has told of it.
        """
        for file in (self._navigations, self._server):
            with contextlib.suppress(OSError):
                file.close()

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
    """Return what a file of JSON holds; no character of an app's does anything to a terminal, or to CI.

    ``##[`` begins a command in a log of GitHub's (``loadtest.report.github``).
    """
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
