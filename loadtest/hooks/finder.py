"""Sees the server modules of python-socketio and python-engineio being imported, and hooks them then."""

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


class Finder:
    """A ``sys.meta_path`` finder that finds nothing itself; it owns all that is installed."""

    is_loadtest_hooks = True
    """By this the hooks know each other, under whichever package name they were imported."""

    def __init__(self) -> None:
        self._process: HookedProcess | None = None
        self._undos: list[Callable[[], None]] = []
        self._being_found: set[str] = set()

    def install(self) -> None:
        """Hook what is imported already, and from now on what will be."""
        sys.meta_path.insert(0, self)
        for name in _MODULES:
            module = sys.modules.get(name)
            if module is not None:
                self.hook(module)

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
        if name not in _MODULES or name in self._being_found:
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

    def hook(self, module: ModuleType) -> None:
        """Hook a server module; the app never sees an exception from here."""
        try:
            from .exits import watch_exits
            from .patch import hook_module
            from .process import HookedProcess

            if self._process is None:
                self._process = HookedProcess()
                self._undos.append(watch_exits(self._process))
            try:
                self._undos.append(hook_module(self._process, module))
                self._process.arm()
            except Exception:
                self._process.confess()
        except Exception as error:
            # not even a process to tell it of: without this line it would be a silent zero
            self.uninstall()
            print(f"loadtest: no hooks in this process: {error!r}", file=sys.stderr)


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
        self._finder.hook(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
