"""Errors that end a thread; and threads and executors know whose work they do."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

from ..context import Place, current, enter, leave
from ..process import HookedProcess
from ..swap import Undo, swap, together
from .sighting import see

__all__ = ["watch_executors", "watch_threads"]

_WORK = "_loadtest_place"
_WORKER = "concurrent.futures.thread"


def watch_threads(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch ``Thread``: a thread inherits no context, so the starter's place is handed over.

    Not ``threading.excepthook``, which an app may replace at any time: each thread calls a method that it
    was given when it was made, just before that hook, whoever has set it.
    """
    start: Any = module.Thread.start
    bootstrap: Any = module.Thread._bootstrap_inner
    places: dict[int, Place] = {}

    @functools.wraps(start)
    def watched_start(self: Any) -> Any:
        place = current.get()
        # an executor's worker goes on with the work of others; each piece has a place of its own
        if place is None or getattr(getattr(self, "_target", None), "__module__", None) == _WORKER:
            return start(self)
        places[id(self)] = place
        try:
            return start(self)  # returns when the new thread has begun, and so has taken its place
        finally:
            places.pop(id(self), None)

    @functools.wraps(bootstrap)
    def _bootstrap_inner(self: Any) -> Any:
        if places:
            enter(places.get(id(self)))  # never left: the context ends with the thread
        tell = getattr(self, "_invoke_excepthook", None)
        if tell is None:
            return bootstrap(self)

        def _invoke_excepthook(thread: Any) -> Any:
            see(process, "thread", sys.exc_info()[1], current.get())
            return tell(thread)

        # not by setattr: a subclass may have a __setattr__ of its own
        vars(self)["_invoke_excepthook"] = _invoke_excepthook
        try:
            return bootstrap(self)
        finally:
            vars(self)["_invoke_excepthook"] = tell

    return together(
        swap(module.Thread, "start", watched_start),
        swap(module.Thread, "_bootstrap_inner", _bootstrap_inner),
    )


def watch_executors(process: HookedProcess, module: ModuleType) -> Undo:  # noqa: ARG001
    """Watch the pieces of work of a ``ThreadPoolExecutor``: they are done in the place of who submitted them.

    Their exceptions belong to their futures, and are no errors until somebody lets them out.
    """
    make: Any = module._WorkItem.__init__
    run: Any = module._WorkItem.run

    @functools.wraps(make)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        make(self, *args, **kwargs)
        place = current.get()
        if place is not None:
            setattr(self, _WORK, place)

    @functools.wraps(run)
    def watched_run(self: Any, *args: Any, **kwargs: Any) -> Any:
        place = getattr(self, _WORK, None)
        if place is None:
            return run(self, *args, **kwargs)
        token = enter(place)
        try:
            return run(self, *args, **kwargs)
        finally:
            leave(token)

    return together(swap(module._WorkItem, "__init__", __init__), swap(module._WorkItem, "run", watched_run))
