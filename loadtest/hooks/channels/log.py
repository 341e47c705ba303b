"""Errors that the app only logs: records that carry an exception, at level WARNING or above.

Lower levels are an app's chatter: what it tried, expected to fail, and mentions for whoever debugs it.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from ..context import current
from ..process import HookedProcess
from ..swap import Undo, swap
from .sighting import see

__all__ = ["watch_logging"]

_WARNING = 30


def watch_logging(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch ``Logger.callHandlers``: each record that passes its logger's level comes here once."""
    original: Any = module.Logger.callHandlers

    @functools.wraps(original)
    def callHandlers(self: Any, record: Any) -> Any:  # noqa: N802  # logging's name
        # the record is neither formatted nor changed
        if record.exc_info and record.levelno >= _WARNING:
            see(process, "log", record.exc_info[1], current.get())
        return original(self, record)

    return swap(module.Logger, "callHandlers", callHandlers)
