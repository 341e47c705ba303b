"""A trial: visits are sent, and it is counted how many of them show the finding again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from loadtest.profile.listing import ListedVisit

__all__ = ["Seen", "Trial"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    again: int
    """Visits that showed the finding; of liveness: times that it happened."""
    of: int
    """Visits that could have shown it: those that are looked for it and got as far as planned, or showed it;
    of liveness: times that it had happened in the run that is sent again."""

    @property
    def is_again(self) -> bool:
        """Whether the finding is still there."""
        return self.again > 0


class Trial(Protocol):
    """Sends visits, and looks for one finding."""

    def __call__(self, visits: Sequence[ListedVisit]) -> Seen:
        """Send these visits.

        Raises:
            UnjudgedError: nobody can say whether the finding is still there (its ``exit_code`` says more).
            ProfileError: they make no profile.
            UsageError: nothing can be sent, whatever the visits.
        """
