"""What ``summary.json`` has under ``server``: the figures of all hooked processes together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.metrics.catalogue import HANDLERS
from loadtest.metrics.histogram import Histogram
from loadtest.report.exits import Exit, living, unknown_boots
from loadtest.report.info import RunInfo
from loadtest.report.placing import Visit, point_place
from loadtest.report.remainder import visits_after
from loadtest.report.server import ServerSide
from loadtest.report.server_errors import Error, ServerErrors
from loadtest.report.server_figures import HandlerFigures, merge_handlers, merge_residue, residue_by_process
from loadtest.report.vital_figures import (
    NO_LOOP,
    LoopFigures,
    grown_names,
    merge_gauges,
    merge_loops,
    vital_numbers,
)

__all__ = ["ServerFigures"]


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """A run's hooked processes, and what figures are made of."""

    server: ServerSide
    info: RunInfo
    errors: ServerErrors
    exits: Sequence[Exit]
    is_blank: bool
    """Whether nothing but warm-up ran: then nothing is known but what stayed."""

    def numbers(self) -> Mapping[str, float | None]:
        """Return what thresholds may name, by metric."""
        info = self.info
        return {
            **{f"server.residue.{name}": value for name, value in self._residue().items()},
            **vital_numbers(self._loop(), living(self.server, info), info.t0_at, info.gauges),
            **{f"{_name(one)}.errors": one.errors for one in self._handlers()},
            "server.processes": len(self.server.processes),
            "server.visits": self._visits(),
            "server.errors": self._known(self.errors.count),
            "server.known_errors": self._known(sum(error.counted for error in self.errors.known)),
            "server.strays": self._known(self.errors.strays),
            "server.exits": len(self.exits),
            "server.journal_lost": self._journal_lost(),
        }

    def histograms(self) -> Mapping[str, Histogram]:
        """Return the durations that thresholds may name, by metric."""
        handlers = self._handlers()
        return {
            **{f"{_name(one)}.ack": one.ack for one in handlers},
            **{_name(one): one.latency for one in handlers},
        }

    def to_json(self, visits: Mapping[int, Visit]) -> dict[str, Any]:
        """Return the content of ``server``.

        Args:
            visits: those that figures are made of.
        """
        server, info = self.server, self.info
        there = living(server, info)
        gauges = merge_gauges(there, info.t0_at, info.gauges)
        known = (error for error in self.errors.known if error.counted and not self.is_blank)
        return {
            "processes": len(server.processes),
            "alive": not info.silent_boots,
            "visits": self._visits(),
            "handlers": [_handler_json(figures) for figures in self._handlers()],
            "errors": self._known(self.errors.count),
            "strays": self._known(self.errors.strays),
            "known_errors": [_known_json(error, visits) for error in known],
            "loop": asdict(self._loop()),
            "residue": self._residue(),
            "residue_by_process": [
                asdict(row)
                for row in residue_by_process(server, self._unknown(), is_quiet=info.quiet is not None)
            ],
            "inventory": {part: grown_names(there, part) for part in ("tasks", "threads")},
            "gauges": {name: asdict(gauge) for name, gauge in gauges.items()},
            "problems": sorted({problem for process in server.processes for problem in process.problems}),
            "journal_lost": self._journal_lost(),
            "exits": [asdict(one) for one in self.exits],
        }

    def _known(self, count: int) -> int | None:
        return None if self.is_blank else count

    def _visits(self) -> int | None:
        return self._known(sum(visits_after(process) for process in self.server.processes))

    def _handlers(self) -> Sequence[HandlerFigures]:
        return () if self.is_blank else merge_handlers(self.server)

    def _journal_lost(self) -> int:
        return sum(process.journal_lost for process in self.server.processes)

    def _loop(self) -> LoopFigures:
        return NO_LOOP if self.is_blank else merge_loops(self.server, self.info.t0_at, self.info.warm_up_s)

    def _unknown(self) -> frozenset[str]:
        return unknown_boots(self.server, self.info)

    def _residue(self) -> dict[str, int | None]:
        is_quiet = self.info.quiet is not None
        there = living(self.server, self.info)
        return asdict(
            merge_residue(self.server, is_quiet=is_quiet, silent_boots=self._unknown(), living=there)
        )


def _name(handler: HandlerFigures) -> str:
    return f"{HANDLERS}{handler.namespace}.{handler.event}"


def _known_json(error: Error, visits: Mapping[int, Visit]) -> dict[str, Any]:
    assert error.known is not None, "one that is not known is a finding"
    at = {visits[number].at for number in error.navigations if number in visits}
    return {
        "package": error.known.package,
        "what": error.known.what,
        "why": error.known.why,
        "source": error.known.source,
        "count": error.counted,
        "at": sorted(at, key=point_place),
    }


def _handler_json(figures: HandlerFigures) -> dict[str, Any]:
    return {
        "namespace": figures.namespace,
        "event": figures.event,
        "calls": figures.calls,
        "errors": figures.errors,
        "in_flight": figures.in_flight,
        **_times_json(figures.latency),
        "ack": {"count": figures.ack.count, **_times_json(figures.ack)},
    }


def _times_json(times: Histogram) -> dict[str, Any]:
    return {
        "p50_ms": times.percentile_ms(50),
        "p99_ms": times.percentile_ms(99),
        "max_ms": times.max_ms,
    }
