"""The reader of a run's folder; whatever a kill left of it can be read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import RunFolderError
from loadtest.navigation.record import NavigationRecord
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE, SERVER_FILE, is_held
from loadtest.report.info import SCHEMA, RunInfo
from loadtest.report.server import Boot, ServerSide
from loadtest.report.server_lines import ServerLines

__all__ = ["Run", "read_info", "read_lines", "read_run"]

_WRONG_FORM = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a run's folder holds."""

    path: Path
    info: RunInfo
    records: tuple[NavigationRecord, ...]
    server: ServerSide | None
    """None when no hooks in a server saw the run."""
    boots: tuple[Boot, ...] = ()
    """Every process with hooks that was heard while the run was on, strangers too."""
    skipped_lines: int = 0
    """Lines of the ``.jsonl`` that could not be read: one for each file that is gone, or after a kill."""
    is_on: bool = False
    """Whether the process is there that writes them."""


def read_run(path: Path) -> Run:
    """Read a run's folder.

    Raises:
        RunFolderError: it is not there, or holds what no run of ours wrote.
    """
    is_on = is_held(path)  # before the first look at them: else it may have come to its end meanwhile
    info = read_info(path)
    records: list[NavigationRecord] = []
    skipped = read_lines(
        path / NAVIGATIONS_FILE, lambda line: records.append(NavigationRecord.from_line(line))
    )
    lines = ServerLines(info.warm_up_ends_at)
    if (path / SERVER_FILE).exists():
        skipped += read_lines(path / SERVER_FILE, lambda line: lines.add(json.loads(line)))
    else:  # every run makes it: it was taken away, and with it what the server did, so that nothing passes
        skipped += 1
    return Run(path, info, tuple(records), lines.server_side(), lines.boots(), skipped, is_on)


def read_info(path: Path) -> RunInfo:
    """Read a run's ``run.json``.

    Raises:
        RunFolderError: it is not there, or holds what no run of ours wrote.
    """
    file = path / INFO_FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunFolderError(
            f"{path}: has no {INFO_FILE}; name a run's folder, such as results/latest"
        ) from error
    except OSError as error:
        raise RunFolderError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RunFolderError(f"{file}: is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise RunFolderError(f'{file}: has no "schema": {SCHEMA}; was it written by another release?')
    try:
        return RunInfo.from_json(data)
    except _WRONG_FORM as error:
        raise RunFolderError(f"{file}: is not what a run writes: {error!r}") from error


def read_lines(file: Path, take: Callable[[str], None]) -> int:
    """Hand each line of a file to ``take``; return how many it could not read.

    Raises:
        RunFolderError: the file cannot be read.
    """
    skipped = 0
    try:
        # A line that was cut inside a character must not spoil the file: it fails as JSON instead.
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    take(line)
                except _WRONG_FORM:
                    skipped += 1
    except OSError as error:
        raise RunFolderError(f"{file}: cannot be read: {error.strerror}") from error
    return skipped
