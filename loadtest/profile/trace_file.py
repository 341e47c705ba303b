"""Reading a trace's file: arrival times in a CSV file's first column, streamed into counts."""

import csv
import itertools
import math
import operator
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from loadtest.apps.mistake import Mistake, show
from loadtest.profile.trace import BINS

__all__ = ["take_in_traces"]

_BLOCK = 8192
"""Rows that are held at a time."""
_TAIL_BYTES = 1 << 16
_MOST_TOLD = 10
"""Mistakes of one file that are told line by line."""
_FORMS = "seconds, or a time such as 2026-01-31T12:00:00.5Z"


def take_in_traces(data: dict[str, Any], folder: Path) -> tuple[bool, list[Mistake]]:
    """Put the counts of each stage's ``trace`` into a profile's data, in place of its file's name.

    Args:
        folder: where the profile lies; names are relative to it.

    Returns:
        whether anything was put in, and the mistakes.
    """
    stages = data.get("stages")
    named = [
        (index, stage)
        for index, stage in enumerate(stages if isinstance(stages, list) else [])
        if isinstance(stage, dict) and isinstance(stage.get("trace"), str)
    ]
    read: dict[str, _Scan] = {}
    mistakes: list[Mistake] = []
    for index, stage in named:
        name = stage["trace"]
        if name not in read:
            read[name] = scan = _Scan()
            scan.read(folder / name)
            path = ("stages", index, "trace")
            mistakes += [Mistake(path, f"{show(name)}{told}") for told in scan.mistakes]
        if not read[name].mistakes:
            stage["trace"] = {"file": name, **read[name].table()}
    return bool(named), mistakes


@dataclass(slots=True)
class _Scan:
    """One reading of a file; a block of its rows is held, and the counts."""

    mistakes: list[str] = field(default_factory=list)
    """Each goes on after the file's name."""
    first: float = math.nan
    last: float = -math.inf
    last_cell: str = ""
    length_s: float = math.nan
    counts: list[int] = field(default_factory=lambda: [0] * BINS)
    _end: float = math.nan
    """The last time, as the file's end tells it before its start is read."""
    _bin: int = 0
    _holes: list[int] = field(default_factory=list)
    """Lines without a time since the last one that has one: at the file's end they are none."""
    _more: int = 0

    def table(self) -> dict[str, Any]:
        """Return what the profile's text keeps of it."""
        return {"length_s": self.length_s, "counts": self.counts}

    def read(self, path: Path) -> None:
        """Read a file to its end; what is wrong is in ``mistakes``."""
        try:
            if path.exists() and not path.is_file():  # a pipe would be waited for
                self.mistakes.append(" is not a file")
                return
            with path.open("rb") as stream:
                self._end = _last_time(stream)
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                self._read(lines)
        except OSError as error:
            self.mistakes.append(f" cannot be read: {error.strerror}")
        except ValueError as error:  # no name of a file has a NUL in it
            self.mistakes.append(f" cannot be read: {error}")

    def _read(self, lines: Iterator[str]) -> None:
        line = 1
        for block in iter(lambda: list(itertools.islice(lines, _BLOCK)), []):
            self._take(line, block)
            line += len(block)
        if self._more:
            self.mistakes.append(f": {self._more:,} more of its lines are wrong")
        if not self.mistakes:
            self._judge_length()

    def _judge_length(self) -> None:
        if math.isnan(self.first):
            self.mistakes.append(f" holds no times; write one a line, in its first column: {_FORMS}")
        elif self.last <= self.first:
            self.mistakes.append(" has all its arrivals at one time; it takes two different ones")
        elif self.last != self._end:
            self.mistakes.append(" ends in a line that is too long to be one of a trace")

    def _take(self, line: int, lines: Sequence[str]) -> None:
        """Take some lines, of which the first has that number."""
        times = None if self._holes else _seconds(lines)
        if times is None or not self._goes_on_with(times):
            cells = [_first_cell(text) for text in lines]
            if line == 1 and _is_header(cells[0]):
                line, cells = 2, cells[1:]
            times = None if self._holes else _times(cells)
            if times is None or not self._goes_on_with(times):
                times = list(self._times_one_by_one(line, cells))
        if not times:
            return
        if math.isnan(self.first):
            self.first, self.length_s = times[0], self._end - times[0]
        self.last, self.last_cell = times[-1], ""
        self._count(times)

    def _goes_on_with(self, times: Sequence[float]) -> bool:
        """Whether these are in order, after the last one and finite."""
        if not times:
            return True
        is_rising = self.last <= times[0] and all(map(operator.le, times, itertools.islice(times, 1, None)))
        return is_rising and math.isfinite(times[0]) and math.isfinite(times[-1])

    def _times_one_by_one(self, line: int, cells: Sequence[str]) -> Iterator[float]:
        """Yield the times of a block in which something is wrong, and tell what."""
        last, last_cell = self.last, self.last_cell
        for number, cell in enumerate(cells, line):
            if not cell:
                self._holes.append(number)
                continue
            for hole in self._holes:
                self._tell(f": line {hole} is empty; write {_FORMS}, or take the line out")
            self._holes.clear()
            time = _time(cell)
            if time is None:
                self._tell(f": line {number}: {show(cell)} is not {_FORMS}")
            elif not math.isfinite(time):
                self._tell(f": line {number}: {show(cell)} is not a finite number")
            elif time < last:
                before = f"{last_cell or f'{last:g}'}, which is above it"
                self._tell(f": line {number}: {cell} is before {before}; sort the file by time")
            else:
                last, last_cell = time, cell
                yield time

    def _tell(self, mistake: str) -> None:
        if len(self.mistakes) < _MOST_TOLD:
            self.mistakes.append(mistake)
        else:
            self._more += 1

    def _count(self, times: Sequence[float]) -> None:
        """Count times, which are in order, into the bins that they fall in."""
        at = 0
        while self._bin < BINS - 1:
            edge = self.first + self.length_s * (self._bin + 1) / BINS
            below = bisect_left(times, edge, at)
            self.counts[self._bin] += below - at
            at = below
            if at == len(times):
                return
            self._bin += 1
        self.counts[self._bin] += len(times) - at


