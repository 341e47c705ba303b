"""Errors of what serves pages; while it does, the navigation that asked is current."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ..context import Place, current, enter, leave
from ..process import HookedProcess
from ..swap import Undo, swap

__all__ = ["watch_aiohttp", "watch_asgi", "watch_flask", "watch_starlette", "watch_tornado", "watch_wsgi"]

_HEADERS = {"traceparent": "HTTP_TRACEPARENT", "x-loadtest-navigation": "HTTP_X_LOADTEST_NAVIGATION"}
_RAW_HEADERS = {name.encode(): key for name, key in _HEADERS.items()}


def watch_asgi(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch python-engineio's ASGI app, and all that is mounted in it."""
    return _watch_coroutine(process, module.ASGIApp, "__call__", _environ_of_scope)


def watch_starlette(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch Starlette's app; FastAPI's and NiceGUI's are subclasses that call it."""
    return _watch_coroutine(process, module.Starlette, "__call__", _environ_of_scope)


def watch_aiohttp(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch what aiohttp's app does with a request."""
    return _watch_coroutine(process, module.Application, "_handle", _environ_of_request)


def watch_tornado(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch what tornado's handlers do with their request; they log what a method of theirs raises."""
    return _watch_coroutine(process, module.RequestHandler, "_execute", _environ_of_handler)


def watch_wsgi(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch python-engineio's WSGI app, and all that is mounted in it."""
    return _watch_function(process, module.WSGIApp)


def watch_flask(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch Flask's app, with whatever it was wrapped in; it logs what a view raises."""
    return _watch_function(process, module.Flask)


def _watch_coroutine(process: HookedProcess, owner: Any, name: str, environ_of: Any) -> Undo:
    original: Any = getattr(owner, name)

    # a coroutine function, as the original: servers ask
    @functools.wraps(original)
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        place = _place_of(process, environ_of, self, args)
        if place is None:
            return await original(self, *args, **kwargs)
        return await watched(place, self, args, kwargs)

    async def watched(place: Place, self: Any, args: Any, kwargs: Any) -> Any:
        token = enter(place)
        try:
            return await original(self, *args, **kwargs)
        except Exception as error:
            _count(process, error, place)
            raise
        finally:
            leave(token)

    return swap(owner, name, method)


def _watch_function(process: HookedProcess, owner: Any) -> Undo:
    original: Any = owner.__call__

    @functools.wraps(original)
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        place = _place_of(process, _environ_itself, self, args)
        if place is None:
            return original(self, *args, **kwargs)
        return watched(place, self, args, kwargs)

    def watched(place: Place, self: Any, args: Any, kwargs: Any) -> Any:
        token = enter(place)
        try:
            return original(self, *args, **kwargs)
        except Exception as error:
            _count(process, error, place)
            raise
        finally:
            leave(token)

    return swap(owner, "__call__", __call__)


def _place_of(process: HookedProcess, environ_of: Any, owner: Any, args: tuple[Any, ...]) -> Place | None:
    """Return the place to enter: none for a stranger, nor where it is current (an app mounted in another)."""
    try:
        if not process.is_active:
            return None
        place = process.recorder.place(environ_of(owner, args))
        if place is None:
            return None
        process.arm()
        outer = current.get()
        return place if outer is None or not outer.is_of(place) else None
    except Exception:
        process.confess()
        return None


def _count(process: HookedProcess, error: Exception, place: Place) -> None:
    try:
        process.recorder.leave_page(error, place)
    except Exception:
        process.confess()


def _environ_itself(owner: Any, args: tuple[Any, ...]) -> Mapping[str, object]:  # noqa: ARG001
    environ: Mapping[str, object] = args[0]
    return environ


def _environ_of_scope(owner: Any, args: tuple[Any, ...]) -> Mapping[str, object]:  # noqa: ARG001
    found = {}
    for name, value in args[0].get("headers") or ():
        key = _RAW_HEADERS.get(name)
        if key is not None:
            found[key] = value.decode("latin-1")
    return found


def _environ_of_request(owner: Any, args: tuple[Any, ...]) -> Mapping[str, object]:  # noqa: ARG001
    headers = args[0].headers
    return {key: headers.get(name) for name, key in _HEADERS.items()}


def _environ_of_handler(owner: Any, args: tuple[Any, ...]) -> Mapping[str, object]:  # noqa: ARG001
    headers = owner.request.headers
    return {key: headers.get(name) for name, key in _HEADERS.items()}
