"""Tasks and threads of a framework that only sleep on, to find that their client has gone: no residue."""

from __future__ import annotations

from typing import Any

__all__ = ["is_over", "is_over_in_thread"]

_PING = "_send_ping"
"""python-engineio's ``AsyncSocket`` and ``Socket``: sleeps for the ping interval, then does nothing if the
socket has closed (4.0 to 4.15). Each visit leaves one behind for up to 25 s."""


def is_over(coroutine: Any) -> bool:
    """Return whether a task's coroutine is such a sleeper."""
    frame = getattr(coroutine, "cr_frame", None)
    if frame is None or frame.f_code.co_name != _PING:
        return False
    return _has_closed(frame.f_locals.get("self"))


def is_over_in_thread(thread: Any) -> bool:
    """Return whether a thread runs such a sleeper."""
    target = getattr(thread, "_target", None)
    return getattr(target, "__name__", None) == _PING and _has_closed(getattr(target, "__self__", None))


def _has_closed(socket: Any) -> bool:
    return getattr(socket, "closed", False) is True or getattr(socket, "closing", False) is True
