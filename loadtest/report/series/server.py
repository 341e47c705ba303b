"""The server over a run's time: what its processes counted in each second, and what they held."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.report.known_errors import known_error
from loadtest.report.series.buckets import MOST_ROWS, Buckets
from loadtest.report.series.pulse import Pulse, Standing, read_pulse
from loadtest.report.series.rows import Fresh, ServerRow
from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["ServerSeries"]

_SILENT_AFTER_S = 3.5
"""A process pushes once a second: after three pushes that did not come nobody knows what it holds."""


@dataclass(slots=True)
class _Second:
    calls: int = 0
    errors: int = 0
    latency: Histogram = field(default_factory=Histogram)
    lag: Histogram = field(default_factory=Histogram)
    held_s: float = -1.0
    """The last second of which anybody told what it held."""
    standings: dict[str, Standing] = field(default_factory=dict)
    """What each process held in that one, by its boot id."""

    def hold(self, second_s: float, standings: Mapping[str, Standing]) -> None:
        """Keep what processes held in a second, if none is told of a later one."""
        if second_s > self.held_s:
            self.held_s, self.standings = second_s, {}
        if second_s == self.held_s:
            self.standings |= standings


@dataclass(slots=True)
class _Boot:
    """One process so far."""

    strays_before: int
    """What its first snapshot told of strays that are older than the run."""
    heard_s: float | None = None
    """When its last snapshot was heard, seconds after t0; None: none was yet."""
    last: Pulse | None = None
    """The last snapshot in which it had seen a visit: until then it may serve something else."""


class ServerSeries:
    """Takes the lines of ``server.jsonl`` in their order, and tells the rows that they have changed.

    Snapshots count from the run's beginning on, and come about once a second: what is new in one is spread
    evenly over the time since the one before it, in whole calls, so that rows add up to the last snapshot.
    Its latencies count in every second that this time touches.

    Args:
        t0_at: the run's beginning: wall time by the collector's clock, seconds.
        most_rows: how many rows there may be.
        width_s: how wide they are at first.
    """

    def __init__(self, t0_at: float, most_rows: int = MOST_ROWS, width_s: int = 1) -> None:
        self._t0_at = t0_at
        self._buckets: Buckets[_Second] = Buckets(_Second, _merge, most_rows, width_s)
        self._boots: dict[str, _Boot] = {}
        self._known: dict[str, tuple[set[int], set[int]]] = {}
        """The ids of each process's errors and strays that count for nothing."""

    @property
    def width_s(self) -> int:
        """How wide the rows are now."""
        return self._buckets.width_s

    @property
    def heard_s(self) -> float:
        """When a process that saw the run was heard last, in seconds after t0; 0: none was."""
        return max((boot.heard_s or 0.0 for boot in self._boots.values() if boot.last), default=0.0)

    def add(self, line: Mapping[str, Any]) -> None:
        """Take in one line.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: it is none that the collector writes.
        """
        errors, strays = self._known.setdefault(str(line["boot"]), (set(), set()))
        match line["kind"]:
            case "error" | "stray" as kind:
                if known_error(str(line["traceback"])):
                    (errors if kind == "error" else strays).add(int(line["id"]))
            case "snapshot":
                self._take(read_pulse(line, errors, strays))

    def take(self, *, is_over: bool = False) -> Fresh[ServerRow] | None:
        """Return the rows that have changed, or None if none have.

        Args:
            is_over: nothing will come any more: the second that has just begun is told, too.
        """
        if is_over:
            self._hold_to_the_end()
        is_reset = self._buckets.is_reset
        width_s = self._buckets.width_s
        until_s = None if is_over else self._told_until_s()
        rows = tuple(_row(start_s, width_s, second) for start_s, second in self._buckets.take(until_s))
        return Fresh(width_s, is_reset, rows) if rows else None

    def _told_until_s(self) -> float:
        """Return until when every process that still pushes has told what it counted."""
        heard = [boot.heard_s for boot in self._boots.values() if boot.heard_s and not _is_gone(boot)]
        newest_s = max(heard, default=0.0)
        return min((heard_s for heard_s in heard if heard_s > newest_s - _SILENT_AFTER_S), default=newest_s)

    def _hold_to_the_end(self) -> None:
        """Take a process that told shortly before the last word of all as there until then."""
        last_s = self.heard_s
        for name, boot in self._boots.items():
            if boot.last is None or boot.heard_s is None or _is_gone(boot):
                continue
            if last_s - boot.heard_s < _SILENT_AFTER_S:
                for second in range(math.ceil(boot.heard_s), math.ceil(last_s)):
                    if second in self._buckets:
                        self._buckets.at(second).hold(second, {name: boot.last.standing})

    def _take(self, pulse: Pulse) -> None:
        boot = self._boots.get(pulse.boot)
        if boot is None:
            is_new = pulse.began_at is not None and pulse.began_at - pulse.ahead_s > self._t0_at
            boot = self._boots[pulse.boot] = _Boot(0 if is_new else pulse.strays)
        if boot.last is not None and pulse.sequence < boot.last.sequence:
            return  # overtaken by a later one: cumulative, so nothing is lost
        heard_s = max(pulse.heard_at - self._t0_at, 0.0)
        if pulse.visits:
            from_s = max(heard_s - 1.0, 0.0) if boot.heard_s is None else boot.heard_s
            self._spread(pulse, boot, from_s, max(heard_s, from_s))
            boot.last = pulse
        boot.heard_s = heard_s

    def _spread(self, pulse: Pulse, boot: _Boot, from_s: float, to_s: float) -> None:
        last = boot.last
        calls = max(pulse.calls - (last.calls if last else 0), 0)
        strays_before = last.strays if last else boot.strays_before
        errors = max(pulse.errors + pulse.strays - (last.errors if last else 0) - strays_before, 0)
        latency = pulse.latency.since(last.latency) if last else pulse.latency
        lag = pulse.lag.since(last.lag) if last else pulse.lag
        given_calls = given_errors = 0
        for start_s, share in _shares(from_s, to_s):
            second = self._buckets.at(start_s)
            # so many by the end of this second: rounding passes on what it takes
            calls_by_now, errors_by_now = round(calls * share), round(errors * share)
            second.calls += calls_by_now - given_calls
            second.errors += errors_by_now - given_errors
            given_calls, given_errors = calls_by_now, errors_by_now
            second.latency.merge(latency)
            second.lag.merge(lag)
            is_known = to_s - start_s < _SILENT_AFTER_S and (start_s > from_s or int(from_s) == int(to_s))
            if is_known and not pulse.is_last:
                second.hold(start_s, {pulse.boot: pulse.standing})


