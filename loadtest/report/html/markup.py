"""HTML as a value of its own type: text that is not Markup is escaped, and there is no other way in."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["NOTHING", "Child", "Markup", "block", "element", "joined", "stylesheet", "visible"]

_LONGEST = 1_500
"""Characters of one piece of text; an app may name an event with a megabyte."""
_LONGEST_ATTRIBUTE = 400
_VOID = frozenset({"br", "col", "meta"})
_EMPTY = frozenset({"circle", "line", "path", "rect"})
"""SVG's elements that may have a title in them, or nothing."""
_OWN_LINE = frozenset(
    {"body", "details", "div", "dl", "figure", "footer", "h1", "h2", "h3", "h4", "head", "header", "li"}
    | {"main", "meta", "nav", "ol", "p", "pre", "section", "style", "summary", "svg", "table", "tbody"}
    | {"thead", "title", "tr", "ul"}
)
"""After these a line ends: a page that can be read, and compared, in lines."""
_TEXT_ONLY = frozenset({"title"})
_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC "
    "FS GS RS US SP DEL"
)
"""What the symbols from U+2400 on stand for: many fonts do not have them."""
_NAMES = {chr(0x2400 + place): name for place, name in enumerate(_CONTROLS.split())}
_SYMBOL = re.compile(f"[{''.join(_NAMES)}]")


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is whole and safe; only this module makes it of text."""

    html: str

    def __bool__(self) -> bool:
        return bool(self.html)


NOTHING = Markup("")

Child: TypeAlias = str | Markup | None


def visible(text: str, longest: int = _LONGEST) -> str:
    """Return text as one line that shows what is in it, and turns nothing around.

    Control characters become their symbols (Unicode's Control Pictures). What is invisible or changes the
    direction of text (CVE-2021-42574), lone surrogates, and what XML forbids become backslash escapes. Of
    text that is too long the middle is left out, and counted.
    """
    if len(text) > longest:
        head = longest * 2 // 3
        left_out = len(text) - longest
        text = f"{text[:head]} […{left_out:,} more characters…] {text[head - longest :]}"
    return text if text.isprintable() else "".join(map(_symbol, text))


def _symbol(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else character.encode("unicode_escape").decode("ascii")


def element(name: str, /, *children: Child, **attributes: str | None) -> Markup:
    """Return an element; children and attributes that are text are escaped.

    Args:
        attributes: ``class_`` is class, ``data_path`` is data-path; None: it has none of that name.

    Raises:
        ValueError: an attribute would run a script or leave the page.
    """
    opened = f"<{name}{''.join(_attribute(key, text) for key, text in attributes.items())}>"
    end = "\n" if name in _OWN_LINE else ""
    inner = "".join(map(_plain if name in _TEXT_ONLY else _inner, children))
    if name in _VOID or (name in _EMPTY and not inner):
        return Markup(f"{opened if name in _VOID else opened[:-1] + '/>'}{end}")
    return Markup(f"{opened}{inner}</{name}>{end}")


def _attribute(key: str, text: str | None) -> str:
    if text is None:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if name.startswith("on") or name == "src" or (name == "href" and not text.startswith("#")):
        raise ValueError(f"{name}={text!r}: the report runs nothing and asks for nothing")
    longest = len(text) if name == "d" else _LONGEST_ATTRIBUTE
    return f' {name}="{html.escape(visible(text, longest))}"'


def joined(*children: Child) -> Markup:
    """Return these one after another; what is text is escaped."""
    return Markup("".join(map(_inner, children)))


def _inner(child: Child) -> str:
    if child is None:
        return ""
    return child.html if isinstance(child, Markup) else _named(visible(child))


def _plain(child: Child) -> str:
    if isinstance(child, Markup):
        raise TypeError("there is nothing but text in here")
    return html.escape(visible(child or ""), quote=False)


def _named(text: str) -> str:
    """Return text, escaped, with the names of control characters: many fonts lack their symbols."""
    return _SYMBOL.sub(
        lambda found: f'<i title="{_NAMES[found[0]]}">{found[0]}</i>',
        html.escape(text, quote=False),
    )


def block(lines: Iterable[str], longest_line: int = 400) -> Markup:
    """Return lines of text for a ``pre``."""
    return Markup("\n".join(_named(visible(line, longest_line)) for line in lines))


def stylesheet(rules: str) -> Markup:
    """Return our own style sheet: nothing in it is from a stranger.

    Raises:
        ValueError: it would end its element.
    """
    if "<" in rules:
        raise ValueError("a style sheet that has a '<' in it may end before its end")
    return Markup(f"<style>\n{rules}</style>\n")
