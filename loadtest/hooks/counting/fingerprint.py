"""What makes two errors the same: their type and the deepest frame of the app."""
# ruff: noqa: PTH100, PTH118, PTH120  # paths of frames are compared as text, for each error: pathlib is ten times slower

from __future__ import annotations

import functools
import os
import sys
import traceback
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from ..text import clip

__all__ = [
    "Fault",
    "came_through_the_app",
    "fault_of",
    "format_error",
    "is_call_mismatch",
    "modules_below_the_app",
    "raised_in",
    "root_of",
    "watched_times",
]

_FRAMEWORKS = frozenset({"socketio", "engineio"})
_SERVERS = frozenset(
    (
        *(
            "aiohttp",
            "anyio",
            "asgiref",
            "daphne",
            "eventlet",
            "fastapi",
            "flask",
            "flask_socketio",
            "gevent",
        ),
        *("geventwebsocket", "greenlet", "gunicorn", "h11", "h2", "httptools", "hypercorn", "sanic"),
        *(
            "simple_websocket",
            "starlette",
            "tornado",
            "uvicorn",
            "uvloop",
            "websockets",
            "werkzeug",
            "wsproto",
        ),
    )
)
"""What carries the app's code; other packages that the app uses count as its own."""
_PACKAGES = ("/site-packages/", "/dist-packages/")
_OURS = __name__.rpartition(".counting.")[0]
"""``loadtest.hooks``, or the private name under which the launcher imports this folder."""

_MAX_NAME_CHARACTERS = 200
_MAX_FILES = 1024
_MAX_TRACEBACK_CHARACTERS = 4000
_MAX_TRACEBACK_FRAMES = 25
_MAX_CHAIN = 20


_traceback_of: Any = BaseException.__dict__["__traceback__"].__get__
_context_of: Any = BaseException.__dict__["__context__"].__get__
"""Whatever the exception's class makes of ``__traceback__`` and ``__context__``."""

_WATCHED = "watched"
"""The name of each function of ours that counts every exception which leaves what it calls."""


@dataclass(frozen=True)
class Fault:
    """An error's fingerprint."""

    __slots__ = ("file", "function", "line", "type")

    type: str
    function: str
    file: str
    """Relative to the folder that it was imported from, where there is one."""
    line: int


def fault_of(error: BaseException) -> Fault:
    """Return the fingerprint: type, and the deepest frame that is neither library nor framework.

    Frames of the standard library, of servers, socketio, engineio and of the hooks are passed over; when
    nothing else is left, the deepest frame of all counts.
    """
    deepest = chosen = None
    step = _traceback_of(error)
    while step is not None:
        deepest = step
        if _is_of_the_app(step.tb_frame):
            chosen = step
        step = step.tb_next
    found = chosen or deepest
    if found is None:
        return Fault(_type_name(error), "?", "?", 0)
    code = found.tb_frame.f_code
    return Fault(
        _type_name(error),
        clip(code.co_name, _MAX_NAME_CHARACTERS),
        clip(_short_path(code.co_filename), _MAX_NAME_CHARACTERS),
        # None in a frame without line numbers (generated code), from Python 3.11 on
        found.tb_lineno or 0,
    )


def root_of(error: BaseException) -> BaseException:
    """Return the error that the app raised, where the framework hid it behind a call that cannot work.

    python-socketio calls a handler again with fewer arguments when it raised a TypeError. A handler that
    does take all of them then fails a second time, at the call, with the real error as its context.
    """
    first: BaseException | None = _context_of(error)
    if (
        first is not None
        and issubclass(type(first), TypeError)
        and is_call_mismatch(error)
        and not is_call_mismatch(first)
    ):
        return first
    return error


def is_call_mismatch(error: BaseException) -> bool:
    """Return whether this TypeError was raised by the framework's own call: the arguments do not fit."""
    if not issubclass(type(error), TypeError):
        return False
    innermost = _traceback_of(error)
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    return innermost is not None and _top_package(innermost.tb_frame) in _FRAMEWORKS


def watched_times(error: BaseException) -> int:
    """Return through how many hooked calls, one inside the other, the error has come so far."""
    times = 0
    step = _traceback_of(error)
    while step is not None:
        times += step.tb_frame.f_code.co_name == _WATCHED and _is_ours(step.tb_frame)
        step = step.tb_next
    return times


def came_through_the_app(error: BaseException) -> bool:
    """Return whether a frame of the app raised the error or let it through."""
    step = _traceback_of(error)
    while step is not None:
        if _is_of_the_app(step.tb_frame):
            return True
        step = step.tb_next
    return False


def modules_below_the_app(error: BaseException) -> set[str]:
    """Return the modules whose frames are deeper than the deepest one of the app."""
    found: set[str] = set()
    step = _traceback_of(error)
    while step is not None:
        if _is_of_the_app(step.tb_frame):
            found.clear()
        else:
            found.add(_module_name(step.tb_frame))
        step = step.tb_next
    return found


def raised_in(error: BaseException, module: str) -> bool:
    """Return whether the deepest frame is of this module."""
    step = _traceback_of(error)
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and _module_name(step.tb_frame) == module


def format_error(error: BaseException) -> str:
    """Return the traceback's text without the hooks' own frames, cut to a bounded length.

    An exception whose ``__str__`` raises does no harm.
    """
    try:
        lines = traceback.format_exception(
            type(error),
            error,
            _below_ours(_traceback_of(error)),
            limit=-_MAX_TRACEBACK_FRAMES,
            # all of them would be formatted, in the app's own thread, to be cut off afterwards
            chain=_is_chain_short(error),
        )
        return clip("".join(lines), _MAX_TRACEBACK_CHARACTERS)
    except Exception:
        return f"(the traceback of this {_type_name(error)} cannot be formatted)"


def _is_chain_short(error: BaseException) -> bool:
    cause: BaseException | None = error
    for _ in range(_MAX_CHAIN):
        if cause is None:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _below_ours(step: TracebackType | None) -> TracebackType | None:
    found = step
    while step is not None:
        if _is_ours(step.tb_frame) and step.tb_next is not None:
            found = step.tb_next
        step = step.tb_next
    return found


def _type_name(error: BaseException) -> str:
    # type(error).__name__ may be anything in a class with a metaclass of its own
    return clip(type.__dict__["__name__"].__get__(type(error)), _MAX_NAME_CHARACTERS)


def _module_name(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _top_package(frame: FrameType) -> str:
    return _module_name(frame).partition(".")[0]


def _is_ours(frame: FrameType) -> bool:
    return _module_name(frame).startswith(_OURS + ".")


def _is_of_the_app(frame: FrameType) -> bool:
    package = _top_package(frame)
    if package in _FRAMEWORKS or package in _SERVERS or _is_ours(frame):
        return False
    return not _is_of_the_library(frame.f_code.co_filename)


@functools.lru_cache(maxsize=_MAX_FILES)
def _is_of_the_library(file: str) -> bool:
    if any(folder in file for folder in _PACKAGES):
        return False
    return file.startswith(("<frozen ", os.path.dirname(os.__file__) + os.sep))


@functools.lru_cache(maxsize=_MAX_FILES)
def _short_path(file: str) -> str:
    for folder in _PACKAGES:
        if folder in file:
            return file.rpartition(folder)[2]
    for entry in sys.path:
        root = os.path.join(os.path.abspath(entry), "")
        if file.startswith(root):
            return file[len(root) :]
    return file
