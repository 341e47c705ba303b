"""Virtual environments for the apps that the e2e tests visit: made with uv, kept between runs."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["python_with"]


def python_with(*requirements: str) -> Path:
    """Return a Python that has these packages, from the registry; the environment is made when missing.

    Raises:
        subprocess.CalledProcessError: uv could not make it; what it said is in the test's output.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = hashlib.sha256(" ".join([version, *requirements]).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loadtest-tests"
    folder = cache / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)  # half made by a run that was killed
    cache.mkdir(parents=True, exist_ok=True)
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(python), *requirements], check=True)
    (folder / "complete").write_text("\n".join(requirements), encoding="utf-8")
    return python