def _is_gone(boot: _Boot) -> bool:
    return boot.last is not None and boot.last.is_last


def _shares(from_s: float, to_s: float) -> Iterator[tuple[float, float]]:
    """Yield each second that a time touches, and the share of the time that is over by its end."""
    start_s = math.floor(from_s)
    while start_s + 1 < to_s:
        yield float(start_s), (start_s + 1 - from_s) / (to_s - from_s)
        start_s += 1
    yield float(start_s), 1.0


def _merge(earlier: _Second, later: _Second) -> None:
    earlier.calls += later.calls
    earlier.errors += later.errors
    earlier.latency.merge(later.latency)
    earlier.lag.merge(later.lag)
    earlier.hold(later.held_s, later.standings)


def _row(start_s: int, width_s: int, second: _Second) -> ServerRow:
    standings = list(second.standings.values())
    return ServerRow(
        t_s=start_s,
        calls_per_s=second.calls / width_s,
        errors_per_s=second.errors / width_s,
        p50_ms=second.latency.percentile_ms(50),
        p99_ms=second.latency.percentile_ms(99),
        in_flight=_sum(standing.in_flight for standing in standings),
        processes=len(standings),
        residue={key: _sum(standing.residue[key] for standing in standings) for key in JUDGED_RESIDUE},
        tasks=_sum(standing.tasks for standing in standings),
        threads=_sum(standing.threads for standing in standings),
        rss_bytes=_sum(standing.rss_bytes for standing in standings),
        loop_lag_p99_ms=second.lag.percentile_ms(99),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """Add up; one unknown makes the sum unknown, and so does having none."""
    known = list(values)
    return None if not known or None in known else sum(value or 0 for value in known)
