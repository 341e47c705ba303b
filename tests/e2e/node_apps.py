"""Node apps for e2e tests: beside the packages that they import, with the hooks in or without."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.environments import node_with
from tests.e2e.harness import Served, free_port, served

__all__ = ["APPS", "LAUNCH", "beside", "running_node"]

APPS = Path(__file__).parent / "apps"
LAUNCH = [
    sys.executable,
    "-c",
    "import sys; from loadtest.hooks.launcher import run; sys.exit(run(sys.argv[1:]))",
]


def beside(
    folder: Path, *packages: str, files: tuple[str, ...] = ("faulty_node.cjs", "faulty_node.mjs")
) -> Path:
    """Copy apps into a new folder that has these packages: ES modules do not look at NODE_PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        shutil.copy(APPS / name, folder)
    (folder / "node_modules").symlink_to(node_with(*packages) / "node_modules")
    return folder


@contextlib.contextmanager
def running_node(app: Path, *words: str, is_hooked: bool = True, log: str = "app.log") -> Iterator[Served]:
    """Start ``node APP PORT WORDS``, and wait until it listens."""
    port = free_port()
    command = ["node", str(app), str(port), *words]
    with served([*LAUNCH, *command] if is_hooked else command, port, app.parent / log) as running:
        yield running
