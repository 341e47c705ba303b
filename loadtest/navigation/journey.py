"""What a tab does from navigation to navigation."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loadtest.navigation.draw import Stream, choose, uniform

__all__ = ["Journey", "Move"]


class Move(StrEnum):
    """How a tab comes to its next page and socket."""

    NAVIGATE = "navigate"
    """A link: another page, another socket."""
    RELOAD = "reload"
    """The page of the visit before, asked for again."""
    BACK = "back"
    """The page before that one, asked for again, as a browser does for pages that it may not store."""
    RECONNECT = "reconnect"
    """No page: the last page opens its socket again, with a new sid; the old one may be a ghost still."""
    DUPLICATE = "duplicate"
    """A link, and then the same page again in a copy of the tab: two sockets of one client."""
    PREFETCH = "prefetch"
    """The page is fetched with ``Sec-Purpose: prefetch``; every other time nobody comes to see it."""
    ABANDON = "abandon"
    """The page is fetched, and no socket is opened."""

    @property
    def needs_history(self) -> bool:
        """Whether only a tab that has been somewhere can do it; one that has not navigates."""
        return self in _NEEDS_HISTORY


_NEEDS_HISTORY = frozenset({Move.RELOAD, Move.BACK, Move.RECONNECT})


@dataclass(frozen=True, slots=True)
class Journey:
    """The moves of a profile's tabs with their weights; a draw is a pure function of (seed, number)."""

    weights: Mapping[Move, float]
    """Empty: every navigation comes in a tab of its own, so to say: nothing is asked for ahead."""
    _cumulative: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cumulative", tuple(itertools.accumulate(self.weights.values())))

    @property
    def goes_on(self) -> bool:
        """Whether a tab asks for its next page before it drops the socket of the last."""
        return bool(self.weights)

    def draw(self, seed: int, number: int) -> Move:
        """Return how navigation ``number`` begins."""
        if not self.weights:
            return Move.NAVIGATE
        index = choose(self._cumulative, uniform(seed, number, Stream.JOURNEY))
        return tuple(self.weights)[index]

    def is_used(self, seed: int, number: int) -> bool:
        """Return whether anybody comes to see the page that navigation ``number`` prefetched."""
        return uniform(seed, number, Stream.PREFETCH) < 0.5
