"""Tasks and threads of a framework that only sleep on, to find that their client has gone: no residue."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

__all__ = ["is_over", "is_over_in_thread"]

_PINGS: Mapping[str, str] = {"_send_ping": "self", "_eio_send_ping": "socket"}
"""Function -> what it calls its socket. python-engineio's ``AsyncSocket`` and ``Socket`` sleep for the ping
interval, then do nothing if they have closed (4.0 to 4.15): each visit leaves one behind for up to 25 s. The
second is what python-socketio's ``instrument()`` puts around it."""


def is_over(coroutine: Any) -> bool:
    """Return whether a task's coroutine is such a sleeper."""
    frame = getattr(coroutine, "cr_frame", None)
    if frame is None or frame.f_code.co_name not in _PINGS:
        return False
    return _has_closed(frame.f_locals.get(_PINGS[frame.f_code.co_name]))


def is_over_in_thread(thread: Any) -> bool:
    """Return whether a thread runs such a sleeper."""
    target = getattr(thread, "_target", None)
    if isinstance(target, functools.partial):
        target = target.func
    return getattr(target, "__name__", None) in _PINGS and _has_closed(getattr(target, "__self__", None))


def _has_closed(socket: Any) -> bool:
    return getattr(socket, "closed", False) is True or getattr(socket, "closing", False) is True
