"""Inside the app under test: counts errors, latency and what is left behind; standard library alone."""

from __future__ import annotations

__all__ = ["install", "uninstall"]


def install() -> None:
    """Put the hooks into this process: into servers imported already, and those imported later.

    An app that ``loadtest instrument`` has started has them already: then nothing happens.
    """
    import sys

    if not any(getattr(finder, "is_loadtest_hooks", False) for finder in sys.meta_path):
        from .finder import Finder

        Finder().install()


def uninstall() -> None:
    """Take the hooks out again, and put back what they replaced."""
    import sys

    for finder in list(sys.meta_path):
        if getattr(finder, "is_loadtest_hooks", False):
            finder.uninstall()  # type: ignore[attr-defined]  # one of ours
