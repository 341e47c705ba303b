"""The heat map: errors on the server a visit, by the point and the manner in which visits left."""

import bisect
from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.navigation.point import POINTS
from loadtest.report.finding import ENDED_BY_SERVER
from loadtest.report.heat import MANNERS
from loadtest.report.html.facts import section
from loadtest.report.html.figures import Figures, count
from loadtest.report.html.markup import Markup, element
from loadtest.report.html.room import Room
from loadtest.report.html.table import Column, head_cell, left_out, table
from loadtest.report.placing import point_place

__all__ = ["heat"]

_LEVELS = (1e-9, 0.01, 0.1, 0.5, 1.0)
"""Errors a visit from which on a cell is of the next level."""
_ABOUT = (
    "Errors on the server, of the visits that left at each point (a row) in each manner (a column): “3 of 7” "
    "is 3 errors in 7 visits. Colours go from no error to one or more a visit; a dash: no visit left so."
)
_NOT_WATCHED = "No data of errors: there were no hooks in the server. The cells count visits."


def heat(figures: Figures, room: Room) -> Markup:
    """Return the heat map; without hooks, how many visits left where and how."""
    rows = figures.summary["heat"]
    if not rows:
        return section("heat", "Errors by departure", element("p", "No data: no visit left.", class_="none"))
    places = {(cell["at"], cell["manner"]): index for index, cell in enumerate(rows)}
    manners = [manner for manner in MANNERS if any(manner == column for _, column in places)]
    all_points = sorted({at for at, _ in places}, key=lambda at: (-_errors_at(rows, at), point_place(at)))
    points = sorted(all_points[: room.rows], key=point_place)
    body = [[_point(at), *(_cell(figures, places.get((at, manner))) for manner in manners)] for at in points]
    columns = [Column("left at", is_number=False), *(Column(_name(manner)) for manner in manners)]
    is_watched = any(cell["server_errors"] is not None for cell in rows)
    note = _scale() if is_watched else element("p", _NOT_WATCHED, class_="none")
    whole = table("Errors on the server a visit, by point and manner of leaving", columns, body, "heat")
    more = left_out(len(all_points) - len(points), "point with fewer errors", "points with fewer errors")
    about = _ABOUT if is_watched else ""
    return section("heat", "Errors by departure", note, whole, more, about=about)


def _errors_at(rows: Sequence[Mapping[str, Any]], at: str) -> int:
    return sum(row["server_errors"] or 0 for row in rows if row["at"] == at)


def _name(manner: str) -> str:
    return "by the server" if manner == ENDED_BY_SERVER else manner


def _point(at: str) -> Markup:
    known = POINTS.get(at)
    return head_cell(f"{at} ", element("span", known.name, class_="soft") if known else None)


def _cell(figures: Figures, index: int | None) -> Markup:
    if index is None:
        return element("td", "–", class_="number soft")
    cell: Mapping[str, Any] = figures.value("heat", index)
    errors, visits = ("heat", index, "server_errors"), ("heat", index, "visits")
    if cell["server_errors"] is None:
        return figures.shown(*visits, tag="td")
    share = cell["server_errors"] / cell["visits"]
    between = " of " if share <= 1 else " in "
    counts = element("b", figures.shown(*errors), between, figures.shown(*visits))
    a_visit = None
    if share not in (0, 1):
        a_visit = element("small", figures.share(errors, visits, _share), " a visit")
    return element("td", counts, a_visit, class_=f"number h{bisect.bisect_right(_LEVELS, share)}")


def _share(value: float) -> str:
    return count(value) if value == int(value) or value >= 10 else f"{value:.2g}"


def _scale() -> Markup:
    texts = ["none", "under 0.01", "under 0.1", "under 0.5", "under 1", "1 or more"]
    return element(
        "ul",
        *(element("li", text, class_=f"h{level}") for level, text in enumerate(texts)),
        class_="scale",
        aria_label="Colours, errors a visit",
    )
