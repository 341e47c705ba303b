"""A profile's data as TOML text again, after the command line has changed it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from loadtest.apps.mistake import key_path

__all__ = ["inline_value", "write_text"]

_DELETE = ("\x7f", "\\u007f")
"""The one character that JSON lets stand in a string and TOML does not."""


def write_text(data: Mapping[str, Any]) -> str:
    """Write what ``tomllib`` read, so that it reads the same again; comments are not kept."""
    plain = {
        key: value for key, value in data.items() if not _is_tables(value) and not isinstance(value, dict)
    }
    lines = list(_rows(plain))
    for key, value in data.items():
        if isinstance(value, dict):
            lines += ["", f"[{_key(key)}]", *_rows(value)]
        elif _is_tables(value):
            for entry in value:
                lines += ["", f"[[{_key(key)}]]", *_rows(entry)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _rows(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {inline_value(value)}" for key, value in table.items())


def _key(key: str) -> str:
    return key_path((key,)).replace(*_DELETE)


def inline_value(value: Any) -> str:
    """Write one value on one line; text with quotes or backslashes as it is, where TOML can."""
    match value:
        case str():
            if ('"' in value or "\\" in value) and "'" not in value and value.isprintable():
                return f"'{value}'"
            return json.dumps(value, ensure_ascii=False).replace(*_DELETE)
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(inline_value, value))}]"
        case dict():
            return f"{{ {', '.join(_rows(value))} }}" if value else "{}"
        case int() | float():
            return str(value)  # inf and nan are spelled alike
        case _:
            return str(value.isoformat())  # a date, a time or both
