"""How much of everything a page takes in: as much as fits."""

from dataclasses import dataclass

__all__ = ["MOST_BYTES", "ROOMS", "Room"]

MOST_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each part is told; what there is no room for is counted."""

    findings: int
    """So many are told whole, the others named."""
    named: int
    stories: int
    traceback_lines: int
    rows: int
    """Of a table."""
    points: int
    """Of a line."""
    strips: int
    """Stretches of time whose values a chart tells in words."""
    profile_lines: int
    longest: int
    """Characters of one line that an app or a person wrote."""


ROOMS = (
    Room(12, 60, 12, 80, 60, 300, 60, 400, 300),
    Room(8, 40, 4, 60, 40, 240, 40, 250, 200),
    Room(5, 20, 2, 40, 25, 150, 30, 120, 150),
    Room(3, 10, 1, 20, 12, 80, 20, 60, 100),
)
"""The roomiest first; the last is small enough for whatever an app may have written."""
