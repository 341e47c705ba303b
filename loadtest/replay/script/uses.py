"""What a piece of Python uses: its names, and the modules that it needs."""

import ast
from collections.abc import Set
from dataclasses import dataclass

__all__ = ["Uses", "import_lines", "uses_of"]

_DOTTED = frozenset({"concurrent.futures", "http.client", "http.cookiejar", "urllib.parse", "urllib.request"})
_MODULES = frozenset(
    {
        *("ast", "base64", "contextlib", "html", "json", "os", "re", "socket", "ssl", "struct", "sys"),
        *("time", "uuid", "websocket"),
    }
)


@dataclass(frozen=True, slots=True)
class Uses:
    """What it uses."""

    names: Set[str]
    modules: Set[str]


def uses_of(source: str) -> Uses:
    """Return what source uses."""
    names: set[str] = set()
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted = f"{node.value.id}.{node.attr}"
            modules |= {dotted} & _DOTTED or {node.value.id} & _MODULES
    return Uses(names, modules)


def import_lines(*uses: Uses) -> list[str]:
    """Return the lines that import the modules, the one that is to be installed last."""
    wanted = frozenset[str]().union(*(use.modules for use in uses))
    own = f"import {', '.join(sorted(wanted - {'websocket'}))}"
    if "websocket" not in wanted:
        return [own]
    return [own, "", "import websocket  # pip install websocket-client"]
