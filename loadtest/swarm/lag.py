"""A process's loop, watched: how late its sleeps end."""

import time

import gevent

from loadtest.metrics.histogram import Histogram

__all__ = ["watch_lag"]

_SLEEP_S = 0.02
"""A loop's lag is how late a sleep of this length ends."""
_MOST_LAGS = 5000
"""Of one stall: a hundred seconds of it."""


def watch_lag(lag: Histogram) -> None:
    """Record the loop's lag, for ever."""
    while True:
        began = time.monotonic()
        gevent.sleep(_SLEEP_S)
        lag_s = time.monotonic() - began - _SLEEP_S
        # what else would have been late in this stall counts too (HdrHistogram: expected interval)
        for _ in range(_MOST_LAGS):
            lag.record(lag_s)
            lag_s -= _SLEEP_S
            if lag_s <= 0:
                break
