"""The standard streams of a step of a GitHub workflow, whose log is read for commands."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from loadtest.report.workflow_log import is_github, neutral

__all__ = ["NeutralStream", "guarded_log"]


class NeutralStream:
    """Passes text on in whole lines in which the runner finds no command.

    What programs read goes to ``buffer``, past it: its writers see to that themselves.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._line = ""

    def write(self, text: str) -> int:
        """Pass on what ends with a line's end, and keep the rest until its own."""
        *lines, self._line = (self._line + text).split("\n")
        if lines:
            self._stream.write(neutral("\n".join([*lines, ""])))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Pass on several."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Flush what has been passed on; a line that has not ended may yet become a command."""
        self._stream.flush()

    def finish(self) -> None:
        """Pass on a last line that has no end."""
        self._stream.write(neutral(self._line))
        self._line = ""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded_log() -> Iterator[None]:
    """Have nothing that this process prints be a command, where somebody listens for commands."""
    if not is_github(os.environ):
        yield
        return
    before = sys.stdout, sys.stderr
    streams = NeutralStream(sys.stdout), NeutralStream(sys.stderr)
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            stream.finish()
