"""Values of a profile as Python source that does nothing but stand for them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadtest.apps.template import names_in
from loadtest.errors import LoadtestError

__all__ = [
    "INSTEAD",
    "CannotScriptError",
    "expression",
    "has_names",
    "indented",
    "json_text",
    "literal",
]

INSTEAD = "run the written profile instead"
_PIECES = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\})"
)
"""As ``apps.template`` takes text apart."""


class CannotScriptError(LoadtestError):
    """What shows a finding needs more than a short script does; the message says what, and what to do."""


def literal(value: str) -> str:
    """Return a string as a Python literal in ASCII, with double quotes where that needs no escapes."""
    single = ascii(value)
    if single[0] == "'" and '"' not in single:
        return f'"{single[1:-1]}"'
    return single


def has_names(value: Any) -> bool:
    """Whether ``$name`` stands anywhere in a value out of TOML, or a dollar sign written as ``$$``."""
    return bool(names_in(value)) or "$$" in json.dumps(value, default=str)


def expression(value: Any) -> str:
    """Return a value out of TOML as a Python expression, its ``$name`` out of the dict ``values``."""
    match value:
        case str():
            return " + ".join(_terms(value)) or '""'
        case Mapping():
            rows = (f"{expression(key)}: {expression(inner)}" for key, inner in value.items())
            return f"{{{', '.join(rows)}}}"
        case list() | tuple():
            return f"[{', '.join(map(expression, value))}]"
        case _:
            return repr(value)  # numbers, truth, None: whatever else there is was refused with the profile


def _terms(value: str) -> Iterator[str]:
    end = 0
    plain = ""
    for match in _PIECES.finditer(value):
        plain += value[end : match.start()]
        end = match.end()
        if match["dollar"]:
            plain += "$"
            continue
        if plain:
            yield literal(plain)
            plain = ""
        yield f'values["{match["bare"] or match["braced"]}"]'
    plain += value[end:]
    if plain:
        yield literal(plain)


def json_text(head: str, value: Any) -> str:
    """Return the expression of a packet: ``head``, and a value as JSON behind it."""
    if has_names(value):
        return f"{literal(head)} + json.dumps({expression(value)})"
    return literal(head + json.dumps(value, separators=(",", ":")))


def indented(lines: list[str], by: str = "    ") -> list[str]:
    """Return lines further to the right."""
    return [by + line if line else line for line in lines]
