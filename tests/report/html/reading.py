"""Reads a page as somebody who knows nothing of what drew it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

__all__ = ["Element", "elements", "look_up", "reads_as"]

_NUMBER = re.compile(r"([+-]?[\d,]+(?:\.(\d+))?(?:e([+-]\d+))?)(?: (MB))?(%)?")
_UNITS = {"MB": 1e6, "%": 0.01}
_VOID = {"meta", "br", "col"}


class Element:
    """One element: its name, its attributes, and all text within."""

    def __init__(self, name: str, attributes: dict[str, str | None]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, dict(attrs))
        self.all.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag, f"</{tag}> ends something else"

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data

    def close(self) -> None:
        super().close()
        assert self._open == []


def elements(page: str) -> list[Element]:
    """Return all elements in their order; each that was begun has to be ended."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.all


def look_up(summary: Any, path: str) -> Any:
    """Return what a ``data-path`` leads to; of what is unknown every part is unknown."""
    here = summary
    for step in path.split("."):
        if here is None:
            return None
        if step.startswith("#"):
            here = list(here.values())[int(step[1:])]
        else:
            here = here[int(step)] if isinstance(here, list) else here[step]
    return here


def reads_as(text: str, value: float | None) -> bool:
    """Return whether a text tells a value, rounded to as many digits as it has; no number tells None."""
    found = _NUMBER.fullmatch(text)
    if value is None or found is None:
        return value is None and not re.search(r"\d", text)
    number, decimals, exponent, megabytes, percent = found.groups()
    unit = _UNITS.get(megabytes or percent, 1.0)
    least = 10.0 ** (int(exponent or 0) - len(decimals or "")) * unit
    return abs(float(number.replace(",", "")) * unit - value) <= least * 0.500001


def figures(page: str) -> Iterator[Element]:
    """Yield the elements that hold a figure."""
    return (one for one in elements(page) if "data-path" in one.attributes)
