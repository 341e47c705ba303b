"""What is counted in this process: connections, Socket.IO sessions and calls, by navigation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from ..context import Place
from ..swap import nothing
from ..text import clip
from ..traceparent import navigation_of
from .connection import MAX_NAME_CHARACTERS, Attempt, Call, Connection, Session
from .errors import ErrorTable, Kind
from .fingerprint import fault_of, format_error, root_of, watched_times
from .harmless import is_harmless
from .once import Once
from .tally import Gone, HandlerTally, RunTally

__all__ = ["Recorder"]

MAX_RUNS = 16
MAX_CONNECTIONS = 200_000
MAX_SESSIONS = 256
"""Of one connection: a client may connect and disconnect as often as it likes."""


class Recorder:
    """Counts what the hooks report; knows no framework, keeps no exception, and is safe in threads.

    The lock is held for a few counters at a time, never while code of the app runs. It is reentrant, so
    that a signal handler of the app that emits cannot stand in its own way.
    """

    def __init__(self, on_news: Callable[[], None] = nothing) -> None:
        self.connections: dict[str, Connection] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.evicted = 0
        """Connections that were forgotten for want of room while the framework still held them."""
        self._tallies: dict[str, RunTally] = {}
        self._lock = threading.RLock()
        self._on_news = on_news
        """Called, now and then, when there is something that should not wait for the next push: a run's
        first visit, an error that is new. It takes no lock."""
        self.strays = ErrorTable(self._lock, on_news)
        """Errors of which no navigation is known."""
        self._in_calls = Once()
        self._in_channels = Once()

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

    def connection_of(self, environ: Mapping[str, object]) -> Connection | None:
        """Return the newest connection of the navigation that sent this request, or None."""
        navigation = navigation_of(environ)
        with self._lock:
            for connection in reversed(list(self.connections.values())):
                if (connection.tally.run, connection.number) == navigation:
                    return connection
        return None

    def place(self, environ: Mapping[str, object]) -> Place | None:
        """Return where the errors of a request belong: a page of a navigation, which is no visit yet."""
        navigation = navigation_of(environ)
        if navigation is None:
            return None
        run, number = navigation
        if run not in self._tallies:
            with self._lock:
                if run not in self._tallies:
                    self._start_tally(run)
        return Place(run, number)

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
        if self._tallies.get(connection.tally.run) is not connection.tally:
            return  # of a run that has ended, or of the process that forked this one: its lock may be held
        with self._lock:
            if connection.is_gone:
                return
            connection.is_gone = True
        for session in connection.sessions:
            self._settle(session)
        with self._lock:
            gone = Gone(
                connection.number,
                reason,
                tuple(connection.events),
                time.time(),
                connection.opened_at,
                connection.begun_ms[:],
                connection.took_ms[:],
            )
        connection.tally.count_gone(gone)

    def _settle(self, session: Session) -> None:
        # a version of the framework that does not call again after a TypeError: the attempt was the call
        attempt, session.attempt = session.attempt, None
        if attempt is not None:
            handler, connection = attempt.handler, session.connection
            with self._lock:
                handler.calls += 1
                handler.errors += 1
            kind = Kind(attempt.fault, "handler", handler.namespace, handler.event)
            connection.tally.count_error(kind, connection.number, str)

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
        if len(connection.sessions) > MAX_SESSIONS:
            self.sessions.pop(connection.sessions.pop(0).key, None)
        return session

    def begin(self, session: Session, event: object) -> Call:
        """Count an event whose handler is about to start."""
        if type(event) is not str or len(event) > MAX_NAME_CHARACTERS:
            event = clip(event, MAX_NAME_CHARACTERS)
        connection = session.connection
        handler = connection.tally.handler(session.namespace, event)
        call = Call(session, handler, time.perf_counter())
        if session.attempt is not None:
            self._go_on(call, session.attempt)
        with self._lock:
            handler.calls += 1
            handler.in_flight += 1
            if not call.is_retry:
                connection.write_down(call, event)
        return call

    def _go_on(self, call: Call, attempt: Attempt) -> None:
        if call.handler is not attempt.handler:
            self._settle(call.session)
            return
        call.is_retry = True
        call.started_s = attempt.started_s
        call.order = attempt.order

    def end(self, call: Call) -> None:
        """Count the end of a handler, however it ended."""
        elapsed_s = time.perf_counter() - call.started_s
        handler = call.handler
        with self._lock:
            handler.in_flight -= 1
            if not call.is_attempt:
                handler.latency.record(elapsed_s)
                call.session.connection.took_ms[call.order] = elapsed_s * 1000
        if call.is_retry:
            call.session.attempt = None

    def acknowledge(self, handler: HandlerTally, took_s: float) -> None:
        """Count an acknowledgement that went out so long after its event had arrived."""
        with self._lock:
            handler.ack.record(took_s)

    def fail(self, call: Call, error: Exception) -> None:
        """Count an exception that left a handler, unless it was counted in a call within this one."""
        counted_s = self._in_calls.when(error)
        # an app may raise one and the same object many times: each time is an error
        if counted_s is not None and counted_s >= call.started_s and watched_times(error) > 1:
            return
        now_s = time.perf_counter()
        logged_s = self._in_channels.when(error)
        with self._lock:
            call.handler.errors += 1
            self._in_calls.add(error, now_s)
        if logged_s is None or logged_s < call.started_s:
            self._count("handler", root_of(error), call.place)

    def report(self, channel: str, error: BaseException, place: Place | None) -> None:
        """Count an exception that came to light elsewhere, unless it has been counted before.

        What has come out of a hooked call or page was judged there; anything else counts once, as an object.
        """
        if is_harmless(error) or watched_times(error):
            return
        number = None if place is None else place.number
        with self._lock:
            known = self._in_channels.numbers(error)
            # an app may have one and the same object for many visits: each is an error
            if known and (number is None or number in known or None in known):
                return
            self._in_channels.add(error, time.perf_counter(), number)
        self._count(channel, error, place)

    def leave_page(self, error: BaseException, place: Place) -> None:
        """Count an exception that left what serves a page, unless it was logged before."""
        is_new = self._in_channels.when(error) is None and self._in_calls.when(error) is None
        if is_new and not is_harmless(error):
            self._count("page", error, place)

    def let_go(self) -> None:
        """Drop what is held of exceptions that are no more."""
        with self._lock:
            self._in_calls.let_go()
            self._in_channels.let_go()

    def _count(self, channel: str, error: BaseException, place: Place | None) -> None:
        fault = fault_of(error)
        tally = None if place is None else self._tallies.get(place.run)
        if place is None or tally is None:
            # a run that nobody asks about any more is no better than none
            self.strays.count(Kind(fault, channel, None, None), None, lambda: format_error(error))
        else:
            kind = Kind(fault, channel, place.namespace, place.event)
            tally.count_error(kind, place.number, lambda: format_error(error))

    def postpone(self, call: Call, error: TypeError) -> None:
        """Take a connect handler's call back: the framework calls again at once, with other arguments.

        Whether the handler only takes fewer (or more) of them or has failed, that second call tells.
        """
        call.is_attempt = True
        with self._lock:
            call.handler.calls -= 1
        call.session.attempt = Attempt(call, fault_of(error))
