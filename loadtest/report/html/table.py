"""Tables that scroll in their own box, and say how much they leave out."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.report.html.markup import NOTHING, Child, Markup, element, joined
from loadtest.report.wording import amount

__all__ = ["Column", "cell", "head_cell", "left_out", "table"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column's head."""

    name: str
    is_number: bool = True
    title: str | None = None


def cell(*children: Child, class_: str | None = None) -> Markup:
    """Return a cell of words."""
    return element("td", *children, class_=class_)


def head_cell(*children: Child) -> Markup:
    """Return the cell that says what a row is about."""
    return element("th", *children, scope="row")


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Markup]],
    class_: str | None = None,
    foot: Child = None,
) -> Markup:
    """Return a table in a box that scrolls by itself and can be reached by the keyboard."""
    heads = [
        element("th", one.name, scope="col", class_="number" if one.is_number else None, title=one.title)
        for one in columns
    ]
    body = [element("tr", *row) for row in rows]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
        class_=class_,
    )
    box = element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)
    return joined(box, foot)


def left_out(count: int, noun: str, plural: str = "", where: str = "summary.json") -> Markup:
    """Return a line about rows that there was no room for; nothing where there were none."""
    if count <= 0:
        return NOTHING
    return element(
        "p", f"And {amount(count, f'more {noun}', plural and f'more {plural}')}: see {where}.", class_="soft"
    )
