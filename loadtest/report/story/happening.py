"""What a story is made of: who did what, and when."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Happening", "Side", "in_order"]


class Side(StrEnum):
    """Who did something, or had it happen."""

    CLIENT = "client"
    SERVER = "server"


_FIRST = tuple(Side)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened."""

    at_ms: float | None
    """After the navigation was due; None: nobody knows when."""
    side: Side
    what: str
    details: tuple[str, ...] = ()
    """Lines that belong to it: the end of a traceback."""
    is_wrong: bool = False


def in_order(happenings: list[Happening]) -> tuple[Happening, ...]:
    """Return what happened in the order of time, at the same time the client's first; unknown times last."""
    return tuple(sorted(happenings, key=lambda one: (one.at_ms is None, one.at_ms, _FIRST.index(one.side))))
