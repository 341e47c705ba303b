"""This process as the hooks see it: who it is, what is hooked, what was counted."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from pathlib import Path

from .counting.recorder import Recorder
from .residue import KINDS, Reading, Servers
from .servers.bypass import why_unseen
from .telling.push import Pusher
from .text import clip
from .vitals.gauges import Gauge
from .vitals.signs import VitalSigns

__all__ = ["HookedProcess"]

_MAX_PROBLEMS = 20
_MAX_PROBLEM_CHARACTERS = 300
_DISTRIBUTIONS = ("python-socketio", "python-engineio")
_RUNTIME = f"{sys.implementation.name.replace('cpython', 'python')} {sys.version.split()[0]}"
_NOTHING: Mapping[str, object] = {
    "visits": 0,
    "handlers": [],
    "errors": [],
    "errors_overflow": 0,
    "journal": {"from": 0, "entries": [], "lost": 0},
}


class HookedProcess:
    """What the hooks in this process share; in a child made by fork it begins anew."""

    def __init__(self) -> None:
        self.is_active = True
        self.installed: list[str] = []
        """The classes that are watched: ``socketio.AsyncServer``…"""
        self.problems: list[str] = []
        """What went wrong and is told as a warning, each once: it concerns every run."""
        self.missing: list[str] = []
        """Servers that could not be hooked, so that counts are incomplete; each once."""
        self._versions: dict[str, str] | None = None
        self._begin()
        # held weakly: os has no way to take this back
        itself = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _begin_again(itself()))

    def _begin(self) -> None:
        self.boot = os.urandom(8).hex()
        self.began_at = time.time()
        self.recorder = Recorder(self._hurry)
        self.servers = Servers()
        self.vitals = VitalSigns(self.confess)
        self._sequence = 0
        self._problems_of: dict[str, list[str]] = {}
        self._pusher: Pusher | None = None
        self._arming = threading.Lock()

    def arm(self) -> None:
        """Start to push, unless that has been done: at the first import, and after a fork with a visit."""
        if self._pusher is not None:
            return
        with self._arming:
            if self._pusher is None and self.is_active:
                self._pusher = Pusher(self)
                atexit.register(self._pusher.finish)
                self._pusher.start()

    def disarm(self) -> None:
        """Stop counting and pushing."""
        self.is_active = False
        self.vitals.stop()
        self.recorder = Recorder(self._hurry)
        pusher, self._pusher = self._pusher, None
        if pusher is not None:
            atexit.unregister(pusher.finish)
            pusher.stop()

    def say_last(self) -> None:
        """Push what was counted last: this process is about to end; it waits two seconds at most."""
        pusher = self._pusher
        if pusher is not None:
            pusher.finish()

    def _hurry(self) -> None:
        pusher = self._pusher
        if pusher is not None:
            pusher.hurry()

    def miss(self, part: str) -> None:
        """Keep what could not be hooked, and why: a run that needs it is inconclusive."""
        _keep(part, self.missing)

    def complain(self, problem: str, run: str | None = None) -> None:
        """Keep a problem for the snapshots, or for those of one run alone; the app hears nothing of it."""
        problems = self.problems if run is None else self._problems_of.setdefault(run, [])
        _keep(problem, problems)

    def problems_of(self, run: str | None) -> list[str]:
        """Return the problems that concern a run: the process's, then its own."""
        return self.problems + self._problems_of.get(run or "", [])

    def name_gauges(self, run: str, gauges: tuple[Gauge, ...]) -> bool:
        """Take note of what a run wants to know; return whether that is news."""
        return self.vitals.name_gauges(run, gauges)

    def forget_run(self, run: str) -> None:
        """Drop the counts and the problems of a run that has ended."""
        self.recorder.forget_run(run)
        self.vitals.forget_run(run)
        self._problems_of.pop(run, None)

    def confess(self) -> None:
        """Keep the exception being handled as a problem: a fault of the hooks', which the app never sees."""
        error = sys.exc_info()[1]
        step = None if error is None else error.__traceback__
        while step is not None and step.tb_next is not None:
            step = step.tb_next
        where = "?" if step is None else f"{step.tb_frame.f_code.co_name}, line {step.tb_lineno}"
        self.complain(f"a fault of the hooks: {type(error).__name__} in {where}")

    def read_residue(self) -> Reading:
        """Look at what is left of all runs' visits; forget connections of which nothing is."""
        reading = Reading(self.recorder, self.servers)
        for kind, reason in reading.unreadable.items():
            self.complain(f"{kind} left behind cannot be read: {reason}")
        self._look_for_bypasses()
        if self.recorder.evicted:
            self.complain("too many connections are left behind: the oldest are no longer counted")
        self._sequence += 1
        self.recorder.let_go()
        return reading

    def _look_for_bypasses(self) -> None:
        try:
            for server in (*self.servers.socketio(), *self.servers.engineio()):
                unseen = why_unseen(server)
                if unseen is not None:
                    self.miss(unseen)
        except Exception:
            self.confess()

    def snapshot(
        self, run: str | None, reading: Reading, max_journal_entries: int, *, is_last: bool = False
    ) -> dict[str, object]:
        """Return what this process has to say about a run; with ``is_last`` it is about to end.

        ``sequence`` counts looks at the residue, so the parts that a long journal is sent in share one.
        """
        tally = None if run is None else self.recorder.tally(run)
        vitals = self.vitals.snapshot(run, is_last=is_last)
        return {
            "schema": 1,
            "run": run,
            "boot": self.boot,
            "pid": os.getpid(),
            "sequence": self._sequence,
            "taken_at": time.time(),
            "began_at": self.began_at,
            "runtime": _RUNTIME,
            "is_last": is_last,
            "versions": self._known_versions(),
            "command": _command(),
            "hooks": {
                "installed": list(self.installed),
                "problems": self.problems_of(run) + vitals.problems,
                "missing": list(self.missing),
            },
            **(_NOTHING if tally is None else tally.to_json(max_journal_entries)),
            "strays": self.recorder.strays.to_json(),
            "strays_overflow": self.recorder.strays.overflow,
            "residue": {
                **{kind: reading.count(run or "", kind) for kind in KINDS},
                **vitals.residue,
            },
            **vitals.others,
            "left_behind": {kind: reading.numbers(run or "", kind) for kind in KINDS},
        }

    def _known_versions(self) -> dict[str, str]:
        if self._versions is None:
            from importlib import metadata

            self._versions = {}
            for name in _DISTRIBUTIONS:
                try:
                    self._versions[name] = metadata.version(name)
                except metadata.PackageNotFoundError:
                    continue
        return self._versions


def _begin_again(process: HookedProcess | None) -> None:
    # Runs in the child of a fork, where only this thread lives on: locks and counts are made new, and a
    # thread is started only when a visit comes. The child may be about to run another program.
    if process is not None:
        if process._pusher is not None:
            atexit.unregister(process._pusher.finish)
        process.vitals.stop()
        process._begin()


def _keep(text: str, texts: list[str]) -> None:
    clipped = clip(text, _MAX_PROBLEM_CHARACTERS)
    if len(texts) < _MAX_PROBLEMS and clipped not in texts:
        texts.append(clipped)


def _command() -> str:
    """Return what was started, in a word: ``app.py``, or the package of ``python -m package``."""
    path = Path(sys.argv[0] if getattr(sys, "argv", None) else "")
    return clip(path.parent.name if path.name == "__main__.py" else path.name, 100)
