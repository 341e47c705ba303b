"""One run, added up while it goes: what has been reported of it, and what is asked of that."""

import time
from collections import deque

import gevent
from gevent.lock import RLock

from loadtest.exports.metric import Reading
from loadtest.exports.reading import read
from loadtest.exports.server import ServerTally
from loadtest.exports.visits import VisitTally
from loadtest.swarm.exporting.standing import Exported, newest_of, standing_of
from loadtest.swarm.messages import Report

__all__ = ["Followed"]

_LOOK_EVERY_S = 1.0
_AT_ONCE = 25
"""Records that are read before others have their turn: about half a millisecond's work."""


class Followed:
    """Takes the records that generators report, and reads a run's figures, at most once a second."""

    def __init__(self, run: Exported) -> None:
        self.skipped = 0
        """Lines that were no records: none that a generator of ours has sent."""
        self._run = run
        self._visits = VisitTally()
        self._server = ServerTally(run.inside.info.started_at.timestamp())
        self._waiting: deque[str] = deque()
        self._lock = RLock()
        self._reading: Reading | None = None
        self._read_at = 0.0
        self._is_over = False
        self._greenlet = gevent.spawn(self._look)

    def hear(self, report: Report) -> None:
        """Take a generator's records; they are looked at later. After the verdict none is heard."""
        if report.lines and report.run == self._run.inside.info.id and not self._is_over:
            self._waiting.append(report.lines)

    def reading(self) -> Reading:
        """Return the run's figures; who asks more than once a second is told the same again."""
        with self._lock:
            is_old = time.monotonic() - self._read_at >= _LOOK_EVERY_S
            if self._reading is None or is_old:
                self._add_up()
                self._reading = read(standing_of(self._run), self._visits, self._server, _breathe)
                self._read_at = time.monotonic()
            return self._reading

    def end(self) -> None:
        """Take note that the verdict is there: what is read from now on has it."""
        self._is_over = True
        self._greenlet.kill(block=False)
        with self._lock:
            self._reading = None

    def _look(self) -> None:
        while True:
            gevent.sleep(_LOOK_EVERY_S)
            with self._lock:
                self._add_up()
                self._server.note(newest_of(self._run))

    def _add_up(self) -> None:
        while self._waiting:
            lines = self._waiting.popleft().splitlines()
            for first in range(0, len(lines), _AT_ONCE):
                try:
                    self._visits.add(lines[first : first + _AT_ONCE])
                except (KeyError, TypeError, ValueError):
                    self.skipped += 1
                _breathe()


def _breathe() -> None:
    gevent.sleep(0)
