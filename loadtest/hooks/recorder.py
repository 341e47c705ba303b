"""What is counted in this process: connections, Socket.IO sessions and calls, by navigation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from .fingerprint import Fault, fault_of, format_error, root_of, watched_times
from .tally import HandlerTally, RunTally
from .text import clip
from .traceparent import navigation_of

__all__ = ["Call", "Connection", "Recorder", "Session"]

MAX_RUNS = 16
MAX_CONNECTIONS = 200_000
_MAX_EVENTS = 64
_MAX_NAME_CHARACTERS = 100
_MAX_COUNTED = 512


def _nothing() -> None:
    return None


class Connection:
    """One Engine.IO connection of a navigation."""

    __slots__ = ("eio_sid", "events", "is_gone", "is_unheld", "number", "sessions", "tally")

    def __init__(self, eio_sid: str, tally: RunTally, number: int) -> None:
        self.eio_sid = eio_sid
        self.tally = tally
        self.number = number
        self.events: list[str] = []
        """Socket.IO events in the order in which they started; when too many, the first and the last."""
        self.sessions: list[Session] = []
        self.is_gone = False
        self.is_unheld = False
        """Whether the framework had nothing of it any more when last looked."""


class Session:
    """One Socket.IO session (a namespace of a connection)."""

    __slots__ = ("attempt", "connection", "key", "namespace")

    def __init__(self, connection: Connection, key: tuple[str, str]) -> None:
        self.connection = connection
        self.key = key
        self.namespace = clip(key[0], _MAX_NAME_CHARACTERS)
        self.attempt: _Attempt | None = None


class _Attempt:
    """A call of a connect handler that ended in TypeError: the framework calls it once more."""

    __slots__ = ("fault", "handler", "started_s")

    def __init__(self, call: Call, fault: Fault) -> None:
        self.started_s = call.started_s
        self.handler = call.handler
        self.fault = fault


class Call:
    """One event under way in its handler."""

    __slots__ = ("handler", "is_attempt", "is_retry", "session", "started_s")

    def __init__(self, session: Session, handler: HandlerTally) -> None:
        self.session = session
        self.handler = handler
        self.is_attempt = False
        """Whether it was taken back: the framework calls again."""
        self.is_retry = session.attempt is not None
        attempt = session.attempt
        self.started_s: float = time.perf_counter() if attempt is None else attempt.started_s


class Recorder:
    """Counts what the hooks report; knows no framework, keeps no exception, and is safe in threads.

    The lock is held for a few counters at a time, never while code of the app runs. It is reentrant, so
    that a signal handler of the app that emits cannot stand in its own way.
    """

    def __init__(self, on_news: Callable[[], None] = _nothing) -> None:
        self.connections: dict[str, Connection] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.evicted = 0
        """Connections that were forgotten for want of room while the framework still held them."""
        self._tallies: dict[str, RunTally] = {}
        self._counted_s: dict[int, float] = {}
        self._lock = threading.RLock()
        self._on_news = on_news
        """Called, now and then, when there is something that should not wait for the next push: a run's
        first visit, an error that is new. It takes no lock."""

    def tally(self, run: str) -> RunTally | None:
        """Return a run's counts, or None when none of its visits has been here."""
        return self._tallies.get(run)

    def forget_run(self, run: str) -> None:
        """Drop the counts of a run that has ended."""
        self._tallies.pop(run, None)

    def runs(self) -> list[str]:
        """Return the runs whose visits have been here, oldest first."""
        return list(self._tallies)

    def open(self, eio_sid: str, environ: Mapping[str, object]) -> Connection | None:
        """Begin to watch an Engine.IO connection; None for a stranger's."""
        navigation = navigation_of(environ)
        if navigation is None:
            return None
        run, number = navigation
        with self._lock:
            connection = self.connections.get(eio_sid)
            if connection is None:
                tally = self._tallies.get(run) or self._start_tally(run)
                if len(self.connections) >= MAX_CONNECTIONS:
                    self._evict()
                connection = self.connections[eio_sid] = Connection(eio_sid, tally, number)
                tally.visits += 1
                if tally.visits == 1:
                    self._on_news()
        return connection

    def _start_tally(self, run: str) -> RunTally:
        while len(self._tallies) >= MAX_RUNS:
            del self._tallies[next(iter(self._tallies))]
        tally = self._tallies[run] = RunTally(run, self._lock, self._on_news)
        return tally

    def _evict(self) -> None:
        oldest = next(iter(self.connections.values()))
        self.forget(oldest)
        self.evicted += 1

    def close(self, connection: Connection, reason: object) -> None:
        """Note the end of an Engine.IO connection, once the framework has dealt with it."""
        with self._lock:
            if connection.is_gone:
                return
            connection.is_gone = True
        self._settle(connection)
        connection.tally.count_gone(connection.number, reason, connection.events, time.time())

    def _settle(self, connection: Connection) -> None:
        # a version of the framework that does not call again after a TypeError: the attempt was the call
        for session in connection.sessions:
            attempt, session.attempt = session.attempt, None
            if attempt is not None:
                with self._lock:
                    attempt.handler.calls += 1
                connection.tally.count_error(attempt.handler, attempt.fault, connection.number, str)

    def forget(self, connection: Connection) -> None:
        """Stop watching a connection: nothing of it is left in the framework."""
        with self._lock:
            self.connections.pop(connection.eio_sid, None)
            for session in connection.sessions:
                self.sessions.pop(session.key, None)

    def join(self, connection: Connection, key: tuple[str, str]) -> Session:
        """Begin to watch a Socket.IO session, ``key`` being its (namespace, sid)."""
        session = self.sessions[key] = Session(connection, key)
        connection.sessions.append(session)
        return session

    def begin(self, session: Session, event: object) -> Call:
        """Count an event whose handler is about to start."""
        if type(event) is not str or len(event) > _MAX_NAME_CHARACTERS:
            event = clip(event, _MAX_NAME_CHARACTERS)
        connection = session.connection
        handler = connection.tally.handler(session.namespace, event)
        events = connection.events
        with self._lock:
            handler.calls += 1
            handler.in_flight += 1
            if len(events) < _MAX_EVENTS:
                events.append(event)
            else:
                events[-1] = event
        return Call(session, handler)

    def end(self, call: Call) -> None:
        """Count the end of a handler, however it ended."""
        elapsed_s = time.perf_counter() - call.started_s
        handler = call.handler
        with self._lock:
            handler.in_flight -= 1
            if not call.is_attempt:
                handler.latency.record(elapsed_s)
        if call.is_retry:
            call.session.attempt = None

    def acknowledge(self, handler: HandlerTally, took_s: float) -> None:
        """Count an acknowledgement that went out so long after its event had arrived."""
        with self._lock:
            handler.ack.record(took_s)

    def fail(self, call: Call, error: Exception) -> None:
        """Count an exception that left a handler, unless it was counted in a call within this one."""
        if self._was_counted(call, error):
            return
        shown = root_of(error)
        call.session.connection.tally.count_error(
            call.handler, fault_of(shown), call.session.connection.number, lambda: format_error(shown)
        )
        with self._lock:
            if len(self._counted_s) >= _MAX_COUNTED:
                self._counted_s.clear()
            self._counted_s[id(error)] = time.perf_counter()

    def _was_counted(self, call: Call, error: Exception) -> bool:
        # The same object, counted since this call began, that came through another hooked call below it:
        # an id alone may be a later object's, and an app may raise one and the same object many times.
        counted_s = self._counted_s.get(id(error))
        return counted_s is not None and counted_s >= call.started_s and watched_times(error) > 1

    def postpone(self, call: Call, error: TypeError) -> None:
        """Take a connect handler's call back: the framework calls again at once, with other arguments.

        Whether the handler only takes fewer (or more) of them or has failed, that second call tells.
        """
        call.is_attempt = True
        events = call.session.connection.events
        with self._lock:
            call.handler.calls -= 1
            for place in range(len(events) - 1, -1, -1):
                if events[place] == call.handler.event:
                    del events[place]
                    break
        call.session.attempt = _Attempt(call, fault_of(error))
