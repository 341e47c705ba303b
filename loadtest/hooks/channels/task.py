"""Background tasks of python-socketio's and python-engineio's servers, in all their async modes."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from ..context import TASK, Place, current, enter, leave
from ..process import HookedProcess
from ..swap import Undo, swap, together

__all__ = ["watch_background_tasks"]

_FRAMEWORKS = ("engineio", "socketio")
_EVERYBODYS = ("_service_task", "_thread")
"""Methods of the frameworks that run for all visitors, though the first one's arrival starts them."""


def watch_background_tasks(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch ``start_background_task`` of python-engineio's server, which python-socketio's calls.

    What is started is a task, a thread or a greenlet, and inherits the place; its error comes to light with
    those, and is told as a background task's.
    """
    owners = [getattr(module, name) for name in ("AsyncServer", "Server") if hasattr(module, name)]
    owners = [owner for owner in owners if "start_background_task" in vars(owner)]
    return together(*(swap(owner, "start_background_task", _watching(process, owner)) for owner in owners))


def _watching(process: HookedProcess, owner: Any) -> Any:
    original: Any = owner.start_background_task

    @functools.wraps(original)
    def start_background_task(self: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        place = current.get()
        if place is None:
            return original(self, target, *args, **kwargs)
        token = enter(_place_for(process, place, target))
        try:
            return original(self, target, *args, **kwargs)
        finally:
            leave(token)

    return start_background_task


def _place_for(process: HookedProcess, place: Place, target: Any) -> Place | None:
    try:
        package = str(getattr(target, "__module__", "")).partition(".")[0]
        if package not in _FRAMEWORKS:
            return place.started_as(TASK)
        return None if getattr(target, "__name__", "") in _EVERYBODYS else place
    except Exception:
        process.confess()
        return place
