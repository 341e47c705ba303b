"""The stack of another thread, as text: what it is doing at this moment."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from types import FrameType

from ..text import clip

__all__ = ["frames_of", "stack_of"]

_OURS = __name__.rpartition(".vitals.")[0] + "."
"""``loadtest.hooks.``, or the private name under which the launcher imports this folder."""
_MAX_FRAMES = 25
_MAX_CHARACTERS = 4000


def stack_of(thread: int) -> str | None:
    """Return the innermost frames of a thread in a traceback's form, the hooks' own left out.

    None when the thread is there no more, or this Python cannot tell (``sys._current_frames`` is CPython's).
    """
    # No frame is kept while the lines are read from their files: what it holds would be finalized in this
    # thread when its function has returned meanwhile.
    places = [
        (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        for frame in frames_of(thread)
        if not _is_ours(frame)
    ][:_MAX_FRAMES]
    if not places:
        return None
    lines = [traceback.FrameSummary(file, line, name) for file, line, name in reversed(places)]
    return clip("".join(traceback.StackSummary.from_list(lines).format()), _MAX_CHARACTERS)


def frames_of(thread: int) -> Iterator[FrameType]:
    """Yield a thread's frames, the innermost first."""
    current_frames = getattr(sys, "_current_frames", None)
    frame = current_frames().get(thread) if current_frames is not None else None
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith(_OURS)
