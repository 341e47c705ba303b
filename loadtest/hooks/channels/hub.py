"""Errors that end a greenlet, which gevent's and eventlet's hubs print and forget."""

from __future__ import annotations

import functools
from types import ModuleType, TracebackType
from typing import Any

from ..context import Place, context_with, current
from ..process import HookedProcess
from ..swap import Undo, swap, together
from .sighting import see

__all__ = ["watch_eventlet_hub", "watch_gevent_greenlets", "watch_gevent_hub", "watch_greenthreads"]

_PLACE = "_loadtest_place"
"""Of a greenthread: its context is gone when the hub hears of its end."""


def watch_gevent_hub(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch ``Hub.handle_error``, to which greenlets, callbacks and servers bring what they catch."""
    original: Any = module.Hub.handle_error

    @functools.wraps(original)
    def handle_error(self: Any, context: Any, type: Any, value: Any, tb: Any) -> Any:  # noqa: A002
        # a greenlet calls this itself, at its end; a server gives the request's environ
        see(process, "hub", value, current.get() or _place_of_request(process, context))
        return original(self, context, type, value, tb)

    return swap(module.Hub, "handle_error", handle_error)


def watch_gevent_greenlets(process: HookedProcess, module: ModuleType) -> Undo:
    """Let greenlets inherit the place: gevent starts each with an empty context (measured with 26.9)."""
    greenlet_class: Any = module.Greenlet

    def spawned(greenlet: Any) -> None:
        place = current.get()
        if place is not None:
            _hand_over(process, greenlet, place)

    greenlet_class.add_spawn_callback(spawned)
    return lambda: greenlet_class.remove_spawn_callback(spawned)


def watch_greenthreads(process: HookedProcess, module: ModuleType) -> Undo:
    """Let eventlet's greenthreads inherit the place: they too start with an empty context."""
    make: Any = module.GreenThread.__init__
    spawn_n: Any = module._spawn_n

    @functools.wraps(make)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        make(self, *args, **kwargs)
        place = current.get()
        if place is not None:
            _hand_over(process, self, place)
            setattr(self, _PLACE, place)

    @functools.wraps(spawn_n)
    def _spawn_n(*args: Any, **kwargs: Any) -> Any:
        made = spawn_n(*args, **kwargs)
        place = current.get()
        if place is not None:
            _hand_over(process, made[1], place)
        return made

    return together(swap(module.GreenThread, "__init__", __init__), swap(module, "_spawn_n", _spawn_n))


def watch_eventlet_hub(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch what eventlet's hub swallows: exceptions in timers, which run greenthreads, and in listeners."""
    timer_method: Any = module.BaseHub.squelch_timer_exception
    listener_method: Any = module.BaseHub.squelch_exception

    @functools.wraps(timer_method)
    def squelch_timer_exception(self: Any, timer: Any, exc_info: Any) -> Any:
        see(process, "hub", exc_info[1], _place_of_greenthread(process, exc_info[2]))
        return timer_method(self, timer, exc_info)

    @functools.wraps(listener_method)
    def squelch_exception(self: Any, fileno: Any, exc_info: Any) -> Any:
        see(process, "hub", exc_info[1], _place_of_greenthread(process, exc_info[2]))
        return listener_method(self, fileno, exc_info)

    return together(
        swap(module.BaseHub, "squelch_timer_exception", squelch_timer_exception),
        swap(module.BaseHub, "squelch_exception", squelch_exception),
    )


def _place_of_greenthread(process: HookedProcess, step: TracebackType | None) -> Place | None:
    """Return the place of the greenthread that the exception has ended: its frame is in the traceback.

    The hub's own greenlet is the one that runs now. What ``spawn_n`` started has no such frame.
    """
    try:
        while step is not None:
            frame = step.tb_frame
            if frame.f_code.co_name == "main" and frame.f_globals.get("__name__") == "eventlet.greenthread":
                return getattr(frame.f_locals.get("self"), _PLACE, None)
            step = step.tb_next
    except Exception:
        process.confess()
    return None


def _hand_over(process: HookedProcess, greenlet: Any, place: Place) -> None:
    try:
        if greenlet.gr_context is None:
            greenlet.gr_context = context_with(place)
    except Exception:
        process.confess()


def _place_of_request(process: HookedProcess, environ: Any) -> Place | None:
    try:
        return process.recorder.place(environ) if isinstance(environ, dict) else None
    except Exception:
        process.confess()
        return None
