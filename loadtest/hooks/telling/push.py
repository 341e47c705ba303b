"""Pushes snapshots to the runs that listen: once a second from a thread of its own, and at exit."""

from __future__ import annotations

import importlib
import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

from ..counting.recorder import Recorder
from ..residue import Reading
from ..vitals.gauges import Gauge
from .post import post
from .rendezvous import Collector, find_collectors

__all__ = ["Pusher", "encode"]

_NEEDED = ("encodings.ascii", "encodings.idna", "importlib.metadata", "tempfile")
"""What a push imports is imported before: should the app fork while the thread does it, a child that wants
the same module waits for ever for a thread that it does not have."""
_EVERY_S = 1.0
_LEAST_PAUSE_S = 0.1
"""Between two pushes when there is news."""
_LONGEST_PAUSE_S = 2.0
"""A run takes a process that misses three pushes for gone."""
_PAUSE_FOR_CPU = 20
"""The pause is at least this many times the CPU time of the push before it: at most 5 % goes to pushing."""
_TIMEOUT_S = 2.0
_LONGEST_HOLD_S = 2.0
"""How long the last pushes may keep the app from exiting, in all."""
_JOURNAL_ENTRIES = 5000
_MAX_POSTS = 40
_FORGET_AFTER_PUSHES = 60
_CHUNK = 300


class Source(Protocol):
    """What a pusher needs of the process that it speaks for."""

    recorder: Recorder

    def read_residue(self) -> Reading: ...
    def snapshot(
        self, run: str | None, reading: Reading, max_journal_entries: int, *, is_last: bool = False
    ) -> dict[str, object]: ...
    def complain(self, problem: str, run: str | None = None) -> None: ...
    def name_gauges(self, run: str, gauges: tuple[Gauge, ...]) -> bool: ...
    def forget_run(self, run: str) -> None: ...
    def confess(self) -> None: ...


class Pusher:
    """Speaks for one process. Nothing that happens here reaches the app."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._is_stopped = False
        self._news = threading.Lock()
        """Held while there is none. Releasing a lock, unlike setting an Event, cannot make a signal handler
        wait for the code that it interrupted."""
        self._news.acquire()
        self._turn = threading.Lock()
        self._held_up_s = 0.0
        self._journal_entries = _JOURNAL_ENTRIES
        self._run_of_url: dict[str, str] = {}
        self._pushes_without: dict[str, int] = {}

    def start(self) -> None:
        """Start the thread."""
        for name in _NEEDED:
            importlib.import_module(name)
        threading.Thread(target=self._loop, name="loadtest-hooks", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end, without waiting for it."""
        self._is_stopped = True
        self.hurry()

    def hurry(self) -> None:
        """Let the thread push soon: there is something that should not wait. The caller does not wait."""
        try:
            self._news.release()
        except Exception:
            return  # it has been told (threading's RuntimeError; gevent and eventlet have their own)

    def finish(self) -> None:
        """Push for the last time: the app is about to exit, and is held up for two seconds in all.

        Should it go on nevertheless, the thread does too.
        """
        began_s = time.monotonic()
        left_s = _LONGEST_HOLD_S - self._held_up_s
        if left_s > 0:
            self.push(min(_TIMEOUT_S / 2, left_s), is_last=True)
        self._held_up_s += time.monotonic() - began_s

    def _loop(self) -> None:
        pause_s, least_s = _EVERY_S, 0.0
        while not self._is_stopped:
            time.sleep(least_s)
            self._news.acquire(timeout=pause_s - least_s)
            if self._is_stopped:
                return
            began_s = time.thread_time()
            self.push(_TIMEOUT_S)
            spent_s = time.thread_time() - began_s
            pause_s = min(max(_EVERY_S, _PAUSE_FOR_CPU * spent_s), _LONGEST_PAUSE_S)
            least_s = min(max(_LEAST_PAUSE_S, _PAUSE_FOR_CPU * spent_s), pause_s)

    def push(self, timeout_s: float, *, is_last: bool = False) -> None:
        """Tell each run that listens what it has to know."""
        deadline_s = time.monotonic() + timeout_s
        try:
            if self._turn.acquire(timeout=timeout_s):
                try:
                    self._push_to_all(deadline_s, is_last=is_last)
                finally:
                    self._turn.release()
        except Exception:
            self._source.confess()

    def _push_to_all(self, deadline_s: float, *, is_last: bool) -> None:
        collectors = find_collectors(os.environ)
        if collectors or not is_last:
            reading = self._source.read_residue()
            for collector in collectors:
                self._push_to(collector, reading, deadline_s, is_last=is_last)
        self._forget_ended_runs(collectors)

    def _push_to(self, collector: Collector, reading: Reading, deadline_s: float, *, is_last: bool) -> None:
        for _ in range(_MAX_POSTS):
            left_s = deadline_s - time.monotonic()
            run = collector.run or self._run_of_url.get(collector.url)
            body = encode(self._source.snapshot(run, reading, self._journal_entries, is_last=is_last))
            try:
                answer = post(collector, body, max(left_s, 0.05))
            except OSError:
                return  # the run has ended or is busy; counts are cumulative, the next push says it all
            except ValueError as error:
                self._source.complain(
                    f"the collector at {collector.url} is none: {error}", run or collector.url
                )
                return
            if answer.status != 200:
                self._refused(answer.status, run or collector.url)
                return
            if answer.run != run:
                if collector.run is not None:
                    return
                self._run_of_url[collector.url] = answer.run
                continue
            tally = self._source.recorder.tally(answer.run)
            if tally is not None:
                tally.acknowledge(answer.journal)
            # told at once: growth is measured from the first value, and the load begins when hooks are seen
            has_gauges = self._source.name_gauges(answer.run, answer.gauges)
            has_more = has_gauges or (tally is not None and tally.has_journal)
            if not has_more or left_s <= 0:
                return

    def _refused(self, status: int, run: str) -> None:
        if status == 413:
            self._journal_entries = max(self._journal_entries // 2, 10)
        self._source.complain(f"the collector answered {status}", run)

    def _forget_ended_runs(self, collectors: list[Collector]) -> None:
        """Drop what is kept of runs that listened once and have not for a minute."""
        for run in self._pushes_without:
            self._pushes_without[run] += 1
        for collector in collectors:
            # a collector that has not said its run yet goes by its address
            run = collector.run or self._run_of_url.get(collector.url, collector.url)
            self._pushes_without[run] = 0
        for run, pushes in list(self._pushes_without.items()):
            if pushes > _FORGET_AFTER_PUSHES:
                del self._pushes_without[run]
                self._source.forget_run(run)


def encode(value: Any, depth: int = 3) -> bytes:
    """Return JSON, made piece by piece: one call would keep the app's threads waiting until it ends."""
    if depth and isinstance(value, dict):
        time.sleep(0)
        pieces = (json.dumps(key).encode() + b":" + encode(part, depth - 1) for key, part in value.items())
        return b"{" + b",".join(pieces) + b"}"
    if depth and isinstance(value, list) and len(value) > _CHUNK:
        chunks = (encode(value[start : start + _CHUNK], 0) for start in range(0, len(value), _CHUNK))
        return b"[" + b",".join(chunk[1:-1] for chunk in _gently(chunks)) + b"]"
    return json.dumps(value, separators=(",", ":")).encode()


def _gently(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        time.sleep(0)
