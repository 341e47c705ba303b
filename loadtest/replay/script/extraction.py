"""Where a profile finds a value in a page, said again with ``re`` and ``json`` alone."""

import json
import re
from collections.abc import Iterator

from loadtest.apps.extract_table import ExtractTable
from loadtest.replay.script.source import CannotScriptError, literal

__all__ = ["extraction", "subscripts"]

_COMPOUND = re.compile(
    r"(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)?(?P<rest>(?:[#.][\w-]+|\[[\w-]+(?:=(?:\"[^\"\]]*\"|'[^'\]]*'|[\w-]+))?\])*)"
)
_PART = re.compile(
    r"#(?P<id>[\w-]+)|\.(?P<class>[\w-]+)|\[(?P<name>[\w-]+)(?:=(?P<value>\"[^\"]*\"|'[^']*'|[\w-]+))?\]"
)
_STEP = re.compile(r"\.?(?P<key>[A-Za-z_][A-Za-z0-9_]*)|\.?(?P<quoted>\"[^\"\\]*\")|\[(?P<index>-?\d+)\]")
_INSTEAD = "run the written profile instead, or take the value out of the page by regex in the profile"


def extraction(name: str, table: ExtractTable, page: str = "page") -> str:
    """Return the expression that finds a value in ``page``, a variable that holds the page's text.

    Raises:
        CannotScriptError: neither ``re`` nor ``json`` can do it in a line.
    """
    text = page if table.css is None else f"re.search({_element(name, table)}, {page}, re.S)[1]"
    if table.css is not None and not _is_raw_text(table):
        text = f"html.unescape({text})"
    if table.regex is not None:
        flags = _flags(table.regex)
        return f"re.search({literal(table.regex.pattern)}, {text}{flags})[1]"
    if table.jmespath is not None:
        return f"str(json.loads({text}){subscripts(name, table.jmespath)})"
    return text


def subscripts(name: str, expression: str) -> str:
    """Return a JMESPath of keys and indices as Python subscripts: ``a.b[0]`` is ``["a"]["b"][0]``.

    Raises:
        CannotScriptError: it is more than that.
    """
    steps, at = [], 0
    while at < len(expression):
        found = _STEP.match(expression, at)
        if found is None or (found.start() == 0 and expression.startswith(".")):
            raise CannotScriptError(f"{name}: JMESPath {expression!r} is beyond json alone; {_INSTEAD}")
        at = found.end()
        if found["index"] is not None:
            steps.append(f"[{int(found['index'])}]")
        else:
            steps.append(f"[{literal(found['key'] or json.loads(found['quoted']))}]")
    return "".join(steps)


def _is_raw_text(table: ExtractTable) -> bool:
    """Whether HTML has no character references there."""
    return table.attr is None and (table.css or "").lower().startswith(("script", "style"))


def _flags(pattern: "re.Pattern[str]") -> str:
    extra = re.RegexFlag(pattern.flags) & ~re.RegexFlag.UNICODE
    if not extra or pattern.pattern.startswith("(?"):
        return ""  # flags can only stand in the expression itself
    return f", {int(extra)}"


def _element(name: str, table: ExtractTable) -> str:
    """Return a regular expression, as a literal, whose group is the element's text or attribute."""
    css = (table.css or "").strip()
    found = _COMPOUND.fullmatch(css)
    if not css or found is None:
        raise CannotScriptError(f"{name}: CSS selector {css!r} is more than one element; {_INSTEAD}")
    tag = re.escape(found["tag"]) if found["tag"] else r"([a-z][a-z0-9-]*)".replace("(", "(?:")
    conditions = "".join(_conditions(found["rest"]))
    if table.attr is not None:
        value = r"\s*=\s*[\"']([^\"']*)[\"']"
        return literal(rf"(?i)<{tag}\b{conditions}[^>]*\s{re.escape(table.attr)}{value}")
    return literal(rf"(?i)<{tag}\b{conditions}[^>]*>(.*?)</")


def _conditions(rest: str) -> Iterator[str]:
    for part in _PART.finditer(rest):
        if part["id"]:
            yield rf"(?=[^>]*\sid\s*=\s*[\"']?{re.escape(part['id'])}\b)"
        elif part["class"]:
            yield rf"(?=[^>]*\sclass\s*=\s*[\"'][^\"']*\b{re.escape(part['class'])}\b)"
        elif part["value"] is None:
            yield rf"(?=[^>]*\s{re.escape(part['name'])}\b)"
        else:
            value = re.escape(part["value"].strip("\"'"))
            yield rf"(?=[^>]*\s{re.escape(part['name'])}\s*=\s*[\"']?{value}[\"'\s>/])"
