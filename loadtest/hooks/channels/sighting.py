"""What every channel does with an exception: it tells the recorder, and nothing of that reaches the app."""

from __future__ import annotations

from typing import Any

from ..context import TASK, Place
from ..process import HookedProcess

__all__ = ["see"]


def see(process: HookedProcess, channel: str, error: Any, place: Place | None) -> None:
    """Count what a channel has been given, if it is an exception and has not been counted before."""
    try:
        if process.is_active and issubclass(type(error), Exception):
            is_task = place is not None and place.origin == TASK and channel in ("loop", "thread", "hub")
            process.recorder.report(TASK if is_task else channel, error, place)
    except Exception:
        process.confess()
