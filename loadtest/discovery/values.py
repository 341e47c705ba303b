"""Values that change from load to load of a page, and the expressions that find them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loadtest.apps.table import BUILT_IN

__all__ = ["PageValue", "changing_values", "find_regex", "name_for"]

LEAST_CHARACTERS = 6
_MOST_CHARACTERS = 200
_MOST_CONTEXT = 80
_MOST_OCCURRENCES = 20
_MOST_VALUES = 50
_MOST_PAGE_CHARACTERS = 2_000_000
_LEAST_LETTERS = 3
"""A context with fewer of them says nothing about the value."""
_QUOTED = re.compile(r"""(["'`])([^"'`<>\s]{6,200})\1""")
_BOUNDARY = re.compile(r"[\s<>{},;(]")
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
_WORD = re.compile(r"[\w-]+")
_LABEL = re.compile(r"([A-Za-z_][\w-]{0,60})[\"']?\s{0,3}[=:]\s{0,3}[\"'`]?$")


@dataclass(frozen=True, slots=True)
class PageValue:
    """A value on a page that another load of it has not."""

    name: str
    value: str
    regex: str


def name_for(key: str, taken: Sequence[str] = ()) -> str:
    """Return a placeholder's name for what a page or a packet calls ``key``."""
    name = re.sub(r"\W+", "_", key.removeprefix("data-"), flags=re.ASCII).strip("_") or "value"
    if name[0].isdigit() or name in BUILT_IN:
        name = f"page_{name}"
    number = 2
    while name in taken:
        name, number = f"{name.rstrip('0123456789')}{number}", number + 1
    return name


def find_regex(pages: Sequence[str], values: Sequence[str]) -> str | None:
    """Return an expression whose group finds, on each page, the value of that page and nothing else.

    The context before the value is as short as it can be; what of it changes too falls out by other pages.

    Args:
        pages: what was loaded, one or more times.
        values: of each page, the value.
    """
    pages = [page[:_MOST_PAGE_CHARACTERS] for page in pages]
    for before, group, after in _contexts(pages[0], values[0]):
        regex = f"{_escape(before)}({group}){_escape(after)}"
        if all(set(re.findall(regex, page)) == {value} for page, value in zip(pages, values, strict=True)):
            return regex
    return None


def _escape(text: str) -> str:
    """Write text as an expression; ``re.escape`` would put a backslash before every blank and dash."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _contexts(page: str, value: str) -> Iterator[tuple[str, str, str]]:
    """Yield what stands before a value, the pattern of such values, and what ends it: the shortest first."""
    found: list[tuple[str, str, str]] = []
    at = page.find(value)
    while at >= 0 and len(found) < _MOST_OCCURRENCES:
        line = page[max(page.rfind("\n", 0, at) + 1, at - _MOST_CONTEXT) : at]
        after = page[at + len(value) : at + len(value) + 1]
        group, after = _group(value, after)
        begins = [match.end() for match in _BOUNDARY.finditer(line)] + [0]
        found += [
            (line[begin:], group, after)
            for begin in begins
            if sum(map(str.isalnum, line[begin:])) >= _LEAST_LETTERS
        ]
        at = page.find(value, at + 1)
    return iter(sorted(found, key=lambda context: len(context[0])))


def _group(value: str, after: str) -> tuple[str, str]:
    if after in ('"', "'", "`") and after:
        return f"[^{after}]+", after
    if _WORD.fullmatch(value):
        return r"[\w-]+", ""
    return (rf"[^\s{re.escape(after)}]+", after) if after.strip() else (r"\S+", "")


def changing_values(first: str, second: str) -> Sequence[PageValue]:
    """Return the quoted values of one load of a page that differ in another, with what finds them in both."""
    first, second = first[:_MOST_PAGE_CHARACTERS], second[:_MOST_PAGE_CHARACTERS]
    found: dict[str, PageValue] = {}
    seen: set[str] = set()
    for match in _QUOTED.finditer(first):
        value = match[2]
        if value in seen or value in second:
            continue
        seen.add(value)
        if len(seen) > _MOST_VALUES:
            break
        label = _LABEL.search(first[max(match.start() - _MOST_CONTEXT, 0) : match.start()])
        regex = find_regex([first], [value])
        other = re.search(regex, second) if regex else None
        if label and regex and other and other[1] != value:
            name = name_for(label[1], [*found])
            found[name] = PageValue(name, value, regex)
    return list(found.values())
