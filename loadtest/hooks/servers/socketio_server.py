"""Watches the events of python-socketio's servers: every handler of every namespace passes here."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from ..context import enter, leave
from ..counting.connection import Call, Session
from ..counting.recorder import Recorder
from ..process import HookedProcess

__all__ = ["watch_async", "watch_sync"]


def watch_async(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``AsyncServer._trigger_event`` with the events of known navigations counted."""

    # not a coroutine function: a stranger gets the original's own coroutine (see engineio_server)
    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        session = _session_of(process, self, event, args)
        if session is None:
            return original(self, event, *args, **kwargs)
        return watched(session, self, event, args, kwargs)

    async def watched(session: Session, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        recorder = process.recorder
        call = _begin(process, recorder, session, event)
        token = enter(session.connection.place if call is None else call.place)
        try:
            return await original(self, event, *args, **kwargs)
        except Exception as error:
            _fail(process, recorder, call, args, error)
            raise
        finally:
            leave(token)
            _end(process, recorder, call)

    return _trigger_event


def watch_sync(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``Server._trigger_event`` with the events of known navigations counted."""

    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        session = _session_of(process, self, event, args)
        if session is None:
            return original(self, event, *args, **kwargs)
        return watched(session, self, event, args, kwargs)

    def watched(session: Session, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        recorder = process.recorder
        call = _begin(process, recorder, session, event)
        token = enter(session.connection.place if call is None else call.place)
        try:
            return original(self, event, *args, **kwargs)
        except Exception as error:
            _fail(process, recorder, call, args, error)
            raise
        finally:
            leave(token)
            _end(process, recorder, call)

    return _trigger_event


def _session_of(process: HookedProcess, server: Any, event: Any, args: tuple[Any, ...]) -> Session | None:
    """Return the session that an event belongs to; ``args`` begin with namespace and sid."""
    try:
        recorder = process.recorder
        session = recorder.sessions.get(args[:2])
        if session is None and event == "connect" and process.is_active:
            namespace, sid, environ = args[:3]
            if sid is None:
                # python-socketio 5.1 to 5.6 call the handler so for a second CONNECT: of no session, and
                # of everybody's
                connection = recorder.connection_of(environ)
                return None if connection is None else Session(connection, args[:2])
            eio_sid = server.manager.eio_sid_from_sid(sid, namespace)
            connection = recorder.connections.get(eio_sid)
            if connection is None:
                # the hooks were installed after it had been opened
                connection = recorder.open(eio_sid, environ)
            if connection is not None:
                process.servers.add_socketio(server)
                session = recorder.join(connection, (namespace, sid))
        return session
    except Exception:
        process.confess()
        return None


def _begin(process: HookedProcess, recorder: Recorder, session: Session, event: Any) -> Call | None:
    try:
        return recorder.begin(session, event)
    except Exception:
        process.confess()
        return None


def _end(process: HookedProcess, recorder: Recorder, call: Call | None) -> None:
    try:
        # in a child that the handler has forked another counts, and this one's lock may be held for ever
        if call is not None and recorder is process.recorder:
            recorder.end(call)
    except Exception:
        process.confess()


def _fail(
    process: HookedProcess, recorder: Recorder, call: Call | None, args: tuple[Any, ...], error: Exception
) -> None:
    try:
        if call is None or recorder is not process.recorder:
            return
        if call.handler.event == "connect":
            if isinstance(error, _refusals()):
                return
            # (namespace, sid, environ, auth): for a visitor without auth python-socketio calls the handler
            # with auth=None and then without (older releases: the other way round; 5.0 has one try only)
            if isinstance(error, TypeError) and args[3:] in ((), (None,)) and not call.is_retry:
                recorder.postpone(call, error)
                return
        recorder.fail(call, error)
    except Exception:
        process.confess()


def _refusals() -> tuple[type[Exception], ...]:
    """Return what a connect handler raises, as documented, to refuse a visitor."""
    own = getattr(sys.modules.get("socketio.exceptions"), "ConnectionRefusedError", None)
    return (ConnectionRefusedError, own) if isinstance(own, type) else (ConnectionRefusedError,)
