"""Round numbers for axes, and times of a run in words."""

import math
from collections.abc import Sequence

__all__ = ["clock", "ticks", "time_ticks", "top_of"]

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_MOST_TIMES = 6


def top_of(values: Sequence[float]) -> float:
    """Return a round number at or above all values; 1 where there are none above 0."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(highest))
    return next(size * step for step in (1, 1.5, 2, 3, 4, 6, 8, 10) if highest <= size * step * (1 + 1e-9))


def ticks(top: float) -> tuple[float, float, float]:
    """Return the values at which a chart from 0 to ``top`` has lines."""
    return (0.0, top / 2, top)


def time_ticks(duration_s: float) -> list[float]:
    """Return at most seven round times of a run, its beginning first."""
    step = next((step for step in _STEPS_S if duration_s / step <= _MOST_TIMES), None)
    step = step or math.ceil(duration_s / _MOST_TIMES / 86400) * 86400
    return [float(at) for at in range(0, int(duration_s) + 1, step)]


def clock(at_s: float) -> str:
    """Return a time of a run: ``12 s``, ``5:03``, ``1:00:00``."""
    if at_s < 120:
        return f"{at_s:.10g} s" if at_s == int(at_s) else f"{at_s:,.1f} s"
    minutes, seconds = divmod(round(at_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
