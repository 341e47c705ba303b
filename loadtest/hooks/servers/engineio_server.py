"""Watches the connections of python-engineio's servers: departures before CONNECT fire nothing above."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..context import current, enter, leave
from ..counting.connection import Connection
from ..process import HookedProcess

__all__ = ["watch_async", "watch_sync"]


def watch_async(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``AsyncServer._trigger_event`` with connections watched."""

    # not a coroutine function: for strangers, and for messages as a rule, the original's own coroutine is
    # returned, so that they neither wait for nor see a frame of ours in a traceback
    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        connection = _connection_of(process, self, event, args)
        if connection is None:
            return original(self, event, *args, **kwargs)
        if event == "connect":
            return opening(connection, self, event, args, kwargs)
        if event == "disconnect":
            return closing(connection, self, event, args, kwargs)
        return within(connection, self, event, args, kwargs)

    async def opening(connection: Connection, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        token = enter(connection.place)
        try:
            answer = await original(self, event, *args, **kwargs)
        finally:
            leave(token)
        _answered(process, connection, answer)
        return answer

    async def closing(connection: Connection, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        token = enter(connection.place)
        try:
            return await original(self, event, *args, **kwargs)
        finally:
            leave(token)
            _closed(process, connection, args)

    async def within(connection: Connection, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        token = enter(connection.place)
        try:
            return await original(self, event, *args, **kwargs)
        finally:
            leave(token)

    return _trigger_event


def watch_sync(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``Server._trigger_event`` with connections watched."""

    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        connection = _connection_of(process, self, event, args)
        if connection is None:
            return original(self, event, *args, **kwargs)
        token = enter(connection.place)
        try:
            answer = original(self, event, *args, **kwargs)
        finally:
            leave(token)
            if event == "disconnect":
                _closed(process, connection, args)
        if event == "connect":
            _answered(process, connection, answer)
        return answer

    return _trigger_event


def _connection_of(
    process: HookedProcess, server: Any, event: Any, args: tuple[Any, ...]
) -> Connection | None:
    """Return the connection that an event is to be watched for; ``args`` begin with its id."""
    try:
        if event == "connect":
            return _opened(process, server, args)
        connection = process.recorder.connections.get(args[0])
        if event == "disconnect" or connection is None:
            return connection
        # a message: the request that brought it is known by its headers, as a rule, and current
        place = current.get()
        return connection if place is None or not place.is_of(connection.place) else None
    except Exception:
        process.confess()
        return None


def _opened(process: HookedProcess, server: Any, args: tuple[Any, ...]) -> Connection | None:
    if not process.is_active:
        return None
    process.arm()
    connection = process.recorder.open(args[0], args[1])
    if connection is not None:
        process.vitals.meet_loop()
        process.servers.add_engineio(server)
        # python-socketio's server, whose bound method this handler is: it keeps the environ even of
        # those who leave before CONNECT
        process.servers.add_socketio(getattr(server.handlers.get("connect"), "__self__", None))
    return connection


def _answered(process: HookedProcess, connection: Connection, answer: Any) -> None:
    # python-engineio rejects a connection for any answer but these two, and tells nobody of its end
    if answer is not None and answer is not True:
        process.recorder.forget(connection)


def _closed(process: HookedProcess, connection: Connection, args: tuple[Any, ...]) -> None:
    try:
        process.recorder.close(connection, args[1] if len(args) > 1 else None)
    except Exception:
        process.confess()
