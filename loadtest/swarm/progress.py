"""What a run says while it is on: one live line on a terminal, a line every few seconds elsewhere."""

import os
import sys
import time
from typing import TextIO

from loadtest.report.workflow_log import is_github, neutral

__all__ = ["Progress"]

_EVERY_S = 5.0
_SAME_EVERY_S = 30.0
"""Between two lines of a log that say about the same."""
_CLEAR = "\r\x1b[2K"


class Progress:
    """Writes to a stream that may be a terminal, a file or a closed pipe."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        # a terminal that obeys no escape codes is a log to us
        self._is_live = self._stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
        self._is_read_for_commands = is_github(os.environ)
        self._has_line = False
        self._told_at = float("-inf")
        self._told_gist: str | None = None
        self.line = ""
        """What was last said or shown."""

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self.line = text
        self._write((_CLEAR if self._has_line else "") + text + "\n")
        self._has_line = False

    def show(self, text: str, gist: str | None = None) -> None:
        """Show how it stands: replaces the live line, or writes one when the last is some seconds old.

        Args:
            gist: what of it matters; a log gets no line of the same gist within half a minute.
        """
        self.line = text
        is_same = gist is not None and gist == self._told_gist
        if self._is_live:
            self._write(_CLEAR + self._cut(text))
            self._has_line = True
        elif time.monotonic() - self._told_at >= (_SAME_EVERY_S if is_same else _EVERY_S):
            self._told_at, self._told_gist = time.monotonic(), gist
            self._write(text + "\n")

    def end(self) -> None:
        """Leave the live line as it is, and go on below it."""
        if self._has_line:
            self._write("\n")
            self._has_line = False

    def _cut(self, text: str) -> str:
        """Return as much as one row has room for: of a line of two rows the first could not be replaced."""
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            return text
        return text if len(text) < columns or not columns else f"{text[: max(columns - 2, 1)]}…"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(neutral(text) if self._is_read_for_commands else text)
            self._stream.flush()
        except (OSError, ValueError):
            self._is_live = False  # nobody reads any more; the run goes on
