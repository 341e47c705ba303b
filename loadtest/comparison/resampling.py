"""A run's windows drawn again and again, in blocks, for what a figure might as well have been.

Latencies within a run hang together: a burst, a pause of the garbage collector, another process. Drawing
single visits would take them for independent and promise too much. Blocks of neighbouring windows keep what
hangs together (Künsch 1989, Annals of Statistics 17); that they are of random, geometric length makes what is
drawn stationary (Politis & Romano 1994, Journal of the American Statistical Association 89). Windows are
drawn, not visits: their histograms merge by addition, so that a replicate costs the same for a hundred visits
as for a hundred thousand.
"""

import math
import random
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["REPLICATES", "block_length", "draws"]

REPLICATES = 200
"""So many are enough for a standard error (Efron & Tibshirani 1993, chapter 6): it is itself off by 5 %."""
_SEED = 20_260_102
_RUN_OF_LAGS = 5
_BAND = 2.0


@lru_cache(maxsize=32)
def draws(windows: int, block: int) -> tuple[tuple[int, ...], ...]:
    """Return for each replicate how many times each window is in it; always the same for the same numbers.

    Args:
        block: windows that follow each other, on average.
    """
    rng = random.Random(_SEED + block)
    made = []
    for _ in range(REPLICATES):
        times = [0] * windows
        index = 0
        for place in range(windows):
            is_new = place == 0 or block <= 1 or rng.random() * block < 1
            index = int(rng.random() * windows) if is_new else (index + 1) % windows
            times[index] += 1
        made.append(tuple(times))
    return tuple(made)


def block_length(series: Sequence[float]) -> int:
    """Return how many windows a block should have on average, by how they hang together; at least 1.

    Politis & White (2004, Econometric Reviews 23, with the correction by Patton, Politis & White 2009, there
    28): 1 where neighbours tell nothing of each other; at most a quarter of the windows.

    Args:
        series: for each window by how much it pushes the figure up or down.
    """
    count = len(series)
    most = max(count // 4, 1)
    correlation = _autocorrelations(series, most)
    if len(correlation) < 2:
        return 1
    reach = _last_that_counts(correlation, count)
    if reach == 0:
        return 1
    lags = range(1, min(2 * reach, len(correlation) - 1) + 1)
    taper = {lag: min(1.0, 2 * (1 - lag / (2 * reach))) for lag in lags}
    spread = 1 + 2 * sum(taper[lag] * correlation[lag] for lag in lags)
    slope = 2 * sum(taper[lag] * lag * correlation[lag] for lag in lags)
    if spread <= 0:
        return 1
    length = math.ceil(math.cbrt(slope * slope / (spread * spread) * count))
    return max(min(length, most), 1)


def _autocorrelations(series: Sequence[float], most: int) -> list[float]:
    if len(series) < 2:
        return []
    mean = sum(series) / len(series)
    off = [value - mean for value in series]
    variance = sum(value * value for value in off)
    if variance <= 0:
        return []
    most = min(max(2 * most, 2 * _RUN_OF_LAGS), len(series) - 1)
    return [sum(a * b for a, b in zip(off, off[lag:], strict=False)) / variance for lag in range(most + 1)]


def _last_that_counts(correlation: Sequence[float], count: int) -> int:
    """Return the last lag before a run of lags at which nothing is left but chance."""
    band = _BAND * math.sqrt(math.log10(count) / count)
    for lag in range(len(correlation) - 1):
        following = correlation[lag + 1 : lag + 1 + _RUN_OF_LAGS]
        if all(abs(value) < band for value in following):
            return lag
    return len(correlation) // 2
