"""The heat map: how many errors the server had in the visits that left at each point in each manner."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding import ENDED_BY_SERVER
from loadtest.report.placing import point_place

__all__ = ["MANNERS", "HeatCell", "heat_of"]

MANNERS = (*Manner, ENDED_BY_SERVER)
"""In this order they are told."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell; its fields are the keys of ``heat[]`` in ``summary.json``."""

    at: str
    """The point at which the visits really ended."""
    manner: str
    """How they really left, or ``ended_by_server``."""
    visits: int
    server_errors: int | None
    """Exceptions that the server counted in these visits; None: no hooks saw them."""


def heat_of(
    records: Iterable[NavigationRecord], had_errors: Mapping[int, int] | None
) -> tuple[HeatCell, ...]:
    """Return the cells in which there were visits, in the order of a connection's life.

    Args:
        records: the navigations that figures are made of.
        had_errors: how many errors on the server each visit had; None: no hooks saw them.
    """
    visits: Counter[tuple[str, str]] = Counter()
    errors: Counter[tuple[str, str]] = Counter()
    for record in records:
        if record.actual is not None:
            cell = record.actual.at, record.actual.manner or ENDED_BY_SERVER
            visits[cell] += 1
            errors[cell] += (had_errors or {}).get(record.number, 0)
    return tuple(
        HeatCell(at, manner, visits[at, manner], None if had_errors is None else errors[at, manner])
        for at, manner in sorted(visits, key=lambda cell: (point_place(cell[0]), MANNERS.index(cell[1])))
    )
