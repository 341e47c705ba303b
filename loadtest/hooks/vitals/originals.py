"""Functions of the standard library as they were before gevent patched them."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["original"]


def original(module: str, name: str) -> Any:
    """Return a function of a module that is imported already, what gevent put in its place passed over.

    A watchdog must not be a greenlet: it would stand still together with the hub that it watches.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module, name)
    return getattr(sys.modules[module], name)
