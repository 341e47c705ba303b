"""What a comparison takes for worth telling."""

import math
from dataclasses import dataclass

from loadtest.errors import UsageError

__all__ = ["Smallest", "read_smallest"]


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest effect that counts; smaller ones are no difference, however sure they are."""

    share: float = 0.1
    """0.1: a tenth more."""
    least_ms: float = 1.0
    """Of a latency, beside that: nobody waits for less, and no clock of a busy machine tells it."""

    def log_of(self, before_ms: float, after_ms: float) -> float:
        """Return the smallest effect on a latency, as the logarithm of a ratio: both rules are to be met."""
        return math.log1p(max(self.share, self.least_ms / max(min(before_ms, after_ms), 1e-6)))


def read_smallest(text: str) -> float:
    """Read ``10%``, or ``0.1``.

    Raises:
        UsageError: it is neither.
    """
    bare = text.strip()
    try:
        number = float(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not 0 < number <= 10:  # also not a number
        raise UsageError(f"--smallest {text}: is no share above 0; write 10%, or 0.1")
    return number
