"""Errors of what serves pages; while it does, the navigation that asked is current."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ..context import Place, current, enter, leave
from ..process import HookedProcess
from ..swap import Undo, swap, together

__all__ = [
    "watch_aiohttp",
    "watch_asgi",
    "watch_flask",
    "watch_starlette",
    "watch_streams",
    "watch_tornado",
    "watch_wsgi",
]

_PLACE = "_loadtest_place"

_HEADERS = {"traceparent": "HTTP_TRACEPARENT", "x-loadtest-navigation": "HTTP_X_LOADTEST_NAVIGATION"}
_RAW_HEADERS = {name.encode(): key for name, key in _HEADERS.items()}


def watch_asgi(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch python-engineio's ASGI app, and all that is mounted in it."""
    return _watch_asgi(process, module.ASGIApp)


def watch_starlette(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch Starlette's app; FastAPI's and NiceGUI's are subclasses that call it."""
    return _watch_asgi(process, module.Starlette)


def watch_wsgi(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch python-engineio's WSGI app, and all that is mounted in it."""
    return _watch_wsgi(process, module.WSGIApp)


def watch_flask(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch Flask's app, with whatever it was wrapped in; it logs what a view raises."""
    return _watch_wsgi(process, module.Flask)


# Each wrapper is of the original's kind and takes the very arguments that it takes: uvicorn calls an app
# without any to see whether it is a factory, and asks whether it is a coroutine function.


def _watch_asgi(process: HookedProcess, owner: Any) -> Undo:
    original: Any = owner.__call__
    watched = _watched(process, original)

    @functools.wraps(original)
    async def __call__(self: Any, scope: Any, receive: Any, send: Any) -> Any:  # noqa: N807
        place = _place_of(process, _environ_of_scope, scope)
        if place is None:
            return await original(self, scope, receive, send)
        return await watched(place, self, scope, receive, send)

    return swap(owner, "__call__", __call__)


def watch_aiohttp(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch what aiohttp's app does with a request."""
    original: Any = module.Application._handle
    watched = _watched(process, original)

    @functools.wraps(original)
    async def _handle(self: Any, request: Any) -> Any:
        place = _place_of(process, _environ_of_request, request)
        if place is None:
            return await original(self, request)
        return await watched(place, self, request)

    return swap(module.Application, "_handle", _handle)


def watch_tornado(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch what tornado's handlers do with their request; they log what a method of theirs raises."""
    original: Any = module.RequestHandler._execute
    watched = _watched(process, original)

    @functools.wraps(original)
    async def _execute(self: Any, transforms: Any, *args: Any, **kwargs: Any) -> Any:
        place = _place_of(process, _environ_of_request, self.request)
        if place is None:
            return await original(self, transforms, *args, **kwargs)
        return await watched(place, self, transforms, *args, **kwargs)

    return swap(module.RequestHandler, "_execute", _execute)


def _watched(process: HookedProcess, original: Any) -> Any:
    async def watched(place: Place, *args: Any, **kwargs: Any) -> Any:
        token = enter(place)
        try:
            return await original(*args, **kwargs)
        except Exception as error:
            _count(process, error, place)
            raise
        finally:
            leave(token)

    return watched


def _watch_wsgi(process: HookedProcess, owner: Any) -> Undo:
    original: Any = owner.__call__

    @functools.wraps(original)
    def __call__(self: Any, environ: Any, start_response: Any) -> Any:  # noqa: N807
        place = _place_of(process, _environ_itself, environ)
        if place is None:
            return original(self, environ, start_response)
        return watched(place, self, environ, start_response)

    def watched(place: Place, self: Any, environ: Any, start_response: Any) -> Any:
        token = enter(place)
        try:
            return original(self, environ, start_response)
        except Exception as error:
            _count(process, error, place)
            raise
        finally:
            leave(token)

    return swap(owner, "__call__", __call__)


def watch_streams(process: HookedProcess, module: ModuleType) -> Undo:
    """Watch the answers of Flask's that are still being made when its app has returned.

    What a generator raises then, werkzeug's server prints, and eventlet's drops.
    """
    make: Any = module.ClosingIterator.__init__
    step: Any = module.ClosingIterator.__next__

    @functools.wraps(make)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        make(self, *args, **kwargs)
        place = current.get()
        if place is not None:
            vars(self)[_PLACE] = place

    @functools.wraps(step)
    def __next__(self: Any) -> Any:  # noqa: N807
        place = vars(self).get(_PLACE)
        outer = current.get()
        # one may be around another
        if place is None or (outer is not None and outer.is_of(place)):
            return step(self)
        return watched(place, self)

    def watched(place: Place, self: Any) -> Any:
        token = enter(place)
        try:
            return step(self)
        except StopIteration:
            raise
        except Exception as error:
            _count(process, error, place)
            raise
        finally:
            leave(token)

    return together(
        swap(module.ClosingIterator, "__init__", __init__), swap(module.ClosingIterator, "__next__", __next__)
    )


def _place_of(process: HookedProcess, environ_of: Any, request: Any) -> Place | None:
    """Return the place to enter: none for a stranger, nor where it is current (an app mounted in another)."""
    try:
        if not process.is_active:
            return None
        place = process.recorder.place(environ_of(request))
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


def _environ_itself(environ: Any) -> Mapping[str, object]:
    found: Mapping[str, object] = environ
    return found


def _environ_of_scope(scope: Any) -> Mapping[str, object]:
    found = {}
    for name, value in scope.get("headers") or ():
        key = _RAW_HEADERS.get(name)
        if key is not None:
            found[key] = value.decode("latin-1")
    return found


def _environ_of_request(request: Any) -> Mapping[str, object]:
    return {key: request.headers.get(name) for name, key in _HEADERS.items()}
