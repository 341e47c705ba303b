"""Text with ``$name`` placeholders, taken apart once and filled for each visit."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any
from urllib.parse import quote

__all__ = ["Template", "as_json", "as_url", "filled", "names_in"]

_PLACEHOLDER = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\})"
)
_UNRESERVED = "-_.!~*'()"
"""What JavaScript's ``encodeURIComponent`` leaves as it is, beyond letters and digits."""


def as_url(text: str) -> str:
    """Escape text for a query, as a browser does (half a surrogate pair becomes a question mark)."""
    return quote(text, safe=_UNRESERVED, errors="replace")


def as_json(text: str) -> str:
    """Escape text for the inside of a JSON string."""
    return encode_basestring_ascii(text)[1:-1]


def names_in(value: Any) -> frozenset[str]:
    """Return the names of the placeholders in all strings of a value out of TOML."""
    match value:
        case str():
            found = (match["bare"] or match["braced"] for match in _PLACEHOLDER.finditer(value))
            return frozenset(name for name in found if name)
        case Mapping():
            return names_in([*value.keys(), *value.values()])
        case list():
            return frozenset[str]().union(*map(names_in, value))
        case _:
            return frozenset()


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Return a value out of TOML with the placeholders in its strings filled.

    Raises:
        KeyError: a name has no value.
    """
    match value:
        case str():
            return Template.parse(value).fill(values, str) if "$" in value else value
        case Mapping():
            return {filled(key, values): filled(inner, values) for key, inner in value.items()}
        case list():
            return [filled(inner, values) for inner in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Template:
    """Text whose placeholders are filled by one C call; ``$$`` stands for a dollar sign."""

    format: str
    """For the ``%`` operator, with a mapping."""
    names: frozenset[str]

    @classmethod
    def parse(cls, text: str, escape: Callable[[str], str] = str) -> "Template":
        """Take text apart; what stands between the placeholders is escaped here, once."""
        pieces: list[str] = []
        end = 0
        for match in _PLACEHOLDER.finditer(text):
            pieces.append(escape(text[end : match.start()]).replace("%", "%%"))
            name = match["bare"] or match["braced"]
            pieces.append(f"%({name})s" if name else escape("$").replace("%", "%%"))
            end = match.end()
        pieces.append(escape(text[end:]).replace("%", "%%"))
        return cls("".join(pieces), names_in(text))

    @classmethod
    def join(cls, separator: str, templates: Iterable["Template"]) -> "Template":
        """Return one template that fills all of them, with plain text between."""
        templates = list(templates)
        formats = separator.replace("%", "%%").join(template.format for template in templates)
        return cls(formats, frozenset[str]().union(*(template.names for template in templates)))

    def fill(self, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
        """Return the text with the values, each escaped, in the places of their names."""
        if not self.names:
            return self.format % ()
        return self.format % {name: escape(values[name]) for name in self.names}
