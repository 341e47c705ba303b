"""``series.csv``: a series as a sheet, one row for each stretch of time, the same columns for every run."""

import csv
import io
from collections.abc import Iterator, Mapping

from loadtest.navigation.phase import Phase
from loadtest.report.series.rows import NavigationRow, PhaseRow, Series, ServerRow
from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["COLUMNS", "series_csv"]

_NAVIGATIONS = ("due", "started", "late", "dropped", "ended", "failed", "broken")
_PHASE = ("count", "p50_ms", "p95_ms", "p99_ms", "from_due_p99_ms")
_SERVER = ("processes", "calls_per_s", "errors_per_s", "p50_ms", "p99_ms", "in_flight")
_HELD = ("tasks", "threads", "rss_bytes", "loop_lag_p99_ms")

COLUMNS = (
    *("t_s", "is_warm_up"),
    *(f"navigations_{name}" for name in _NAVIGATIONS),
    *(f"{phase}_{name}" for phase in Phase for name in _PHASE),
    *(f"server_{name}" for name in (*_SERVER, *JUDGED_RESIDUE, *_HELD)),
)
"""A new one goes to the end: who reads by place goes on reading what was meant."""
Cell = int | float | None


def series_csv(series: Series) -> str:
    """Return the sheet as RFC 4180 has it: a header, lines that end in CR LF, nothing but numbers in cells.

    An empty cell is "no data", never 0. There is no text of the app's in it, and so nothing that a
    spreadsheet could take for a formula.
    """
    phases = {(row.t_s, row.phase): row for row in series.phases}
    server = {row.t_s: row for row in series.server}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in series.navigations:
        cells = [row.t_s, int(row.t_s < series.warm_up_s), *_navigation_cells(row)]
        cells += _phase_cells(row.t_s, phases)
        cells += _server_cells(server.get(row.t_s))
        writer.writerow([_shown(cell) for cell in cells])
    return out.getvalue()


def _navigation_cells(row: NavigationRow) -> Iterator[Cell]:
    return (getattr(row, name) for name in _NAVIGATIONS)


def _phase_cells(t_s: int, rows: Mapping[tuple[int, Phase], PhaseRow]) -> Iterator[Cell]:
    for phase in Phase:
        row = rows.get((t_s, phase))
        yield from (
            (0, *[None] * (len(_PHASE) - 1)) if row is None else (getattr(row, name) for name in _PHASE)
        )


def _server_cells(row: ServerRow | None) -> Iterator[Cell]:
    if row is None:
        yield from [None] * (len(_SERVER) + len(JUDGED_RESIDUE) + len(_HELD))
        return
    yield from (getattr(row, name) for name in _SERVER)
    yield from (row.residue[key] for key in JUDGED_RESIDUE)
    yield from (getattr(row, name) for name in _HELD)


def _shown(cell: Cell) -> str:
    """Return a number to the microsecond, or nothing."""
    if cell is None:
        return ""
    return str(round(cell, 3)) if isinstance(cell, float) else str(cell)
