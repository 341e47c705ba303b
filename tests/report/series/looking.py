"""The rows that one look after another comes to."""

from collections.abc import Iterable
from typing import TypeVar

from loadtest.navigation.phase import Phase
from loadtest.report.series.rows import Fresh, PhaseRow, ServerRow

Row = TypeVar("Row", PhaseRow, ServerRow)


def final_rows(looks: Iterable[Fresh[Row] | None]) -> list[Row]:
    """Return the rows that stand at last, in order of time and phase."""
    rows: dict[tuple[int, int], Row] = {}
    for fresh in looks:
        if fresh is not None:
            if fresh.is_reset:
                rows.clear()
            rows |= {(row.t_s, _place(row)): row for row in fresh.rows}
    return [rows[key] for key in sorted(rows)]


def _place(row: PhaseRow | ServerRow) -> int:
    return list(Phase).index(row.phase) if isinstance(row, PhaseRow) else 0
