"""The rows of a series as a follower tells them."""

from dataclasses import fields
from typing import Any

from loadtest.report.series.rows import Fresh, PhaseRow, ServerRow

__all__ = ["tell_rows"]


def tell_rows(kind: str, fresh: Fresh[PhaseRow] | Fresh[ServerRow]) -> dict[str, Any]:
    """Return the message with the rows of a series that have changed.

    Args:
        kind: ``phases`` or ``server``.
    """
    rows = [
        {"t" if field.name == "t_s" else field.name: getattr(row, field.name) for field in fields(row)}
        for row in fresh.rows
    ]
    return {"type": kind, "width_s": fresh.width_s, "reset": fresh.is_reset, "rows": rows}
