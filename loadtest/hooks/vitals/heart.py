"""Hearts: what an event loop runs again and again, so that one sees how late it is."""

from __future__ import annotations

import contextvars
import sys
import time
import weakref
from collections.abc import Callable
from typing import Any

from .originals import original

__all__ = ["Heart", "find_loop"]


class Heart:
    """A callback on one loop that schedules itself."""

    def __init__(self, loop: Any) -> None:
        self.loop = weakref.ref(loop)
        self.thread = 0
        """The system's number of the loop's thread."""
        self.due_s = 0.0
        """When the next beat is due, by the monotonic clock."""
        self.stack: str | None = None
        """What the loop did when the watchdog found it overdue."""
        self.was_stopped = False
        """Whether the loop was not running while it was overdue: that is no stall."""

    def schedule(self, every_s: float, beat: Callable[[Heart], None]) -> bool:
        """Let the loop, in its own thread, beat after so long; return False when it is there no more."""
        loop = self.loop()
        if loop is None:
            return False
        self.thread = original("_thread", "get_ident")()
        self.due_s = time.monotonic() + every_s
        self._call_later(loop, every_s, beat)
        return True

    def is_there(self) -> bool:
        """Return whether the loop still exists, and is not closed."""
        raise NotImplementedError

    def is_running(self) -> bool:
        """Return whether the loop runs, so that being late is its own doing."""
        raise NotImplementedError

    def _call_later(self, loop: Any, every_s: float, beat: Callable[[Heart], None]) -> None:
        raise NotImplementedError


class _AsyncioHeart(Heart):
    """On a loop of asyncio's kind, uvloop's too.

    It is a handle and no task, so nothing that lists tasks sees it; neither ``run_until_complete`` nor
    ``run_forever`` waits for handles, and a loop that closes drops them without a word. The context is
    empty: a copied one would keep the visit alive in which the heart began.
    """

    def __init__(self, loop: Any) -> None:
        super().__init__(loop)
        self._context = contextvars.Context()

    def is_there(self) -> bool:
        loop = self.loop()
        return loop is not None and not loop.is_closed()

    def is_running(self) -> bool:
        loop = self.loop()
        return loop is not None and bool(loop.is_running())

    def _call_later(self, loop: Any, every_s: float, beat: Callable[[Heart], None]) -> None:
        loop.call_later(every_s, beat, self, context=self._context)


class _HubHeart(Heart):
    """On gevent's hub: a timer of its loop that does not keep the hub alive (``ref=False``)."""

    def __init__(self, hub: Any) -> None:
        super().__init__(hub)
        self._timer: Any = None

    def is_there(self) -> bool:
        hub = self.loop()
        return hub is not None and getattr(hub, "loop", None) is not None and not hub.dead

    def is_running(self) -> bool:
        return self.is_there()

    def _call_later(self, loop: Any, every_s: float, beat: Callable[[Heart], None]) -> None:
        if self._timer is not None:
            self._timer.close()
        self._timer = loop.loop.timer(every_s, ref=False)
        self._timer.start(beat, self)


def find_loop() -> tuple[Any, Callable[[Any], Heart]] | None:
    """Return the loop that runs in this thread, and how it is given a heart.

    None where none runs: in threads, and with eventlet, whose hub has no timer that does not count for it.
    Nothing is imported: gevent wants its modules patched before anybody imports them.
    """
    asyncio = sys.modules.get("asyncio")
    loop = asyncio._get_running_loop() if asyncio is not None else None
    if loop is not None:
        return loop, _AsyncioHeart
    hub = _running_hub()
    return None if hub is None else (hub, _HubHeart)


def _running_hub() -> Any:
    """Return the gevent hub that has started what runs now; one that is only there may never run."""
    local, greenlet = sys.modules.get("gevent._hub_local"), sys.modules.get("greenlet")
    if local is None or greenlet is None or greenlet.getcurrent().parent is None:
        return None
    return local.get_hub_if_exists()
