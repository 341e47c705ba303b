"""Lists of a name and what is told of it."""

from collections.abc import Mapping

from loadtest.report.html.markup import Child, Markup, element

__all__ = ["facts", "section"]


def facts(told: Mapping[str, Child], *, is_wide: bool = False) -> Markup:
    """Return a list of names and values, side by side where they are short; what is empty is left out."""
    return element(
        "dl",
        *(element("div", element("dt", name), element("dd", value)) for name, value in told.items() if value),
        class_="facts wide" if is_wide else "facts",
    )


def section(anchor: str, title: str, *children: Child, about: str = "") -> Markup:
    """Return a part of the page with its heading; the table of contents leads to its anchor."""
    head = element("h2", title, id=f"{anchor}-title")
    told = element("p", about, class_="soft") if about else None
    return element("section", head, told, *children, id=anchor, aria_labelledby=f"{anchor}-title")
