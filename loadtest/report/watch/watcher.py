"""Reads a run's files as they grow, and judges the thresholds that may end it."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from loadtest.metrics.abort import Abort
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import (
    AssertionCounts,
    NavigationCounts,
    PhaseTimes,
    count_assertions,
    count_navigations,
    time_phases,
)
from loadtest.report.conditions import GeneratorInfo
from loadtest.report.course import Aborted
from loadtest.report.exits import find_exits
from loadtest.report.folder import NAVIGATIONS_FILE, SERVER_FILE
from loadtest.report.info import RunInfo
from loadtest.report.limits import Figures
from loadtest.report.live.tail import Tail
from loadtest.report.missing import find_missing
from loadtest.report.named_figures import Measured, name_figures
from loadtest.report.run import read_info
from loadtest.report.server_errors import merge_errors
from loadtest.report.server_lines import ServerLines
from loadtest.report.server_summary import ServerFigures
from loadtest.report.watch.early import failed_value

__all__ = ["Standing", "Watcher"]

_WRONG_FORM = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, as its conductor knows it."""

    t_s: float
    """Seconds after t0."""
    due: int
    """Navigations that have come due, the warm-up's too."""
    generator: GeneratorInfo | None


@dataclass(slots=True)
class _Client:
    """What the visits that have ended tell, added up as they come; the warm-up is left out."""

    navigations: NavigationCounts = field(default_factory=lambda: count_navigations(()))
    phases: Mapping[Phase, PhaseTimes] = field(default_factory=lambda: time_phases(()))
    assertions: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: int = 0
    """Navigations that have a record, the warm-up's too."""
    warm: set[int] = field(default_factory=set)

    def add(self, records: Sequence[NavigationRecord], info: RunInfo) -> None:
        """Add some records."""
        self.told += len(records)
        self.warm.update(record.number for record in records if record.due_s < info.warm_up_s)
        counted = [record for record in records if record.due_s >= info.warm_up_s]
        more = count_navigations(counted)
        self.navigations = NavigationCounts(
            **{
                one.name: getattr(self.navigations, one.name) + getattr(more, one.name)
                for one in fields(NavigationCounts)
            }
        )
        for phase, times in time_phases(counted).items():
            self.phases[phase].own.merge(times.own)
            self.phases[phase].from_due.merge(times.from_due)
        for row in count_assertions(counted, info.assertions):
            for part in ("held", "broken", "not_judged"):
                self.assertions[row.name, part] += getattr(row, part)

    def judged(self) -> tuple[AssertionCounts, ...]:
        """Return what became of the assertions."""
        return tuple(
            AssertionCounts(
                name,
                self.assertions[name, "held"],
                self.assertions[name, "broken"],
                self.assertions[name, "not_judged"],
            )
            for name in dict.fromkeys(name for name, _ in self.assertions)
        )


class Watcher:
    """What has been read of a run's files, and which threshold has failed for good.

    Each look costs what is new in the files, and what the server has told in all: not the run's length.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._navigations = Tail(folder / NAVIGATIONS_FILE)
        self._server = Tail(folder / SERVER_FILE)
        self._client = _Client()
        self._lines = ServerLines()
        self._info: RunInfo | None = None

    def look(self, standing: Standing) -> Aborted | None:
        """Read what is new; return the first threshold that has failed for good, if one has.

        Raises:
            OSError, RunFolderError: a file is there and cannot be read.
        """
        if self._info is None:
            self._info = read_info(self._folder)
            self._lines.warm_up_ends_at = self._info.warm_up_ends_at
        self._read(self._info)
        info = replace(self._info, generator=standing.generator)
        due = [abort for abort in info.aborts if abort.delay_s <= standing.t_s]
        if not due:
            return None
        figures = self._figures(info)
        under_way = max(standing.due - self._client.told, 0)
        for abort in due:
            value = failed_value(abort, figures, under_way)
            if value is not None:
                return Aborted(abort.metric, abort.expression, round(standing.t_s, 3), value)
        return None

    def _read(self, info: RunInfo) -> None:
        records: list[NavigationRecord] = []
        _take(self._navigations, lambda line: records.append(NavigationRecord.from_line(line)))
        self._client.add(records, info)
        if _is_of_server(info.aborts):
            _take(self._server, lambda line: self._lines.add(json.loads(line)))

    def _figures(self, info: RunInfo) -> Figures:
        client = self._client
        is_blank = bool(info.warm_up_s) and not client.navigations.due
        lag = info.generator and info.generator.loop_lag
        return name_figures(
            Measured(
                info=info,
                navigations=client.navigations,
                phases=client.phases,
                assertions=client.judged(),
                server=self._server_figures(info, is_blank=is_blank),
                lag_p99_ms=lag.percentile_ms(99) if lag else None,
                has_missing=bool(find_missing(self._lines.boots())),
                is_blank=is_blank,
            )
        )

    def _server_figures(self, info: RunInfo, *, is_blank: bool) -> ServerFigures | None:
        server = self._lines.server_side()
        if server is None:
            return None
        errors = merge_errors(server, info, self._client.warm)
        exits = find_exits(server, self._lines.boots(), info, ())
        return ServerFigures(server, info, errors, exits, is_blank)


def _is_of_server(aborts: Sequence[Abort]) -> bool:
    return any(abort.metric.startswith("server.") for abort in aborts)


def _take(tail: Tail, reader: Callable[[str], None]) -> None:
    """Hand each new line to a reader; one that cannot be read is left to the report to tell of."""
    for line in tail.lines():
        try:
            reader(line)
        except _WRONG_FORM:
            continue
