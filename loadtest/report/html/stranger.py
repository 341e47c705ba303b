"""Text of strangers, cut to what a page has room for; escaping is ``markup``'s, and not to be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.report.html.room import Room

__all__ = ["Clip"]


@dataclass(frozen=True, slots=True)
class Clip:
    """Cuts text to the room that a page has."""

    room: Room

    def line(self, text: str) -> str:
        """Return text of at most so many characters; of what is longer, how much was cut."""
        longest = self.room.longest
        if len(text) <= longest:
            return text
        return f"{text[:longest]} […{len(text) - longest:,} more characters]"

    def lines(self, text: str, most: int) -> Sequence[str]:
        """Return at most so many lines: the first few, and the last, where a traceback says what it is."""
        lines = [self.line(line.expandtabs(4)) for line in _lines(text)]
        if len(lines) <= most:
            return lines
        head = most // 4
        left_out = len(lines) - most
        return [*lines[:head], f"[…{left_out:,} more lines…]", *lines[head - most :]]


def _lines(text: str) -> list[str]:
    """Return the lines of a text; only a line feed ends one, whatever else Unicode would have."""
    return text.rstrip("\n").replace("\r\n", "\n").split("\n")
