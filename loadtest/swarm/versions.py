"""The versions that a run was made with."""

import platform
from collections.abc import Mapping
from importlib.metadata import version

__all__ = ["versions"]

_PACKAGES = ("loadtest", "locust", "gevent", "websocket-client", "python-socketio")


def versions() -> Mapping[str, str]:
    """Return the version of Python and of each package that shapes what goes over the wire."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
