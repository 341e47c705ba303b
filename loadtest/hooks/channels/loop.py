"""Errors that reach an event loop's exception handler: tasks that nobody awaited, callbacks, transports."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ..context import Place, current
from ..process import HookedProcess
from ..swap import Undo, swap, together
from .sighting import see

__all__ = ["watch_asyncio", "watch_uvloop"]

_MARK = "_loadtest_place"


def watch_asyncio(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch asyncio's own loops."""
    return _watch(process, module.BaseEventLoop)


def watch_uvloop(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch uvloop's: its ``Loop`` is a class of Python's on top of a compiled one."""
    return _watch(process, module.Loop)


def _watch(process: HookedProcess, loop_class: Any) -> Undo:
    handler: Any = loop_class.call_exception_handler
    create: Any = loop_class.create_task

    @functools.wraps(handler)
    def call_exception_handler(self: Any, context: Any) -> Any:
        # never task.exception(): it would mark the exception as retrieved, and silence asyncio
        error = context.get("exception") if isinstance(context, dict) else None
        if error is not None:
            see(process, "loop", error, _place_of(process, context))
        return handler(self, context)

    @functools.wraps(create)
    def create_task(self: Any, *args: Any, **kwargs: Any) -> Any:
        task = create(self, *args, **kwargs)
        given = kwargs.get("context")
        place = current.get() if given is None else given.get(current)
        if place is not None:
            _mark(task, place)
        return task

    return together(
        swap(loop_class, "call_exception_handler", call_exception_handler),
        swap(loop_class, "create_task", create_task),
    )


def _mark(task: Any, place: Place) -> None:
    """Let a task's place be known after its end.

    From Python 3.12 on a task tells its context. Before, an attribute lives as long as the task itself; a
    weak map would not do: of a task that is part of a cycle, as many a failed one is, Python drops the weak
    references before asyncio hears of the failure. A task of C shows no ``__dict__``, so nothing is seen.
    """
    if not hasattr(task, "get_context"):
        try:
            setattr(task, _MARK, place)
        except Exception:  # a task factory's own class, without room for it
            return


def _place_of(process: HookedProcess, context: Mapping[str, Any]) -> Place | None:
    try:
        task = context.get("task") or context.get("future")
        if task is not None:
            # it may be told much later, in whichever context drops the task: the current one says nothing
            get_context = getattr(task, "get_context", None)
            return getattr(task, _MARK, None) if get_context is None else get_context().get(current)
        # told at once, but outside of the callback's context in asyncio's loop; inside of it in uvloop
        callback_context = getattr(context.get("handle"), "_context", None)
        return current.get() if callback_context is None else callback_context.get(current)
    except Exception:
        process.confess()
        return None
