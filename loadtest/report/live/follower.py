"""Follows one run's folder: at each look, the messages that are new."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from loadtest.errors import RunFolderError
from loadtest.navigation.record import NavigationRecord
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE, SERVER_FILE, SUMMARY_FILE
from loadtest.report.info import Ended, RunInfo
from loadtest.report.live.figures import sum_up, with_stories
from loadtest.report.live.plan import tell_run
from loadtest.report.live.tail import Tail
from loadtest.report.live.telling import tell_rows
from loadtest.report.run import Run, read_info, read_run
from loadtest.report.series.phases import PhaseSeries
from loadtest.report.series.server import ServerSeries
from loadtest.report.server_lines import ServerLines
from loadtest.report.summary import summarize

__all__ = ["Follower"]

_SUMMARY_EVERY_S = 2.0
_TIMES_ITS_COST = 40
"""A summary is of the whole run: at most a fortieth of the time goes into it, however long the run is."""
_VERDICT_WAIT_S = 60.0
"""A run that has ended writes its summary next; one that was killed just then never does."""
_WRONG_FORM = (AttributeError, KeyError, TypeError, ValueError)
Message = dict[str, Any]


class Follower:
    """What has been read of a run's files, each line once, and what has been told of it.

    Args:
        folder: a run's folder; its files need not be there yet.
        clock: seconds of a monotonic clock.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.info: RunInfo | None = None
        """What ``run.json`` said last; None: it was not there yet."""
        self.is_over = False
        """Whether the message ``end`` has been told."""
        self._clock = clock
        self._info_state: tuple[int, int] | None = None
        self._told_run: Message = {}
        self._navigations = Tail(folder / NAVIGATIONS_FILE)
        self._server = Tail(folder / SERVER_FILE)
        self._records: list[NavigationRecord] = []
        self._lines = ServerLines()
        self._phases = PhaseSeries()
        self._seconds: ServerSeries | None = None
        self._skipped = 0
        self._is_stale = False
        self._summary_due = clock() + _SUMMARY_EVERY_S
        self._ended_at: float | None = None

    def look(self) -> Iterator[Message]:
        """Yield the messages that are new since the last look.

        Raises:
            OSError, RunFolderError: a file is there and cannot be read.
        """
        is_last = self._has_ended()  # asked first: whatever was written before that is read below
        yield from self._read_info()
        if self.info is None:
            return
        self._read_lines()
        if phases := self._phases.take():
            yield tell_rows("phases", phases)
        if server := self._seconds and self._seconds.take(is_over=is_last):
            yield tell_rows("server", server)
        if is_last:
            yield from self._end(self.info)
        elif self._is_stale and self.info.t0_at and self._clock() >= self._summary_due:
            yield self._summary(self.info)

    def _has_ended(self) -> bool:
        """Return whether the run has written its last word: its summary, or nothing any more."""
        if self.info is None:
            return False
        if (self.folder / SUMMARY_FILE).exists():
            return True
        if self.info.ended is Ended.RUNNING:
            return False
        if self._ended_at is None:
            self._ended_at = self._clock()
        return self._clock() - self._ended_at > _VERDICT_WAIT_S

    def _read_info(self) -> Iterator[Message]:
        try:
            status = (self.folder / INFO_FILE).stat()
        except FileNotFoundError:
            return
        state = (status.st_ino, status.st_mtime_ns)
        if state == self._info_state:
            return
        info = read_info(self.folder)
        self._info_state = state
        self.info, self._is_stale = info, True
        self._lines.warm_up_ends_at = info.warm_up_ends_at
        if self._seconds is None and info.t0_at is not None:
            self._seconds = ServerSeries(info.t0_at.timestamp())
        message = tell_run(info, self.folder)
        if message != self._told_run:
            self._told_run = message
            yield message

    def _read_lines(self) -> None:
        known = len(self._records)
        for line in self._navigations.lines():
            self._take(line, lambda text: self._records.append(NavigationRecord.from_line(text)))
        self._phases.add(self._records[known:])
        if (seconds := self._seconds) is not None:  # what was told before t0 waits for it
            for line in self._server.lines():
                self._take(line, lambda text: self._take_server(json.loads(text), seconds))

    def _take_server(self, line: Mapping[str, Any], seconds: ServerSeries) -> None:
        self._lines.add(line)
        seconds.add(line)

    def _take(self, line: str, reader: Callable[[str], None]) -> None:
        self._is_stale = True
        try:
            reader(line)
        except _WRONG_FORM:
            self._skipped += 1

    def _run(self, info: RunInfo) -> Run:
        """Return the run as far as it has been read; half a line may become a whole one yet."""
        skipped = self._skipped + self._navigations.skipped + self._server.skipped
        lines = self._lines
        return Run(self.folder, info, tuple(self._records), lines.server_side(), lines.boots(), skipped)

    def _summary(self, info: RunInfo) -> Message:
        began = self._clock()
        summary = sum_up(self._run(info))
        self._is_stale = False
        cost_s = self._clock() - began
        self._summary_due = self._clock() + max(_SUMMARY_EVERY_S, _TIMES_ITS_COST * cost_s)
        return {"type": "summary", "summary": summary}

    def _end(self, info: RunInfo) -> Iterator[Message]:
        run = self._run(info)
        try:
            summary = json.loads((self.folder / SUMMARY_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            yield {"type": "problem", "text": f"{self.folder}: the run has ended and left no {SUMMARY_FILE}"}
            summary = summarize(read_run(self.folder))  # nothing makes a whole line of half a one any more
        except ValueError as error:
            raise RunFolderError(f"{self.folder / SUMMARY_FILE}: is not JSON: {error}") from error
        self.is_over = True
        yield {"type": "end", "summary": with_stories(run, summary)}
