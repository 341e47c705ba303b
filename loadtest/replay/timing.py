"""When visits that are sent again are due: as they were to each other, without the long waits between."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.navigation.record import NavigationRecord

__all__ = ["LONGEST_IDLE_S", "Timing", "timing_of"]

LONGEST_IDLE_S = 2.0
"""Nobody being there for longer than this is cut to it: what a handler does after a visit takes less."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When each visit is due."""

    dues_s: Sequence[float]
    """Seconds after the first one."""
    left_out_s: float
    """Idle time that was cut out."""


def timing_of(records: Sequence[NavigationRecord]) -> Timing:
    """Return when visits are due again; those that overlapped, or nearly so, keep their distances exactly.

    Args:
        records: visits that began, in that order.
    """
    dues_s: list[float] = []
    left_out_s = 0.0
    first_s = idle_from_s = records[0].started_s or 0.0
    for record in records:
        start_s = record.started_s or 0.0
        left_out_s += max(start_s - idle_from_s - LONGEST_IDLE_S, 0.0)
        dues_s.append(round(start_s - first_s - left_out_s, 6))
        idle_from_s = max(idle_from_s, start_s if record.left_s is None else record.left_s)
    return Timing(dues_s, round(left_out_s, 6))
