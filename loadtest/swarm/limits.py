"""How many files a process of ours may have open."""

import resource
import sys

__all__ = ["open_files"]

_LOCUST_ASKS_FOR = 10_000
"""Locust raises a lower limit to this when it starts, where it may (2.47, ``main.py``)."""


def open_files() -> int:
    """Return the limit that a Locust process has, or will have once it has started."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in (soft, hard):
        return sys.maxsize if soft == resource.RLIM_INFINITY else max(soft, _LOCUST_ASKS_FOR)
    return max(soft, min(_LOCUST_ASKS_FOR, hard))
