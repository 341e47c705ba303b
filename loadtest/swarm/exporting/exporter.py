"""The exports of one process: of the run that is on, or of the last one until the next begins."""

import argparse
import time
from collections.abc import Callable, Mapping

import gevent
from gevent.lock import RLock

from loadtest.exports.metric import Reading
from loadtest.exports.prometheus import Exposition, expose
from loadtest.exports.reading import IDLE
from loadtest.exports.wire import Push, to_line
from loadtest.swarm.exporting.endpoint import Endpoint
from loadtest.swarm.exporting.followed import Followed
from loadtest.swarm.exporting.options import ExportOptions, read_export_options
from loadtest.swarm.exporting.pusher import Pusher
from loadtest.swarm.exporting.standing import Exported
from loadtest.swarm.messages import Report

__all__ = ["Exporter", "open_exporter"]


class Exporter:
    """Has the figures of a run read, by whom asks for them, and pushed.

    Args:
        options: which exports there are.
        say: hears where the figures are, and, once for each run, that nobody takes what is pushed.

    Raises:
        UsageError: the address cannot be listened on.
    """

    def __init__(self, options: ExportOptions, say: Callable[[str], object]) -> None:
        self._otel = options.otel
        self._say = say
        self._followed: Followed | None = None
        self._pusher: Pusher | None = None
        self._pushing: gevent.Greenlet[[Followed, Pusher, float], None] | None = None
        self._flushing: gevent.Greenlet[[], None] | None = None
        self._ended_at = 0.0
        self._lock = RLock()
        self._texts: dict[bool, tuple[Reading, Exposition]] = {}
        self._endpoint: Endpoint | None = None
        if options.prometheus:
            self._endpoint = Endpoint(options.prometheus, self.expose)
            say(f"metrics: {self._endpoint.url}")
        if options.otel:
            say(f"metrics are pushed to {options.otel.address} ({options.otel.protocol})")

    @property
    def metrics(self) -> Callable[[str], Exposition] | None:
        """Return ``expose``; None where Prometheus' text was not asked for."""
        return self.expose if self._endpoint else None

    def begin(self, run: Exported) -> None:
        """Look at a new run; the one before is forgotten."""
        if not self._endpoint and not self._otel:
            return
        self._followed = followed = Followed(run)
        if self._otel:
            self._pusher = pusher = Pusher(self._otel.address, self._say)
            self._pushing = gevent.spawn(_push_often, followed, pusher, self._otel.every_s)

    def hear(self, report: Report) -> None:
        """Take what a generator of the run that is on has done."""
        if self._followed:
            self._followed.hear(report)

    def expose(self, accept: str) -> Exposition:
        """Return Prometheus' text in the format that an ``Accept`` header asks for."""
        is_open = "application/openmetrics-text" in accept
        with self._lock:
            reading = self._followed.reading() if self._followed else IDLE
            made_of, text = self._texts.get(is_open, (None, None))
            if text is None or made_of is not reading:
                text = expose(reading, accept, lambda: gevent.sleep(0))
                self._texts[is_open] = reading, text
        return text

    def end(self) -> None:
        """Take note that the run has its verdict, and have it pushed; ``close`` waits for that."""
        followed, pusher, pushing = self._followed, self._pusher, self._pushing
        self._ended_at = time.monotonic()
        if followed:
            followed.end()
        if followed and pusher and pushing:
            pushing.kill(block=False)
            pusher.push(to_line(Push(followed.reading(), time.time())))
            self._flushing = gevent.spawn(pusher.close)
            self._pusher = self._pushing = None

    def hurry(self) -> None:
        """Take note that somebody wants this process to end: nobody who scrapes is waited for."""
        if self._endpoint:
            self._endpoint.hurry()

    def close(self, *, is_patient: bool) -> None:
        """Let the last figures go out, within seconds, and stop listening.

        Args:
            is_patient: whether who has scraped again and again is waited for, so that it gets the verdict.
        """
        if self._endpoint and is_patient:
            self._endpoint.await_last_scrape(self._ended_at, self._say)
        if self._flushing:
            self._flushing.join()
        if self._endpoint:
            self._endpoint.close()


def open_exporter(
    values: argparse.Namespace, environ: Mapping[str, str], say: Callable[[str], object]
) -> Exporter:
    """Return what Locust's parsed options ask for, and OpenTelemetry's variables.

    Raises:
        UsageError: it cannot be done.
    """
    return Exporter(read_export_options(values, environ, say), say)


def _push_often(followed: Followed, pusher: Pusher, every_s: float) -> None:
    while True:
        gevent.sleep(every_s)
        pusher.push(to_line(Push(followed.reading(), time.time())))
