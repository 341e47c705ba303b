"""Hooks run in the app's own environment: an old Python, perhaps, and without any package of ours."""

import ast
import builtins
import collections
import collections.abc
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest import hooks

FOLDER = Path(hooks.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


def test_there_are_files_to_check() -> None:
    assert {"__init__.py", "recorder.py", "sitecustomize.py"} <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_syntax_is_that_of_python_3_8(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))

    assert ast.get_docstring(tree), "parsed, and not an empty file"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_the_standard_library_is_imported(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(str(node.module).partition(".")[0])

    assert imported <= sys.stdlib_module_names


_SUBSCRIPTED = frozenset({*dir(builtins), *collections.__all__, *collections.abc.__all__, "WeakSet", "array"})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_that_runs_has_generics_of_python_3_9_or_unions_of_3_10(file: Path) -> None:
    """Annotations may: with ``from __future__ import annotations`` they are never evaluated."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parts = [(node, name) for node in ast.walk(tree) for name in ("annotation", "returns")]
    annotations = {id(child) for node, name in parts for child in _below(getattr(node, name, None))}
    running = [node for node in ast.walk(tree) if id(node) not in annotations]

    aliases = [node for node in running if isinstance(node, ast.Subscript) and _is_generic(node.value)]
    unions = [node for node in running if isinstance(node, ast.BinOp) and _is_union(node)]
    assert [ast.unparse(node) for node in (*aliases, *unions)] == []


def _below(node: ast.AST | None) -> list[ast.AST]:
    return [] if node is None else list(ast.walk(node))


def _is_generic(value: ast.expr) -> bool:
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return name in _SUBSCRIPTED


def _is_union(node: ast.BinOp) -> bool:
    is_type = getattr(node.left, "id", "") in dir(builtins)
    is_none = isinstance(node.right, ast.Constant) and node.right.value is None
    return isinstance(node.op, ast.BitOr) and (is_type or is_none)


def test_the_library_used_is_that_of_python_3_8() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import vermin; vermin.main()",
            "-t=3.8-",
            "--violations",
            "--no-tips",
            str(FOLDER),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
