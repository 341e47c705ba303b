"""The files of a run's folder, for a browser to keep: its own regular ones, and nothing else."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

__all__ = ["REPORT", "RunFile", "content_type_of", "list_files", "open_file", "read_blocks"]

REPORT = "report.html"
"""What a run leaves for people; it is written after the verdict."""
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".csv": "text/csv; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".json": "application/json",
        ".jsonl": "application/x-ndjson",
        ".toml": "application/toml",
        ".xml": "application/xml",
    }
)

_BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run, as it is now."""

    name: str
    size_bytes: int


def list_files(folder: Path) -> Sequence[RunFile]:
    """Return the folder's own regular files by name; a link, a folder or a hidden file is not shown."""
    found: list[RunFile] = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:  # it may be taken away at any moment
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                found.append(RunFile(entry.name, entry.stat(follow_symlinks=False).st_size))
    return sorted(found, key=lambda file: file.name)


def content_type_of(name: str) -> str:
    """Return the media type of one of a run's files."""
    return _TYPES.get(Path(name).suffix, "application/octet-stream")


def open_file(folder: Path, name: str) -> tuple[BinaryIO, int]:
    """Open one of the files that ``list_files`` names; returns it with its size in bytes.

    The name is compared with the folder's own, never joined unseen, and a link that takes a file's
    place meanwhile is not followed.

    Raises:
        FileNotFoundError: the folder has no such file.
    """
    if name not in (file.name for file in list_files(folder)):
        raise FileNotFoundError(name)
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileNotFoundError(name) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise FileNotFoundError(name)
    return os.fdopen(descriptor, "rb"), found.st_size


def read_blocks(file: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    """Yield the file's first so many bytes: a file that grows meanwhile ends where it was announced to."""
    with file:
        left = size_bytes
        while left > 0 and (block := file.read(min(left, _BLOCK_BYTES))):
            left -= len(block)
            yield block
