"""The table of a run's stages, and the sentences about its course, made from ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.report.sentences import FAILURES
from loadtest.report.tables import Sheet, ms
from loadtest.report.wording import amount

__all__ = ["stages", "turned", "turns", "warm_up"]

_WIDE = 100
"""Columns from which on the stages' texts stand in the table."""
_MIDDLE = 72
"""Columns from which on there is room for what started; it is what was due less what was dropped."""
_TURNS = 6


def stages(summary: Mapping[str, Any], width: int) -> Sheet:
    """Return how each stage went, those of the warm-up too; no rows where there is but one."""
    rows: Sequence[Mapping[str, Any]] = summary["stages"]
    keys = ["due", "started", "late", "dropped"] if width >= _MIDDLE else ["due", "late", "dropped"]
    if summary["closed"]:  # nobody is late where each visit begins when its tab is free
        keys = ["started"]
    heads = ["visits" if summary["closed"] else key for key in keys]
    is_wide = width >= _WIDE
    return Sheet(
        "Stages (p95 of the handshake in ms; errors on the server)",
        ["stage", *heads, "failed", "p95", "errors"],
        1,
        [[_name(row, is_wide=is_wide), *_cells(row, keys)] for row in rows] if len(rows) > 1 else [],
        "" if is_wide else "\n".join(f"{row['index']}: {row['text']}" for row in rows),
    )


def _name(row: Mapping[str, Any], *, is_wide: bool) -> str:
    ran = _ran(row)
    if is_wide:
        return f"{row['index']}: {row['text']}{ran}"
    return f"{row['index']}, warm-up{ran}" if row["warm_up"] else f"{row['index']}{ran}"


def _ran(row: Mapping[str, Any]) -> str:
    """Tell of a stage that did not run to its end, because the run ended early."""
    ran_s, whole_s = row["ran_s"], row["duration_s"]
    if ran_s is None or ran_s >= whole_s:
        return ""
    return f", ran {ran_s:.3g} s" if ran_s else ", never ran"


def _cells(row: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    counts, errors = row["navigations"], row["server_errors"]
    return [
        *(f"{counts[key]:,}" for key in keys),
        f"{sum(counts[key] for key in FAILURES):,}",
        ms(row["phases"][Phase.HANDSHAKE]["p95_ms"]),
        "-" if errors is None else f"{errors:,}",
    ]


def warm_up(summary: Mapping[str, Any]) -> str:
    """Return what the figures leave out, or nothing."""
    rows = [row for row in summary["stages"] if row["warm_up"]]
    if not rows:
        return ""
    duration_s = sum(row["duration_s"] for row in rows)
    visits = amount(sum(row["navigations"]["started"] for row in rows), "visit")
    # with nothing after it, the run may have ended within it
    length = "" if summary["navigations"]["due"] is not None else "up to "
    return f"{length}{duration_s:g} s, {visits}, left out of the figures, not of the findings"


def turns(summary: Mapping[str, Any]) -> str:
    """Return when the live knob was turned, and to what; nothing where it was not."""
    rows: Sequence[Mapping[str, Any]] = summary["turns"]
    told = [f"at {row['at_s']:,.1f} s {turned(row)}" for row in rows[:_TURNS]]
    more = [f"and {amount(len(rows) - _TURNS, 'more turn')}: see run.json"] if len(rows) > _TURNS else []
    return "; ".join([*told, *more])


def turned(row: Mapping[str, Any]) -> str:
    """Return to what the live knob was turned: a row of ``turns[]``."""
    rate, weights = row["rate"], row["weights"]
    parts = []
    if rate is not None:
        parts.append(f"the rate to {rate if isinstance(rate, str) else f'{rate:g} a second'}")
    if weights is not None:
        parts.append(f"the weights to {', '.join(f'{weight:g}' for weight in weights)}")
    return " and ".join(parts)
