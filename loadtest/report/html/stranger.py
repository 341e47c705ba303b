"""Text of strangers, cut to what a page has room for; escaping is ``markup``'s, and not to be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.report.html.room import Room

__all__ = ["Clip"]

_CONTROL = 24
"""Bytes that a control character takes with its name."""
_COSTS = {"<": 4, ">": 4, "&": 5, **{chr(code): _CONTROL for code in (*range(0x20), 0x7F)}}


@dataclass(frozen=True, slots=True)
class Clip:
    """Cuts text to the room that a page has."""

    room: Room

    def line(self, text: str) -> str:
        """Return text that takes at most so many bytes of the page; of what takes more, how much was cut."""
        longest = self.room.longest
        if len(text) * _CONTROL <= longest:
            return text
        kept = _fitting(text, longest)
        return text if kept == len(text) else f"{text[:kept]} […{len(text) - kept:,} more characters]"

    def lines(self, text: str, most: int) -> Sequence[str]:
        """Return at most so many lines: the first few, and the last, where a traceback says what it is."""
        lines = [self.line(line.expandtabs(4)) for line in _lines(text)]
        if len(lines) <= most:
            return lines
        head = most // 4
        left_out = len(lines) - most
        return [*lines[:head], f"[…{left_out:,} more lines…]", *lines[head - most :]]


def _fitting(text: str, longest: int) -> int:
    """Return how many characters of a text fit; some take much more of a page than others."""
    cost = 0
    for place, character in enumerate(text):
        cost += _COSTS.get(character) or (1 if character.isascii() else 4) * (
            1 if character.isprintable() else 6
        )
        if cost > longest:
            return place
    return len(text)


def _lines(text: str) -> list[str]:
    """Return the lines of a text; only a line feed ends one, whatever else Unicode would have."""
    return text.rstrip("\n").replace("\r\n", "\n").split("\n")
