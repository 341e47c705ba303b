"""Reads markdown as GitHub does, as far as its parser is here, for the tests of what is written."""

from collections import Counter
from html.parser import HTMLParser

from markdown_it import MarkdownIt

__all__ = ["Rendered", "render"]


class Rendered(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.text = ""
        self._cell: list[str] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.elements[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """Put a cell into its row."""
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data
        if self._cell is not None:
            self._cell.append(data)


def render(markdown: str) -> Rendered:
    """Return what a page of this markdown holds: CommonMark with raw HTML, tables and strike-through."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Rendered(parser.render(markdown))
