"""Tell what a run writes, while it writes: ``python -m loadtest.report.live RUN_FOLDER``."""

import argparse
import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from loadtest.errors import ExitCode, RunFolderError
from loadtest.report.live.follower import Follower
from loadtest.report.run import read_info

__all__ = ["main"]

_LOOK_EVERY_S = 0.5
_RUN_WAIT_S = 5.0
"""A run makes its folder and its ``run.json`` at almost one time."""
_NICE = 5
"""Load is sent on this machine, and comes first."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End as every wrong usage does here."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Follow a run to its end; return the exit status.

    0: it has ended, or nobody listens any more. 104: this is no run's folder, or it cannot be read.
    """
    parser = _Parser(prog="python -m loadtest.report.live", description=__doc__)
    parser.add_argument("folder", type=Path, help="the run's folder")
    parser.add_argument(
        "--stdin-alive", action="store_true", help="end when standard input does: the parent has died"
    )
    options = parser.parse_args(arguments)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    try:
        _follow(Follower(options.folder), watches_stdin=options.stdin_alive)
    except BrokenPipeError:
        # nobody reads: the interpreter must not try once more to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, RunFolderError) as error:
        _tell({"type": "problem", "text": str(error)})
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    return 0


def _follow(follower: Follower, *, watches_stdin: bool) -> None:
    deadline = time.monotonic() + _RUN_WAIT_S
    while True:
        for message in follower.look():
            _tell(message)
        if follower.is_over:
            return
        if follower.info is None and (time.monotonic() > deadline or not follower.folder.is_dir()):
            read_info(follower.folder)  # says what is wrong
        if not watches_stdin:
            time.sleep(_LOOK_EVERY_S)
        elif select.select([sys.stdin], [], [], _LOOK_EVERY_S)[0] and not os.read(sys.stdin.fileno(), 4096):
            return


def _tell(message: Mapping[str, Any]) -> None:
    print(json.dumps(message, separators=(",", ":"), allow_nan=False), flush=True)


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
