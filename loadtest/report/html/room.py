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
    """Bytes of one line that an app or a person wrote."""


ROOMS = (
    Room(12, 60, 12, 80, 60, 240, 36, 400, 400),
    Room(10, 40, 6, 60, 40, 180, 30, 250, 300),
    Room(8, 30, 3, 40, 25, 140, 24, 150, 200),
    Room(6, 20, 2, 30, 16, 100, 18, 100, 150),
    Room(4, 10, 1, 20, 10, 60, 12, 60, 100),
    Room(2, 5, 1, 10, 5, 40, 10, 30, 60),
)
"""The roomiest first; the last is small enough for whatever an app may have written."""
