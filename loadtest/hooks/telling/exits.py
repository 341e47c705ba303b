"""The ways out that pass Python's own exit by: what was counted last is pushed before them."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

__all__ = ["watch_exits"]

_HARMLESS = frozenset(
    getattr(signal, name)
    for name in (
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGWINCH",
        "SIGINFO",
    )
    if hasattr(signal, name)
)
"""What ends no process that has no handler for it (POSIX, signal.h: default actions)."""


class Speaker(Protocol):
    """Who has a last word to say."""

    def say_last(self) -> None: ...


def watch_exits(speaker: Speaker) -> Callable[[], None]:
    """Let the process speak before it ends without Python's atexit; return what takes that back.

    uvicorn shuts down in order and then sends itself, with the default handler, the signal that it got;
    children of multiprocessing end in ``os._exit``; a reloader may take the process's place by exec.
    What a signal from outside ends at once, or SIGKILL, says nothing.
    """
    undos = [
        _watch(module, name, is_the_end, speaker)
        for module, name, is_the_end in _WAYS_OUT
        if hasattr(module, name)
    ]

    def undo() -> None:
        for one in undos:
            one()

    return undo


def _watch(
    module: ModuleType, name: str, is_the_end: Callable[..., bool], speaker: Speaker
) -> Callable[[], None]:
    original = getattr(module, name)

    @functools.wraps(original)
    def way_out(*args: Any, **kwargs: Any) -> Any:
        try:
            if is_the_end(*args, **kwargs):
                speaker.say_last()
        except Exception:
            pass  # wrong arguments, as far as can be seen: the original says so
        finally:
            result = original(*args, **kwargs)
        return result

    setattr(module, name, way_out)

    def undo() -> None:
        if getattr(module, name) is way_out:
            setattr(module, name, original)

    return undo


def _always(*_: object, **__: object) -> bool:
    return True


def _is_fatal(signalnum: int) -> bool:
    """Return whether a signal ends this process without a word of Python's."""
    return signalnum == signal.SIGKILL or (
        signalnum > 0 and signalnum not in _HARMLESS and signal.getsignal(signalnum) is signal.SIG_DFL
    )


def _is_suicide(pid: int, number: int) -> bool:
    return pid == os.getpid() and _is_fatal(number)


_WAYS_OUT: tuple[tuple[ModuleType, str, Callable[..., bool]], ...] = (
    (os, "_exit", _always),
    (os, "abort", _always),
    (os, "execv", _always),
    (os, "execve", _always),
    (os, "kill", _is_suicide),
    (signal, "raise_signal", _is_fatal),
)
