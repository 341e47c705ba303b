"""Changes to a profile's data: ``--app``, ``--seed``, ``--set key=value`` and ``--visits``."""

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from loadtest.apps.mistake import KeyPath, Mistake, key_path

__all__ = ["Setting", "put", "read_setting"]

_PART = re.compile(r'(?:^|(?<!^)\.)(?:(?P<bare>[A-Za-z0-9_-]+)|"(?P<quoted>[^"]*)")|\[(?P<index>\d{1,9})\]')


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for one key of a profile."""

    path: KeyPath
    value: Any
    source: str
    """Where it comes from, as the user wrote it: ``--set seed=7``."""


def read_setting(text: str) -> Setting:
    """Read ``key=value``; the value is TOML, or a string when it is not.

    Raises:
        ValueError: it has no such form; the message says what would be right.
    """
    path: list[str | int] = []
    end = 0
    while found := _PART.match(text, end):
        path.append(int(found["index"]) if found["index"] else found["bare"] or found["quoted"] or "")
        end = found.end()
    if not path or isinstance(path[0], int) or text[end : end + 1] != "=":
        raise ValueError("is not key=value, such as stages[0].rate_per_s=50")
    return Setting(tuple(path), _read_value(text[end + 1 :]), f"--set {text}")


def _read_value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def put(data: dict[str, Any], setting: Setting) -> Mistake | None:
    """Put one value into a profile's data, or say which part of its path is not there.

    A table that is not there is made, an entry of a list is not.
    """
    path = setting.path
    node: Any = data
    for depth, part in enumerate(path):
        if wrong := _wrong_step(node, path, depth):
            return wrong
        if depth == len(path) - 1:
            node[part] = setting.value
        elif isinstance(part, str):
            node = node.setdefault(part, {})
        else:
            node = node[part]
    return None


def _wrong_step(node: Any, path: KeyPath, depth: int) -> Mistake | None:
    part, here = path[depth], path[: depth + 1]
    if isinstance(part, int):
        if not isinstance(node, list):
            return Mistake(path[:depth], f"is not a list, so there is no {key_path(here)}")
        if part >= len(node):
            return Mistake(here, f"is not there; {key_path(path[:depth])} has {len(node)}")
    elif not isinstance(node, dict):
        index = (int(part), *path[depth + 1 :]) if part.isdecimal() else (0, *path[depth:])
        right = f"; write {key_path((*path[:depth], *index))}" if isinstance(node, list) else ""
        return Mistake(path[:depth], f"is not a table, so there is no {key_path(here)}{right}")
    elif part not in node and depth + 1 < len(path) and isinstance(path[depth + 1], int):
        return Mistake(here, f"is not there, so there is no {key_path(path[: depth + 2])}")
    return None
