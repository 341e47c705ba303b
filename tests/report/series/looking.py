"""The rows that one look after another comes to."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from loadtest.report.series.rows import Fresh, PhaseRow, ServerRow

Row = TypeVar("Row", PhaseRow, ServerRow)


def final_rows(looks: Iterable[Fresh[Row] | None]) -> list[Row]:
    """Return the rows that stand at last, in order of time."""
    rows: dict[Hashable, Row] = {}
    for fresh in looks:
        if fresh is not None:
            if fresh.is_reset:
                rows.clear()
            for row in fresh.rows:
                rows[row.t_s, row.phase if isinstance(row, PhaseRow) else None] = row
    return sorted(rows.values(), key=lambda row: row.t_s)
