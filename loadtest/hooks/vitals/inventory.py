"""What lives in this process: tasks and threads by name, open files."""

from __future__ import annotations

import contextvars
import os
import re
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ..text import clip
from .farewell import is_over, is_over_in_thread
from .stack import frames_of

__all__ = ["Census", "Inventory"]

_OTHER = "(other)"
_MAX_NAMES = 100
_MAX_NAME_CHARACTERS = 100
_CHUNK = 300
_DIGITS = re.compile("[0-9]+")
_OUR_THREAD = "loadtest-hooks"
"""The thread that pushes; the loops' watchdog is none of ``threading``'s."""
_RUNNERS = frozenset({"run_forever", "run_until_complete", "run", "asyncio_run"})
"""Functions of ``_RUNNER_PACKAGES`` in whose frames a running loop is found."""
_RUNNER_PACKAGES = frozenset({"asyncio", "uvicorn", "uvloop"})
_PAUSE_FOR_COUNT = 50
"""Tasks are counted again only after so many times what the last count took (``asyncio.all_tasks`` begins
again whenever the app makes a task meanwhile: with 100,000 of them that may be often)."""
_PAUSE_FOR_SEARCH = 500
"""The same for the search for loops: it goes through the frames of all threads, which may be hundreds."""


@dataclass(frozen=True)
class Inventory:
    """How much of each there was at one moment."""

    __slots__ = ("open_files", "rss_bytes", "tasks", "threads")

    tasks: Mapping[str, int] | None
    """By the coroutine's qualified name; None: there is no event loop."""
    threads: Mapping[str, int]
    """By name, the numbers in it being ``N``; those of the hooks are left out."""
    open_files: int | None
    rss_bytes: int | None

    def to_json(self) -> dict[str, object]:
        """Return the wire form."""
        return {"tasks": _bounded(self.tasks or {}), "threads": _bounded(self.threads)}

    def totals(self) -> dict[str, object]:
        """Return what each of them comes to, None where that cannot be told."""
        return {
            "tasks": None if self.tasks is None else sum(self.tasks.values()),
            "threads": sum(self.threads.values()),
            "rss_bytes": self.rss_bytes,
            "open_files": self.open_files,
        }


class Census:
    """Takes inventories, on the push thread, while the app runs; the app's threads get in between."""

    def __init__(self, confess: Callable[[], None]) -> None:
        self._confess = confess
        self._tasks: Mapping[str, int] | None = None
        self._lent: list[tuple[Any, list[Any]]] = []
        """Loops, and their tasks that were looked at and not given back yet."""
        self._next_count_s = 0.0
        self._found: weakref.WeakSet[Any] = weakref.WeakSet()
        self._next_search_s = 0.0

    def take(self, loops: Iterable[Any]) -> Inventory:
        """Count; ``loops`` are known already, without one those that run in any thread are looked for."""
        self._retake_tasks(loops)
        time.sleep(0)
        threads: Mapping[str, int] = {}
        try:
            threads = _threads()
        except Exception:
            self._confess()
        time.sleep(0)
        return Inventory(self._tasks, threads, _open_files(), _rss_bytes())

    def _retake_tasks(self, loops: Iterable[Any]) -> None:
        began_s = time.monotonic()
        if began_s < self._next_count_s or any(tasks and loop.is_running() for loop, tasks in self._lent):
            return
        try:
            self._lent = [
                (loop, list(sys.modules["asyncio"].all_tasks(loop))) for loop in self._living(loops)
            ]
            try:
                self._tasks = _count([tasks for _, tasks in self._lent])
            finally:
                for loop, tasks in self._lent:
                    _give_back(loop, tasks)
        except Exception:
            self._tasks = None
            self._confess()
        now_s = time.monotonic()
        self._next_count_s = now_s + _PAUSE_FOR_COUNT * (now_s - began_s)

    def _living(self, known: Iterable[Any]) -> list[Any]:
        """Return asyncio's loops that are known or found, and not closed."""
        asyncio = sys.modules.get("asyncio")  # never imported by us (see vitals.heart)
        if asyncio is None:
            return []
        loops = [loop for loop in known if isinstance(loop, asyncio.AbstractEventLoop)] + list(self._found)
        living = list({id(loop): loop for loop in loops if not loop.is_closed()}.values())
        began_s = time.monotonic()
        if living or began_s < self._next_search_s:
            return living
        self._found.update(_running_loops())
        now_s = time.monotonic()
        self._next_search_s = now_s + _PAUSE_FOR_SEARCH * (now_s - began_s)
        return list(self._found)


def _count(tasks_of_loops: Sequence[Sequence[Any]]) -> dict[str, int] | None:
    if not tasks_of_loops:
        return None
    counts: dict[str, int] = {}
    for tasks in tasks_of_loops:
        for index, task in enumerate(tasks):
            coroutine = task.get_coro()
            if not is_over(coroutine):
                name = _name_of(coroutine)
                counts[name] = counts.get(name, 0) + 1
            if index % _CHUNK == 0:
                time.sleep(0)
    return counts


def _give_back(loop: Any, tasks: list[Any]) -> None:
    """Let go of tasks in the loop's own thread.

    One that has failed meanwhile, and that nobody else holds, ends here: asyncio calls the app's exception
    handler then, and all that the task had is finalized, in the thread that lets go of it.
    """
    try:
        if tasks and loop.is_running():
            loop.call_soon_threadsafe(tasks.clear, context=contextvars.Context())
            return
    except Exception:  # it was closed just now
        pass
    tasks.clear()


def _name_of(coroutine: Any) -> str:
    name = getattr(coroutine, "__qualname__", None)
    return clip(name if isinstance(name, str) else type(coroutine).__name__, _MAX_NAME_CHARACTERS)


def _running_loops() -> list[Any]:
    """Find the loops that run, by the frames that run them.

    A loop is known for certain only when a visit reaches it. Growth is measured from a run's first
    snapshot, which comes before its first visit.
    """
    asyncio = sys.modules["asyncio"]
    current_frames = getattr(sys, "_current_frames", dict)
    found = []
    for thread in list(current_frames()):
        for frame in frames_of(thread):
            package = str(frame.f_globals.get("__name__")).partition(".")[0]
            if package in _RUNNER_PACKAGES and frame.f_code.co_name in _RUNNERS:
                loops = (one for one in _named(frame) if isinstance(one, asyncio.AbstractEventLoop))
                found += [loop for loop in loops if loop.is_running()]
    return found


def _named(frame: FrameType) -> list[Any]:
    names = frame.f_locals
    runner = names.get("self")
    # asyncio.run's loop, its Runner's (from Python 3.11 on), and BaseEventLoop.run_forever's self
    return [names.get("loop"), runner, vars(runner).get("_loop") if hasattr(runner, "__dict__") else None]


def _threads() -> dict[str, int]:
    counts: dict[str, int] = {}
    for thread in threading.enumerate():
        if thread.name != _OUR_THREAD and not is_over_in_thread(thread):
            name = clip(_DIGITS.sub("N", thread.name), _MAX_NAME_CHARACTERS)
            counts[name] = counts.get(name, 0) + 1
    return counts


def _open_files() -> int | None:
    try:
        return len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208  # the listing's own
    except OSError:
        return None


def _rss_bytes() -> int | None:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def _bounded(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the names with the highest counts, and what the others come to."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    kept = dict(rows[:_MAX_NAMES])
    rest = sum(count for _, count in rows[_MAX_NAMES:])
    if rest:
        kept[_OTHER] = kept.get(_OTHER, 0) + rest
    return kept
