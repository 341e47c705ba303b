"""Puts watching wrappers onto the server classes of python-socketio and python-engineio."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .process import HookedProcess
from .servers import engineio_server, socketio_server
from .servers.acks import watch_acks
from .swap import Undo, nothing, swap, together

__all__ = ["hook_module"]

_METHOD = "_trigger_event"


@dataclass(frozen=True)
class _Target:
    __slots__ = ("class_name", "first_names", "is_async", "label", "make")

    label: str
    class_name: str
    is_async: bool
    first_names: tuple[str, ...]
    """What the wrapper takes the first arguments for."""
    make: Callable[[Callable[..., Any], HookedProcess], Callable[..., Any]]


_SIO_NAMES = ("self", "event", "namespace")
_EIO_NAMES = ("self", "event")
_SIO_ASYNC = _Target("socketio.AsyncServer", "AsyncServer", True, _SIO_NAMES, socketio_server.watch_async)
_SIO_SYNC = _Target("socketio.Server", "Server", False, _SIO_NAMES, socketio_server.watch_sync)
_EIO_ASYNC = _Target("engineio.AsyncServer", "AsyncServer", True, _EIO_NAMES, engineio_server.watch_async)
_EIO_SYNC = _Target("engineio.Server", "Server", False, _EIO_NAMES, engineio_server.watch_sync)
_TARGETS = {
    "socketio.async_server": _SIO_ASYNC,
    "socketio.asyncio_server": _SIO_ASYNC,  # before 5.10
    "socketio.server": _SIO_SYNC,
    "engineio.async_server": _EIO_ASYNC,
    "engineio.asyncio_server": _EIO_ASYNC,  # before 4.8
    "engineio.server": _EIO_SYNC,
}


def hook_module(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch the server class of this module; what has an unknown layout is left alone, and told so.

    Returns:
        What puts the class back as it was.
    """
    target = _TARGETS[module.__name__]
    owner = getattr(module, target.class_name, None)
    original: Any = vars(owner).get(_METHOD) if inspect.isclass(owner) else None
    reason = _why_not(original, target) or _why_too_old(target)
    if reason is not None:
        process.miss(f"{target.label} is not hooked: {reason}")
        return nothing
    undo = swap(owner, _METHOD, target.make(original, process))
    if target.label not in process.installed:
        process.installed.append(target.label)
    if target.label.startswith("socketio."):
        undo = together(undo, watch_acks(owner, process, is_async=target.is_async))
    return undo


def _why_not(original: Any, target: _Target) -> str | None:
    if not callable(original):
        return f"it has no method {_METHOD}"
    # somebody may have wrapped it before: what the library awaits is awaited through any wrapper too
    innermost = inspect.unwrap(original)
    is_the_librarys = getattr(innermost, "__module__", None) in _TARGETS
    if is_the_librarys and inspect.iscoroutinefunction(innermost) is not target.is_async:
        return f"{_METHOD} is {'not ' if target.is_async else ''}a coroutine function"
    parameters = list(inspect.signature(original).parameters.values())[: len(target.first_names)]
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    names = tuple(parameter.name for parameter in parameters)
    if names != target.first_names:
        return f"{_METHOD} takes {', '.join(names) or 'nothing'} first"
    return None


def _why_too_old(target: _Target) -> str | None:
    """Return what a server lacks that speaks Engine.IO 3, as no visit of ours does."""
    manager = getattr(sys.modules.get("socketio.base_manager"), "BaseManager", None)
    if target.label.startswith("socketio.") and not hasattr(manager, "eio_sid_from_sid"):
        return "its manager has no eio_sid_from_sid; python-socketio 5.0 is the oldest that is known"
    return None
