"""Which values of a recording change from visit to visit, and where a visit gets its own from."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.discovery.values import LEAST_CHARACTERS, find_regex, name_for

__all__ = ["Substitution", "substitute"]

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_Path = tuple[str | int, ...]
_ABSENT = object()


@dataclass(slots=True)
class Substitution:
    """Recorded data with placeholders in the places of what changes."""

    data: Any = None
    extract: dict[str, str] = field(default_factory=dict)
    """Expressions by placeholder."""
    verified_on: int = 0
    """Pages that each expression was tried on."""
    notes: list[str] = field(default_factory=list)
    """What a person has to know, or do."""


def substitute(
    trees: Sequence[Any], pages: Sequence[str | None], trace: Callable[[str], str | None]
) -> Substitution:
    """Compare what visits sent, and put ``$name`` in the places of what each visit has of its own.

    Args:
        trees: of each visit, what it sent, as JSON.
        pages: of each visit, the text of its page; None where the recording has none.
        trace: says where else in the recording a value came from, when it did.
    """
    result = Substitution(verified_on=sum(page is not None for page in pages))
    names: dict[tuple[Any, ...], str] = {}

    def place(path: _Path, value: Any) -> Any:
        values = tuple(_at(tree, path) for tree in trees)
        if not isinstance(value, str):
            if _are_all_there(values) and len(set(map(repr, values))) > 1:
                result.notes.append(
                    f"{_where(path)} differs from visit to visit: {values[0]!r}, {values[1]!r}"
                )
            return value
        known = tuple(text for text in values if isinstance(text, str))
        if known not in names:
            names[known] = _placeholder(
                path, known, pages if len(known) == len(pages) else pages[:1], result, trace
            )
        if names[known] in ("$document_id", "$tab_id") and list(names.values()).count(names[known]) > 1:
            result.notes.append(
                f"{_where(path)} differs from another {names[known]}: both get the same value"
            )
        return names[known] or value.replace("$", "$$")

    result.data = _walk(trees[0], (), place)
    return result


def _walk(value: Any, path: _Path, place: Callable[[_Path, Any], Any]) -> Any:
    match value:
        case dict():
            return {key.replace("$", "$$"): _walk(inner, (*path, key), place) for key, inner in value.items()}
        case list() | tuple():
            return [_walk(inner, (*path, index), place) for index, inner in enumerate(value)]
        case _:
            return place(path, value)


def _at(tree: Any, path: _Path) -> Any:
    for part in path:
        is_there = (isinstance(tree, dict) and part in tree) or (
            isinstance(tree, list | tuple) and isinstance(part, int) and part < len(tree)
        )
        if not is_there:
            return _ABSENT
        tree = tree[part]
    return tree


def _are_all_there(values: Sequence[Any]) -> bool:
    return len(values) > 1 and not any(value is _ABSENT for value in values)


def _where(path: _Path) -> str:
    return ".".join(map(str, path))


def _key(path: _Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "value")


def _placeholder(
    path: _Path,
    values: Sequence[str],
    pages: Sequence[str | None],
    result: Substitution,
    trace: Callable[[str], str | None],
) -> str:
    """Return what stands for these values (of each visit one), or nothing where the value itself does."""
    values = list(values[: len(pages)])
    is_one = len(set(values)) == 1
    is_constant = is_one and len(values) > 1
    bodies = [page for page in pages if page is not None]
    if len(values[0]) < LEAST_CHARACTERS:
        return ""
    is_on_page = len(bodies) == len(pages) and all(
        value in body for value, body in zip(values, bodies, strict=True)
    )
    if is_on_page and not is_constant:
        if regex := find_regex(bodies, values):
            name = name_for(_key(path), [*result.extract])
            result.extract[name] = regex
            return f"${name}"
        result.notes.append(f"{_where(path)} is on the page, but no expression finds it alone")
        return ""
    if not is_on_page and all(map(_UUID.fullmatch, values)):
        is_tabs = is_constant or (is_one and "tab" in _key(path).lower())
        return "$tab_id" if is_tabs else "$document_id"
    if not is_one:
        result.notes.append(_unknown(path, trace(values[0])))
    return ""


def _unknown(path: _Path, origin: str | None) -> str:
    came = f"; it came first in {origin}" if origin else ", nor in any recorded answer"
    return (
        f"{_where(path)} changes from visit to visit and is not on the page{came}: "
        "it stands here as it was recorded"
    )
