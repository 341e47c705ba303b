"""A run's figures over its time, out of its folder."""

import json
import math

from loadtest.report.client_figures import time_phases
from loadtest.report.folder import SERVER_FILE
from loadtest.report.info import RunInfo
from loadtest.report.run import Run, read_lines
from loadtest.report.series.buckets import MOST_ROWS, width_for
from loadtest.report.series.navigations import last_of, navigation_rows, visits_by_start
from loadtest.report.series.phases import phase_rows
from loadtest.report.series.rows import NavigationRow, PhaseRow, Series, ServerRow
from loadtest.report.series.server import ServerSeries
from loadtest.report.series.sheet import series_csv

__all__ = ["EVERY_SECOND", "NavigationRow", "PhaseRow", "Series", "ServerRow", "series_csv", "series_of"]

EVERY_SECOND = 7 * 86_400
"""Rows for a week of seconds: a longer run, or a clock that jumped by years, is told in wider ones."""
_JOURNAL = '{"kind":"journal"'


def series_of(run: Run, most_rows: int = MOST_ROWS) -> Series:
    """Return a run's figures over its time; its ``server.jsonl`` is read once more for it.

    Args:
        most_rows: how many stretches of time there may be: they are a second wide, or as many seconds as it
            takes (a power of two). ``EVERY_SECOND``: a second, whatever it takes.

    Raises:
        RunFolderError: ``server.jsonl`` cannot be read.
    """
    visits_s, planned_s = last_of(run.records), _planned_s(run.info)
    width_s = width_for(max(visits_s, math.ceil(planned_s) - 1), most_rows)
    server = _read_server(run, most_rows, width_s)
    fresh = server.take(is_over=True)
    server_rows, width_s = fresh.rows if fresh else (), server.width_s
    ends_s = (
        visits_s + width_s if run.records else 0.0,
        math.ceil(planned_s) + width_s - 1.0,
        server_rows[-1].t_s + width_s if server_rows else 0.0,
    )
    return Series(
        width_s=width_s,
        duration_s=round(max(visits_s, planned_s, server.heard_s), 6),
        navigations=tuple(navigation_rows(run.records, width_s, rows=int(max(ends_s) // width_s))),
        phases=tuple(
            row
            for start_s, visits in visits_by_start(run.records, width_s)
            for row in phase_rows(start_s, time_phases(visits))
        ),
        server=server_rows,
        warm_up_s=run.info.warm_up_s,
    )


def _planned_s(info: RunInfo) -> float:
    """Return for how long a run that has ended sent its load, visits or none; 0: nobody knows.

    Bounded by what was planned: a clock that was set meanwhile does not make a run a year long.
    """
    if info.t0_at is None or info.finished_at is None:
        return 0.0
    return max(min((info.finished_at - info.t0_at).total_seconds(), info.duration_s), 0.0)


def _read_server(run: Run, most_rows: int, width_s: int) -> ServerSeries:
    t0_at, file = run.info.t0_at, run.path / SERVER_FILE
    series = ServerSeries(t0_at.timestamp() if t0_at else 0.0, most_rows, width_s)
    if t0_at is not None and file.exists():
        read_lines(file, lambda line: _add(series, line))
    return series


def _add(series: ServerSeries, line: str) -> None:
    # a third of the file: how each visit ended, of which no series tells
    if not line.startswith(_JOURNAL):
        series.add(json.loads(line))