def _seconds(lines: Sequence[str]) -> list[float] | None:
    """Return the times of lines that begin with seconds, unquoted; None where one does not.

    What most lines of most files are: three times as fast as reading every cell of them.
    """
    try:
        return [float(line.partition(",")[0]) for line in lines]
    except ValueError:
        return None


def _first_cell(line: str) -> str:
    try:
        row = next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:
        return line.strip()  # which is no time
    return row[0].strip() if row else ""


def _is_header(cell: str) -> bool:
    return _time(cell) is None and cell[:1] not in "0123456789+-."


def _times(cells: Sequence[str]) -> list[float] | None:
    """Return times that are all seconds, or all ISO 8601; None when they are not."""
    try:
        return list(map(float, cells))
    except ValueError:
        pass
    try:
        return list(map(_iso, cells))
    except ValueError:
        return None


def _time(cell: str) -> float | None:
    times = _times([cell])
    return times[0] if times else None


def _iso(cell: str) -> float:
    """Return the seconds since 1970 of an ISO 8601 time; one without a zone is UTC."""
    time = datetime.fromisoformat(cell)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _last_time(stream: BinaryIO) -> float:
    """Return the time of a file's last row; nan when there is none.

    The bins' edges are known before the counting then, so that it takes one pass and no memory.
    """
    size = stream.seek(0, os.SEEK_END)
    length = min(_TAIL_BYTES, size)
    stream.seek(size - length)
    lines = stream.read(length).decode("utf-8-sig", "replace").splitlines()
    for line in reversed(lines if length == size else lines[1:]):
        if cell := _first_cell(line):
            time = _time(cell)
            return math.nan if time is None else time
    return math.nan
