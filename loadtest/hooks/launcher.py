"""Starts an app with the hooks in, without touching its code: ``loadtest instrument -- COMMAND``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .vitals.gauges import LAUNCHED

__all__ = ["CANNOT_START", "environment", "run"]

CANNOT_START = 104
"""Exit status when the command was not started: ``loadtest.errors.ExitCode.USAGE``."""

_STARTUP = str(Path(__file__).resolve().parent / "startup")
_NODE_HOOK = Path(__file__).resolve().parent / "node" / "hook.cjs"


def environment(collector: str | None = None, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment in which every Python and Node process puts the hooks in by itself.

    A folder that holds only ``sitecustomize.py`` comes first on PYTHONPATH; Python imports that module
    when it starts, before the app's first line. Node does the same with what NODE_OPTIONS requires.

    Args:
        collector: the address of a run's collector, where the rendezvous folder cannot be shared.
        base: what to add to; this process's environment by default.
    """
    made = dict(os.environ if base is None else base)
    entries = made.get("PYTHONPATH", "").split(os.pathsep) if made.get("PYTHONPATH") else []
    made[LAUNCHED] = "1"
    made["PYTHONPATH"] = os.pathsep.join([_STARTUP, *(entry for entry in entries if entry != _STARTUP)])
    made["NODE_OPTIONS"] = _node_options(made.get("NODE_OPTIONS", ""))
    if collector is not None:
        made["LOADTEST_COLLECTOR"] = collector
    return made


def _node_options(given: str) -> str:
    # First, so that what others put into Node's own modules is not there yet.
    path = str(_NODE_HOOK)
    if any(character in path for character in ' "\\'):
        # Node's rule: double quotes, in which a backslash takes the next one as it is
        path = '"{}"'.format(path.replace("\\", "\\\\").replace('"', '\\"'))
    ours = f"--require {path}"
    others = given.replace(ours, "").strip()
    return f"{ours} {others}" if others else ours


def run(command: Sequence[str], collector: str | None = None) -> int:
    """Become the command, with the hooks in.

    This process is replaced: it keeps its id, its terminal and its parent, so every signal reaches the
    app and the app's exit status is the status of ``loadtest instrument``, with nothing in between that
    could lose one or leave an orphan behind.

    Returns:
        Only if the command could not be started: ``CANNOT_START``, after a line on standard error.
    """
    made = environment(collector)
    mistake = _mistake(command, collector, made)
    if mistake is None:
        sys.stdout.flush()
        sys.stderr.flush()
        # Python ignores these two, and what is ignored stays so in the program that takes over
        restored = {number: signal.signal(number, signal.SIG_DFL) for number in _IGNORED_BY_PYTHON}
        try:
            os.execvpe(command[0], list(command), made)
        except (OSError, ValueError) as error:
            mistake = _reason(command[0], error)
        for number, handler in restored.items():
            signal.signal(number, handler)
    print(f"loadtest instrument: {mistake}", file=sys.stderr)
    return CANNOT_START


_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def _mistake(command: Sequence[str], collector: str | None, made: Mapping[str, str]) -> str | None:
    if not command or not command[0]:
        return "no command; say how the app is started: loadtest instrument -- python app.py"
    if collector is not None and not collector.startswith("http://"):
        return f"--collector: {collector!r} is not an address such as http://192.0.2.7:8090"
    if collector is not None and not made.get("LOADTEST_TOKEN"):
        return "--collector: LOADTEST_TOKEN is not set; the run says its token when it starts"
    return None


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{name}: no such command"
    if isinstance(error, PermissionError):
        return f"{name}: not allowed to run it; a script must be executable, or be given to its interpreter"
    return f"{name}: {error}"
