"""How the visits of one user class differ from what a profile says."""

from typing import Protocol

from loadtest.navigation.departure import Departure
from loadtest.transport.site import Behaviour

__all__ = ["PlainWays", "Ways"]


class Ways(Protocol):
    """What a user class may do in its own way."""

    def plan(self, number: int, planned: Departure) -> Departure:
        """Return how navigation ``number`` ends, which the profile has planned so; never raises."""

    def behaviour(self, number: int) -> Behaviour | None:
        """Return what the visit does that was planned last; None: what the app's pages do, and no steps."""


class PlainWays:
    """What the profile says, and no steps."""

    def plan(self, number: int, planned: Departure) -> Departure:  # noqa: ARG002  # the protocol's
        """Return what the profile planned."""
        return planned

    def behaviour(self, number: int) -> Behaviour | None:  # noqa: ARG002  # the protocol's
        """Return nothing of its own."""
        return None
