"""Judges the thresholds that may end a run while it is on: python -m loadtest.report.watch FOLDER.

A process of its own, because the master has no time for it. Once a second it asks (a line of JSON with
``"type": "ask"``) how the run stands, reads the answer from its standard input (``t_s``, ``due``,
``generator`` as ``run.json`` has it; ``t_s`` is null before t0), and reads what is new in the run's files. It
ends with the threshold that has failed for good (``"type": "aborted"``), or when its standard input does.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.errors import RunFolderError
from loadtest.report.conditions import read_generator
from loadtest.report.watch.watcher import Standing, Watcher

_LOOK_EVERY_S = 1.0
_NICE = 5
"""The run has the first claim to the processor."""


def main(folder: Path) -> int:
    """Watch a run until nobody answers any more, or a threshold has failed; return the exit status."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    watcher = Watcher(folder)
    try:
        while (standing := _ask()) is not None:
            aborted = watcher.look(standing) if standing.t_s >= 0 else None
            if aborted is not None:
                _tell({"type": "aborted", "aborted": aborted.to_json()})
                _tell({"type": "end"})
                return 0
            time.sleep(_LOOK_EVERY_S)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: do not flush again
    except (OSError, RunFolderError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _ask() -> Standing | None:
    _tell({"type": "ask"})
    line = sys.stdin.readline()
    if not line:
        return None
    data = json.loads(line)
    t_s = data["t_s"]
    return Standing(-1.0 if t_s is None else t_s, data["due"], read_generator(data["generator"]))


def _tell(message: Mapping[str, Any]) -> None:
    print(json.dumps(message, separators=(",", ":"), allow_nan=False), flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
