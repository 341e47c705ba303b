"""Small scripts that node runs with the hooks' modules, for tests of these."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

__all__ = ["HOOKS", "needs_node", "node", "run_node"]

HOOKS = Path(__file__).parents[3] / "loadtest" / "hooks" / "node"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")


def run_node(
    source: str, *options: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a script; ``hooks(name)`` in it is a module of the hooks."""
    head = f"const hooks = (name) => require({json.dumps(str(HOOKS))} + '/' + name + '.cjs');\n"
    return subprocess.run(
        ["node", *options, "-e", head + source],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def node(
    source: str,
    given: object = None,
    *options: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Any:
    """Return what a script gives to ``tell``, by way of JSON; ``given`` is what it finds in ``given``."""
    head = (
        f"const given = {json.dumps(given)};\nconst tell = (value) => console.log(JSON.stringify(value));\n"
    )
    done = run_node(head + source, *options, env=env, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)
