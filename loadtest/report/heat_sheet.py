"""The heat map as a table for a terminal, made from ``summary.json`` alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loadtest.report.finding import ENDED_BY_SERVER
from loadtest.report.heat import MANNERS
from loadtest.report.placing import point_place
from loadtest.report.tables import Sheet

__all__ = ["heat"]

_ROWS = 8
"""So many points are told one by one, those with the most errors."""
_GAP = 2
_OTHERS = "others"
_HEADS: Mapping[str, str] = {ENDED_BY_SERVER: "by server"}
_Row = Mapping[str, Any]


def heat(summary: Mapping[str, Any], width: int) -> Sheet:
    """Return errors on the server per visit, by point and manner; no rows where there were none.

    Points without errors are one row together; so are, in one column, the manners with the fewest errors
    where a terminal of this width has no room for all.
    """
    cells: Sequence[_Row] = summary["heat"]
    errors = _sum(cells, "server_errors", lambda cell: cell["at"])
    points = [at for at, count in errors.most_common(_ROWS) if count]
    manners = [manner for manner in MANNERS if any(cell["manner"] == manner for cell in cells)]
    by_errors = [
        manner for manner, _ in _sum(cells, "server_errors", lambda cell: cell["manner"]).most_common()
    ]
    head, body = _table(cells, points, manners)
    while len(manners) > 1 and _width([head, *body]) > width:
        least = next(manner for manner in reversed(by_errors) if manner in manners)
        manners.remove(least)
        head, body = _table(cells, points, manners)
    title = "Errors on the server per visit (visits), by point and manner"
    return Sheet(title, head, 1, body if points else [])


def _sum(cells: Sequence[_Row], key: str, name_of: Callable[[_Row], Any]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for cell in cells:
        counts[name_of(cell)] += cell[key] or 0
    return counts


def _table(
    cells: Sequence[_Row], points: Sequence[str], manners: Sequence[str]
) -> tuple[list[str], list[list[str]]]:
    """Return the heads and the rows; what is not named is under ``others``."""

    def place(cell: _Row) -> tuple[str, str]:
        at, manner = cell["at"], cell["manner"]
        return (at if at in points else _OTHERS, manner if manner in manners else _OTHERS)

    visits, errors = _sum(cells, "visits", place), _sum(cells, "server_errors", place)
    rows = [at for at in (*sorted(points, key=point_place), _OTHERS) if any(at == row for row, _ in visits)]
    columns = [one for one in (*manners, _OTHERS) if any(one == column for _, column in visits)]
    head = ["at", *(_HEADS.get(column, column) for column in columns)]
    return head, [[at, *(_share(errors[at, one], visits[at, one]) for one in columns)] for at in rows]


def _share(errors: int, visits: int) -> str:
    if not visits:
        return "-"
    share = errors / visits
    return f"{f'{share:,.0f}' if share >= 10 else f'{share:.2g}'} ({visits:,})"


def _width(rows: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, column)) + _GAP for column in zip(*rows, strict=True)) - _GAP
