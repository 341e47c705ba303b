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


class _WayOut:
    """Stands in for one of these functions.

    They are built in: a class of the app's that has one as an attribute gets no bound method of it, and it
    can be pickled. A function of ours would be another thing in both.
    """

    def __init__(
        self, module: ModuleType, name: str, is_the_end: Callable[..., bool], speaker: Speaker
    ) -> None:
        self._module = module
        self._name = name
        self._original: Callable[..., Any] = getattr(module, name)
        self._is_the_end = is_the_end
        self._speaker = speaker
        functools.update_wrapper(self, self._original)
        self.__module__ = module.__name__  # where pickle finds this one, and in another process the original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if self._is_the_end(*args, **kwargs):
                self._speaker.say_last()
        except Exception:
            pass  # wrong arguments, as far as can be seen: the original says so
        finally:
            result = self._original(*args, **kwargs)
        return result

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self._name

    def undo(self) -> None:
        if getattr(self._module, self._name) is self:
            setattr(self._module, self._name, self._original)


def _watch(
    module: ModuleType, name: str, is_the_end: Callable[..., bool], speaker: Speaker
) -> Callable[[], None]:
    way_out = _WayOut(module, name, is_the_end, speaker)
    setattr(module, name, way_out)
    return way_out.undo


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
