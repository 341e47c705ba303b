"""Which module each channel watches: it is hooked when the app has imported it, and never imported by us."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Protocol

from ..process import HookedProcess
from ..swap import Undo, nothing
from .hub import watch_eventlet_hub, watch_gevent_greenlets, watch_gevent_hub, watch_greenthreads
from .log import watch_logging
from .loop import watch_asyncio, watch_uvloop
from .page import (
    watch_aiohttp,
    watch_asgi,
    watch_flask,
    watch_starlette,
    watch_streams,
    watch_tornado,
    watch_wsgi,
)
from .task import watch_background_tasks
from .thread import watch_executors, watch_threads

__all__ = ["CHANNELS", "watch_channel"]


class Watch(Protocol):
    """Watches a module, and gives back what puts it as it was."""

    def __call__(self, process: HookedProcess, module: ModuleType) -> Undo: ...


CHANNELS: Mapping[str, Watch] = {
    "logging": watch_logging,
    "threading": watch_threads,
    "concurrent.futures.thread": watch_executors,
    "asyncio.base_events": watch_asyncio,
    "uvloop": watch_uvloop,
    "gevent.hub": watch_gevent_hub,
    "gevent.greenlet": watch_gevent_greenlets,
    "eventlet.hubs.hub": watch_eventlet_hub,
    "eventlet.greenthread": watch_greenthreads,
    "eventlet.green.threading": watch_threads,  # a module of its own
    "engineio.server": watch_background_tasks,
    "engineio.async_server": watch_background_tasks,
    "engineio.asyncio_server": watch_background_tasks,  # before 4.8
    "engineio.async_drivers.asgi": watch_asgi,
    "engineio.middleware": watch_wsgi,
    "starlette.applications": watch_starlette,
    "flask.app": watch_flask,
    "werkzeug.wsgi": watch_streams,
    "aiohttp.web_app": watch_aiohttp,
    "tornado.web": watch_tornado,
}


def watch_channel(process: HookedProcess, name: str, module: ModuleType) -> Undo:
    """Watch a module of the table; one of an unknown layout is told, and left as it is.

    Returns:
        What puts the module back as it was.
    """
    try:
        return CHANNELS[name](process, module)
    except AttributeError as error:
        process.miss(f"errors in {name} are not watched: {error}")
        return nothing
