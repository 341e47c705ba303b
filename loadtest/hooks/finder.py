"""Sees the modules being imported that the hooks watch, and hooks them then."""

from __future__ import annotations

import sys

__all__ = ["Finder"]

# Loaded before the app's first line: everything else is imported when the app has imported a server
# module itself, since an early import (of threading, say) gets in the way of gevent's monkey-patching.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from .process import HookedProcess

_MODULES = (
    "engineio.server",
    "engineio.async_server",
    "engineio.asyncio_server",
    "socketio.server",
    "socketio.async_server",
    "socketio.asyncio_server",
)
_CHANNELS = (
    "logging",
    "threading",
    "concurrent.futures.thread",
    "asyncio.base_events",
    "uvloop",
    "gevent.hub",
    "gevent.greenlet",
    "eventlet.hubs.hub",
    "eventlet.greenthread",
    "eventlet.green.threading",
    "engineio.server",
    "engineio.async_server",
    "engineio.asyncio_server",
    "engineio.async_drivers.asgi",
    "engineio.middleware",
    "starlette.applications",
    "flask.app",
    "werkzeug.wsgi",
    "aiohttp.web_app",
    "tornado.web",
)
"""The table of ``channels.table``, which cannot be imported yet; watched from the first server module on."""


class Finder:
    """A ``sys.meta_path`` finder that finds nothing itself; it owns all that is installed."""

    is_loadtest_hooks = True
    """By this the hooks know each other, under whichever package name they were imported."""

    def __init__(self) -> None:
        self._process: HookedProcess | None = None
        self._undos: list[Callable[[], None]] = []
        self._being_found: set[str] = set()
        self._is_watching = False

    def install(self) -> None:
        """Hook what is imported already, and from now on what will be."""
        sys.meta_path.insert(0, self)
        for name in _MODULES:
            module = sys.modules.get(name)
            if module is not None:
                self.hook(name, module)

    def uninstall(self) -> None:
        """Put everything back as it was."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self._undos:
            self._undos.pop()()
        if self._process is not None:
            self._process.disarm()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the other finders' answer, with a loader that hooks the module once it is loaded."""
        is_ours = name in _MODULES or (self._is_watching and name in _CHANNELS)
        if not is_ours or name in self._being_found:
            return None
        self._being_found.add(name)
        try:
            for finder in list(sys.meta_path):
                find = None if finder is self else getattr(finder, "find_spec", None)
                spec = find(name, path, target) if find else None
                if spec is not None:
                    if hasattr(spec.loader, "exec_module"):
                        spec.loader = _Loader(spec.loader, self)
                    return spec
        finally:
            self._being_found.discard(name)
        return None

    def hook(self, name: str, module: ModuleType) -> None:
        """Hook the module that was imported by this name; the app never sees an exception from here."""
        try:
            # all at once, so that a part that is not there is told by the first module
            from . import patch  # noqa: F401
            from .channels import table  # noqa: F401
            from .process import HookedProcess
            from .telling.exits import watch_exits

            if self._process is None:
                self._process = HookedProcess()
                self._undos.append(watch_exits(self._process))
            try:
                if name in _MODULES:
                    self._hook_server(self._process, module)
                if name in _CHANNELS:
                    self._hook_channel(self._process, name, module)
            except Exception:
                self._process.confess()
        except Exception as error:
            # not even a process to tell it of: without this line it would be a silent zero
            print(f"loadtest: no hooks in this process: {error!r}", file=sys.stderr)
            self._stand_back()

    def _stand_back(self) -> None:
        try:
            self.uninstall()
        except Exception as error:
            print(f"loadtest: not all hooks could be taken out: {error!r}", file=sys.stderr)

    def _hook_server(self, process: HookedProcess, module: ModuleType) -> None:
        from .patch import hook_module

        self._undos.append(hook_module(process, module))
        process.arm()
        if not self._is_watching:
            self._is_watching = True
            for name in _CHANNELS:
                imported = sys.modules.get(name)
                # a server module among them is hooked on its own, when it has been loaded
                if imported is not None and name not in _MODULES:
                    self._hook_channel(process, name, imported)

    def _hook_channel(self, process: HookedProcess, name: str, module: ModuleType) -> None:
        from .channels.table import watch_channel

        try:
            self._undos.append(watch_channel(process, name, module))
        except Exception:
            process.confess()


class _Loader:
    """Stands in for a module's loader until the module is loaded."""

    def __init__(self, loader: Any, finder: Finder) -> None:
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        # from here on nothing on the module tells that its loader was another
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        # not the name that it gives itself: gevent puts compiled modules in the place of its own
        self._finder.hook(module.__spec__.name, module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
