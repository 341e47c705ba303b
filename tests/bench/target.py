"""The target of the comparison: a canned server in C, which is never what limits a generator."""

import subprocess
import time
import urllib.request
from pathlib import Path

from tests.bench.processes import Tree

__all__ = ["Target", "compile_target"]

_START_DEADLINE_S = 10.0


def compile_target(folder: Path) -> Path:
    """Compile the server into this folder; return its program.

    Raises:
        FileNotFoundError: there is no C compiler (``cc``).
        subprocess.CalledProcessError: it does not compile; what the compiler said is on standard error.
    """
    program = folder / "canned"
    source = Path(__file__).parent / "targets" / "canned.c"
    subprocess.run(["cc", "-O2", "-Wall", "-o", str(program), str(source)], check=True)
    return program


class Target(Tree):
    """One canned server of its own for one tool; it counts that tool's navigations."""

    def __init__(self, program: Path, core: int) -> None:
        super().__init__([str(program)], core)
        deadline = time.monotonic() + _START_DEADLINE_S
        while not self.said.endswith("\n"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the canned server did not start: {self.said}")
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{int(self.said)}"

    def navigations(self) -> int:
        """Return how many handshakes it has acknowledged."""
        with urllib.request.urlopen(f"{self.url}/navigations", timeout=10) as answer:
            return int(answer.read())
