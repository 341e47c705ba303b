"""Hooks run in the app's own environment: an old Python, perhaps, and without any package of ours."""

import ast
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
