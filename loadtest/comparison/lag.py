"""What a busy machine may have added to a latency.

Lag only ever adds (CONTRACT.md, "Verdicts"). A phase passes through the generator's loop several times: ten
times the lag is what it may owe to it. Where the p99 of the lag is over 5 ms, ten times all of it is taken
off, as of a threshold's figure; below, ten times what it is more than in the other run, since lag that both
had adds to both. A handler's time is taken in the server; but on one machine what makes the one late makes
the other late, too, once or twice for a handler that waits for something.

The lag of the server's own loop is the app's doing as a rule: a handler that blocks makes it. It counts as
the machine's only where the generator on the same machine, which has nothing to do with the app, lagged more
than 5 ms as well.

(Measured on two cores with six other jobs, pairs of runs of one app: the median of ``open`` went from 4.2 to
7.9 ms while the generator's mean lag went from 0.9 to 1.2 ms; a handler that sleeps 25 ms took 26.1 to 27.1,
and one that sleeps 50 ms took 300 where the server got hardly any time, with a lag of 21 ms in the
generator.)
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from loadtest.metrics.histogram import Histogram
from loadtest.report.info import RunInfo
from loadtest.report.limits import LAG_LIMIT_MS
from loadtest.report.remainder import loop_before
from loadtest.report.run import Run

__all__ = ["Busy", "Lag", "busy_of", "handler_lag_ms", "is_here", "lag_of", "phase_lag_ms"]

_PHASE_TIMES = 10
_HANDLER_TIMES = 3


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a loop was, in milliseconds."""

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


@dataclass(frozen=True, slots=True)
class Busy:
    """How late both loops were in one run."""

    generator: Lag | None
    server: Lag | None
    is_one_machine: bool

    @property
    def is_saturated(self) -> bool:
        """Whether the machine did not keep up."""
        return self.generator is not None and self.generator.is_saturated


def lag_of(info: RunInfo) -> Lag | None:
    """Return the generator's lag in a run; None where nobody measured it."""
    return _to_lag(info.generator.loop_lag if info.generator else None)


def busy_of(run: Run) -> Busy:
    """Return how late both loops were in a run."""
    lag = Histogram()
    for process in run.server.processes if run.server else ():
        before = loop_before(process)
        if process.loop is not None:
            lag.merge(process.loop.lag.since(before.lag) if before else process.loop.lag)
    return Busy(lag_of(run.info), _to_lag(lag), is_here(run.info))


def _to_lag(lag: Histogram | None) -> Lag | None:
    if lag is None or not lag.count:
        return None
    mean, *percentiles = lag.mean_ms, *map(lag.percentile_ms, (50, 95, 99))
    return Lag(mean or 0.0, *(value or 0.0 for value in percentiles))


def phase_lag_ms(share: float, there: Sequence[Busy], other: Sequence[Busy], phases: int = 1) -> float:
    """Return what lag may have added to a phase's percentile on the side where it is longer.

    Args:
        there: that side's runs.
        other: the other side's.
        phases: how many one after another are in the figure.
    """
    # beside the median the mean, which also sees bursts: a phase waits several times
    added = _PHASE_TIMES * max(_more(share, there, other), _more(None, there, other), 0.0)
    if any(one.is_saturated for one in there):
        worst = max(one.generator.p99_ms for one in there if one.generator)
        added = max(added, _PHASE_TIMES * worst)
        added += _PHASE_TIMES * max(_more_there(share, there, other), _more_there(None, there, other))
    return phases * added


def handler_lag_ms(share: float, there: Sequence[Busy], other: Sequence[Busy]) -> float:
    """Return the same for a handler."""
    if not all(one.is_one_machine for one in there):
        return 0.0
    added = _HANDLER_TIMES * max(_more(share, there, other), 0.0)
    if any(one.is_saturated for one in there):
        added += _HANDLER_TIMES * _more_there(share, there, other)
    return added


def _more(share: float | None, there: Sequence[Busy], other: Sequence[Busy]) -> float:
    longer, shorter = ([one.generator for one in side] for side in (there, other))
    return _mean(share, longer) - _mean(share, shorter)


def _more_there(share: float | None, there: Sequence[Busy], other: Sequence[Busy]) -> float:
    """Return by how much the server's loop was later, where it shares the machine."""
    if not all(one.is_one_machine for one in there):
        return 0.0
    longer, shorter = ([one.server for one in side] for side in (there, other))
    return max(_mean(share, longer) - _mean(share, shorter), 0.0)


def _mean(share: float | None, lags: Sequence[Lag | None]) -> float:
    known = [lag.mean_ms if share is None else lag.at(share) for lag in lags if lag is not None]
    return sum(known) / len(known) if known else 0.0


def is_here(info: RunInfo) -> bool:
    """Return whether a run's app was on the generator's machine, as far as its address tells."""
    name = urlsplit(info.host).hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
