"""Watches the connections of python-engineio's servers: departures before CONNECT fire nothing above."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..process import HookedProcess
from ..recorder import Connection

__all__ = ["watch_async", "watch_sync"]


def watch_async(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``AsyncServer._trigger_event`` with connections watched; messages pass straight through."""

    # not a coroutine function: for strangers and messages the original's own coroutine is returned, so
    # that they neither wait for nor see a frame of ours in a traceback
    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        if event == "connect":
            connection = _opened(process, self, args)
            if connection is not None:
                return opening(connection, self, event, args, kwargs)
        elif event == "disconnect":
            connection = _known(process, args)
            if connection is not None:
                return closing(connection, self, event, args, kwargs)
        return original(self, event, *args, **kwargs)

    async def opening(connection: Connection, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        answer = await original(self, event, *args, **kwargs)
        _answered(process, connection, answer)
        return answer

    async def closing(connection: Connection, self: Any, event: Any, args: Any, kwargs: Any) -> Any:
        try:
            return await original(self, event, *args, **kwargs)
        finally:
            _closed(process, connection, args)

    return _trigger_event


def watch_sync(original: Callable[..., Any], process: HookedProcess) -> Callable[..., Any]:
    """Return ``Server._trigger_event`` with connections watched; messages pass straight through."""

    @functools.wraps(original)
    def _trigger_event(self: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        if event == "connect":
            connection = _opened(process, self, args)
            answer = original(self, event, *args, **kwargs)
            if connection is not None:
                _answered(process, connection, answer)
            return answer
        if event == "disconnect":
            connection = _known(process, args)
            if connection is not None:
                try:
                    return original(self, event, *args, **kwargs)
                finally:
                    _closed(process, connection, args)
        return original(self, event, *args, **kwargs)

    return _trigger_event


def _opened(process: HookedProcess, server: Any, args: tuple[Any, ...]) -> Connection | None:
    try:
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
    except Exception:
        process.confess()
        return None


def _answered(process: HookedProcess, connection: Connection, answer: Any) -> None:
    # python-engineio rejects a connection for any answer but these two, and tells nobody of its end
    if answer is not None and answer is not True:
        process.recorder.forget(connection)


def _known(process: HookedProcess, args: tuple[Any, ...]) -> Connection | None:
    try:
        return process.recorder.connections.get(args[0])
    except Exception:
        process.confess()
        return None


def _closed(process: HookedProcess, connection: Connection, args: tuple[Any, ...]) -> None:
    try:
        process.recorder.close(connection, args[1] if len(args) > 1 else None)
    except Exception:
        process.confess()
