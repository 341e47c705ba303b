"""Environments of the apps and tools that tests start: made with uv or npm, kept."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["node_with", "python_with"]


def python_with(*requirements: str) -> Path:
    """Return a Python that has these packages, from the registry; the environment is made when missing.

    Raises:
        subprocess.CalledProcessError: uv could not make it; what it said is in the test's output.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    def make(folder: Path) -> None:
        uv = [sys.executable, "-m", "uv"]
        python = str(folder / "bin" / "python")
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *requirements], check=True)

    return _kept([version, *requirements], make) / "bin" / "python"


def node_with(*packages: str) -> Path:
    """Return a folder whose ``node_modules`` has these packages ("name@1.2.3"); made when missing.

    Their commands are in ``node_modules/.bin``; a script that lies elsewhere finds them with
    ``NODE_PATH=<folder>/node_modules`` and ``require``. Their install scripts are not run.

    Raises:
        FileNotFoundError: there is no Node or npm on this machine.
        subprocess.CalledProcessError: npm could not make it; what it said is in the test's output.
    """

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        command = ["npm", "install", *quiet, "--ignore-scripts", *packages]
        subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)

    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return _kept([f"node {version}", *packages], make)


def _kept(contents: list[str], make: Callable[[Path], None]) -> Path:
    """Return the cache's folder for these contents; ``make`` fills it when it is not there, or half made."""
    name = hashlib.sha256(" ".join(contents).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loadtest-tests"
    folder = cache / name
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of several processes may want the same one
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)  # half made by a run that was killed
            make(folder)
            (folder / "complete").write_text("\n".join(contents), encoding="utf-8")
    return folder
