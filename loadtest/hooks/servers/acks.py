"""Watches acknowledgements: how long after an event's arrival one went out."""

from __future__ import annotations

import functools
import inspect
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..counting.tally import HandlerTally
from ..process import HookedProcess
from ..swap import Undo, nothing, swap, together
from ..text import clip

__all__ = ["watch_acks"]

# Methods of python-socketio's AsyncServer and Server, with these arguments from 5.0 to 5.18 at least:
# _handle_event(eio_sid, namespace, id, data) comes straight from the message, before a thread or task is
# started for the handler, and by _send_packet(eio_sid, packet) _handle_event_internal acknowledges after it.
_ARRIVAL = "_handle_event"
_DEPARTURE = "_send_packet"
_ACKS = (3, 6)
"""ACK and BINARY_ACK (Socket.IO protocol 5)."""
_MAX_ASKED = 10_000
_MAX_NAME_CHARACTERS = 100


class _Asked:
    """One event whose acknowledgement is awaited."""

    __slots__ = ("began_s", "handler")

    def __init__(self, handler: HandlerTally) -> None:
        self.handler = handler
        self.began_s = time.perf_counter()


class _Waiting:
    """What has asked for an acknowledgement that did not go out yet, by connection, namespace and number.

    A handler that raises never acknowledges: the oldest make room. Each step is one of ``OrderedDict``'s own,
    so no lock is needed.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, str, int], _Asked] = OrderedDict()

    def __len__(self) -> int:
        return len(self._asked)

    def put(self, key: tuple[str, str, int], asked: _Asked) -> None:
        self._asked[key] = asked
        if len(self._asked) > _MAX_ASKED:
            self._asked.popitem(last=False)

    def take(self, key: tuple[str, str, int]) -> _Asked | None:
        return self._asked.pop(key, None)


def watch_acks(owner: Any, process: HookedProcess, *, is_async: bool) -> Undo:
    """Watch a server class; one of an unknown layout is left alone, and told so.

    Returns:
        What puts the class back as it was.
    """
    methods = [vars(owner).get(name) for name in (_ARRIVAL, _DEPARTURE)]
    if not all(inspect.isfunction(method) for method in methods):
        process.complain(f"acknowledgements of {owner.__name__} are not measured: it has another layout")
        return nothing
    arrival, departure = methods
    waiting = _Waiting()
    watch = _departures_async if is_async else _departures_sync
    return together(
        swap(owner, _ARRIVAL, _arrivals(arrival, process, waiting)),
        swap(owner, _DEPARTURE, watch(departure, process, waiting)),
    )


def _arrivals(original: Callable[..., Any], process: HookedProcess, waiting: _Waiting) -> Callable[..., Any]:
    # the original's own coroutine is returned, where it is one: no frame of ours is in its tracebacks
    @functools.wraps(original)
    def _handle_event(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 4 and args[2] is not None:
            _note_arrival(process, waiting, *args)
        return original(self, *args, **kwargs)

    return _handle_event


def _note_arrival(
    process: HookedProcess, waiting: _Waiting, eio_sid: str, namespace: str | None, number: int, data: Any
) -> None:
    try:
        connection = process.recorder.connections.get(eio_sid)
        if connection is not None:
            namespace = namespace or "/"
            event = clip(data[0], _MAX_NAME_CHARACTERS)
            handler = connection.tally.handler(clip(namespace, _MAX_NAME_CHARACTERS), event)
            waiting.put((eio_sid, namespace, number), _Asked(handler))
    except Exception:
        process.confess()


def _departures_async(
    original: Callable[..., Any], process: HookedProcess, waiting: _Waiting
) -> Callable[..., Any]:
    @functools.wraps(original)
    def _send_packet(self: Any, *args: Any, **kwargs: Any) -> Any:
        one = _acknowledged(process, waiting, args)
        if one is None:
            return original(self, *args, **kwargs)
        return sending(one, self, args, kwargs)

    async def sending(one: _Asked, self: Any, args: Any, kwargs: Any) -> Any:
        answer = await original(self, *args, **kwargs)
        _note_departure(process, one)
        return answer

    return _send_packet


def _departures_sync(
    original: Callable[..., Any], process: HookedProcess, waiting: _Waiting
) -> Callable[..., Any]:
    @functools.wraps(original)
    def _send_packet(self: Any, *args: Any, **kwargs: Any) -> Any:
        one = _acknowledged(process, waiting, args)
        answer = original(self, *args, **kwargs)
        if one is not None:
            _note_departure(process, one)
        return answer

    return _send_packet


def _acknowledged(process: HookedProcess, waiting: _Waiting, args: tuple[Any, ...]) -> _Asked | None:
    try:
        packet = args[1]
        if not waiting or packet.packet_type not in _ACKS:
            return None
        return waiting.take((args[0], packet.namespace or "/", packet.id))
    except Exception:
        process.confess()
        return None


def _note_departure(process: HookedProcess, one: _Asked) -> None:
    try:
        process.recorder.acknowledge(one.handler, time.perf_counter() - one.began_s)
    except Exception:
        process.confess()
