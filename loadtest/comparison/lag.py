"""What a generator's own lag may have added to a latency.

It only ever adds (CONTRACT.md, "Verdicts"). A phase passes through the generator's loop several times: ten
times the lag is what it may owe to it. Where the p99 of the lag is over 5 ms, ten times all of it is taken
off, as of a threshold's figure; below, ten times what it is more than in the other run, since lag that both
had adds to both. A handler's time is taken in the server, and owes the generator nothing; but on one machine
what makes the one late makes the other late, too, once or twice for a handler that waits for something.
(Measured on two cores with six other jobs: between two runs of one app the median of ``open`` went from 4.2
to 7.9 ms while the mean lag went from 0.9 to 1.2 ms, and a handler that sleeps 25 ms took 26.1 to 27.1.)
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from loadtest.report.info import RunInfo
from loadtest.report.limits import LAG_LIMIT_MS

__all__ = ["Lag", "handler_lag_ms", "is_here", "lag_of", "phase_lag_ms"]

_PHASE_TIMES = 10
_HANDLER_TIMES = 3


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a generator's loop was, in milliseconds."""

    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def is_saturated(self) -> bool:
        """Whether latencies are told too high."""
        return self.p99_ms > LAG_LIMIT_MS

    def at(self, share: float) -> float:
        """Return the same percentile of the lag."""
        return self.p50_ms if share <= 0.5 else self.p95_ms if share <= 0.95 else self.p99_ms


def lag_of(info: RunInfo) -> Lag | None:
    """Return a run's lag; None where nobody measured it."""
    lag = info.generator.loop_lag if info.generator else None
    if lag is None or not lag.count:
        return None
    mean, *percentiles = lag.mean_ms, *map(lag.percentile_ms, (50, 95, 99))
    return Lag(mean or 0.0, *(value or 0.0 for value in percentiles))


def phase_lag_ms(share: float, there: Sequence[Lag | None], other: Sequence[Lag | None]) -> float:
    """Return what lag may have added to a phase's percentile on the side where it is longer.

    Args:
        there: the lag of that side's runs.
        other: that of the other side's.
    """
    known = [lag for lag in there if lag is not None]
    if any(lag.is_saturated for lag in known):
        return _PHASE_TIMES * max(lag.p99_ms for lag in known)
    # beside the median the mean, which also sees bursts: a phase waits several times
    return _PHASE_TIMES * max(_more(share, there, other), _mean(_means(there)) - _mean(_means(other)), 0.0)


def handler_lag_ms(share: float, there: Sequence[Lag | None], other: Sequence[Lag | None]) -> float:
    """Return the same for a handler on the generator's machine."""
    return _HANDLER_TIMES * _more(share, there, other)


def _more(share: float, there: Sequence[Lag | None], other: Sequence[Lag | None]) -> float:
    sides = ([lag.at(share) for lag in side if lag is not None] for side in (there, other))
    longer, shorter = map(_mean, sides)
    return max(longer - shorter, 0.0)


def _means(lags: Sequence[Lag | None]) -> list[float]:
    return [lag.mean_ms for lag in lags if lag is not None]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def is_here(info: RunInfo) -> bool:
    """Return whether a run's app was on the generator's machine, as far as its address tells."""
    name = urlsplit(info.host).hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
