"""A value in a page: the text that it is looked for in, and what is taken out of that."""

import json
import re
from dataclasses import dataclass
from typing import Any

import jmespath
from selectolax.lexbor import LexborHTMLParser

__all__ = ["Extraction", "Page"]

_PLAIN = (bool, int, float)
_UNFIT = (ValueError, TypeError, ArithmeticError, RecursionError)
"""What JSON of a server can make ``json`` and ``jmespath`` raise, beyond their own errors: deep nesting, a
number of 5,000 digits, ``contains`` of a number in a string, ``ceil`` of 1e999."""


class Page:
    """A page's text, parsed as HTML once, when the first selector asks."""

    __slots__ = ("_tree", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree: LexborHTMLParser | None = None

    @property
    def tree(self) -> LexborHTMLParser:
        """The page as a tree; a parser of HTML takes any text."""
        if self._tree is None:
            self._tree = LexborHTMLParser(self.text)
        return self._tree


@dataclass(frozen=True, slots=True)
class Extraction:
    """Where a value is found: in the page or in one element of it, as it is or by one of two expressions."""

    css: str | None = None
    """A selector; its first element's text is what the value is looked for in."""
    attr: str | None = None
    """An attribute of that element, instead of its text."""
    regex: re.Pattern[str] | None = None
    """Its one group is the value."""
    jmespath: str | None = None
    """The text is JSON, and this leads to the value."""

    def find(self, page: Page) -> str | None:
        """Return the value, or None when the page does not hold it; whatever the page holds."""
        text = page.text if self.css is None else self._text_of_element(page, self.css)
        if text is None:
            return None
        if self.regex is not None:
            found = self.regex.search(text)
            return found[1] if found else None
        return text if self.jmespath is None else _search_json(self.jmespath, text)

    def _text_of_element(self, page: Page, css: str) -> str | None:
        try:
            element = page.tree.css_first(css)
        except UnicodeEncodeError:  # half a surrogate pair
            return None
        if element is None:
            return None
        if self.attr is None:
            return element.text()
        attributes = element.attributes
        return attributes[self.attr] or "" if self.attr in attributes else None  # "" for <input disabled>


def _search_json(expression: str, text: str) -> str | None:
    try:
        found: Any = jmespath.search(expression, json.loads(text))
        # a list, an object or nothing: no placeholder can stand for it
        return found if isinstance(found, str) else json.dumps(found) if isinstance(found, _PLAIN) else None
    except _UNFIT:
        return None
