"""A value in a page: the text that it is looked for in, and what is taken out of that."""

import json
import re
from dataclasses import dataclass
from typing import Any

import jmespath
from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["Extraction", "Page"]

_PLAIN = (bool, int, float)
_UNFIT = (ValueError, TypeError, ArithmeticError, RecursionError)
"""What JSON of a server can make ``json`` and ``jmespath`` raise, beyond their own errors: deep nesting, a
number of 5,000 digits, ``contains`` of a number in a string, ``ceil`` of 1e999."""

_DEEPEST = 10_000
"""Nothing is looked for in a page that nests deeper: the parser takes time by the square of the depth
(measured: 0.2 s for 10,000 open divs, 38 s for 100,000), and Chromium itself stops at 512."""
_BLOCK = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure"
    r"|footer|header|hgroup|listing|main|menu|nav|ol|optgroup|pre|rb|rp|rt|rtc|search|section|summary|ul)\b",
    re.IGNORECASE,
)
"""The tags whose depth costs that time."""


class Page:
    """A page's text, parsed as HTML once, when the first selector asks."""

    __slots__ = ("_tree", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree: LexborHTMLParser | None = None

    @property
    def tree(self) -> LexborHTMLParser:
        """The page as a tree; a parser of HTML takes any text. Empty when the page nests too deep."""
        if self._tree is None:
            self._tree = LexborHTMLParser("" if _is_too_deep(self.text) else self.text)
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
        text = page.text if self.css is None else self._text_in(page.tree.css_first(self.css))
        if text is None:
            return None
        if self.regex is not None:
            found = self.regex.search(text)
            return found[1] if found else None
        return text if self.jmespath is None else _search_json(self.jmespath, text)

    def _text_in(self, element: LexborNode | None) -> str | None:
        if element is None:
            return None
        if self.attr is None:
            return element.text()
        attributes = element.attributes
        return attributes[self.attr] or "" if self.attr in attributes else None  # "" for <input disabled>


def _is_too_deep(text: str) -> bool:
    if text.count("<") <= _DEEPEST:
        return False
    depth = 0
    for tag in _BLOCK.finditer(text):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def _search_json(expression: str, text: str) -> str | None:
    try:
        found: Any = jmespath.search(expression, json.loads(text))
        # a list, an object or nothing: no placeholder can stand for it
        return found if isinstance(found, str) else json.dumps(found) if isinstance(found, _PLAIN) else None
    except _UNFIT:
        return None
