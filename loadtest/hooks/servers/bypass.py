"""Servers whose events do not pass the hooks, because a class of the app has a method in their place."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

__all__ = ["why_unseen"]

_METHOD = "_trigger_event"
_FRAMEWORKS = ("socketio", "engineio")


def why_unseen(server: Any) -> str | None:
    """Return why what this server triggers is not counted, or None if it passes the hooks.

    A subclass, or the server object itself, may have a ``_trigger_event`` of its own. If that calls the one
    that it covers all is well, and what its code names tells.
    """
    for owner, covering in _methods(server):
        method = inspect.unwrap(covering)
        if str(getattr(method, "__module__", None)).partition(".")[0] in _FRAMEWORKS:
            return None
        if not _calls_another(method):
            return f"{type(server).__name__} is not counted: {owner} has a {_METHOD} that calls no other"
    return None


def _methods(server: Any) -> Iterator[tuple[str, Any]]:
    """Give the method that a call finds, then those that it covers, each with whose it is."""
    own = vars(server).get(_METHOD)
    if own is not None:
        yield "the object", getattr(own, "__func__", own)
    for owner in type(server).__mro__:
        if _METHOD in vars(owner):
            yield owner.__qualname__, vars(owner)[_METHOD]


def _calls_another(method: Any) -> bool:
    code = getattr(method, "__code__", None)
    if code is None:
        return True  # not Python's: nobody can say
    if any(name.endswith("trigger_event") for name in _names(code)):
        return True
    return any(
        getattr(held, "__name__", None) == _METHOD
        for held in inspect.getclosurevars(method).nonlocals.values()
    )


def _names(code: Any) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if inspect.iscode(part):
            yield from _names(part)
