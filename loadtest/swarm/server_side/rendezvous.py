"""Where a run and the hooks inside the app find each other: one small file in a folder of this user alone."""

import json
import os
import stat
import tempfile
from pathlib import Path

from loadtest.errors import UsageError

__all__ = ["Rendezvous", "rendezvous_folder"]


def rendezvous_folder() -> Path:
    """Return ``$XDG_RUNTIME_DIR/loadtest``, or ``loadtest-<uid>`` in the temporary folder.

    The hooks look there once a second; ``loadtest.hooks.telling.rendezvous`` has the same rule again.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "loadtest"
    return Path(tempfile.gettempdir()) / f"loadtest-{os.getuid()}"


class Rendezvous:
    """This run's file: the collector's address and token, until ``remove``.

    Raises:
        UsageError: the folder cannot be made, or is not this user's alone.
    """

    def __init__(self, *, url: str, token: str, run: str) -> None:
        folder = rendezvous_folder()
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError as error:
            raise UsageError(f"{folder}: cannot be made ({error}); hooks and run meet there") from error
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise UsageError(
                f"{folder}: must be a folder that is yours and closed to others (mode 0700); "
                "remove it, or set XDG_RUNTIME_DIR"
            )
        _remove_dead(folder)
        self._path = folder / f"{run}.json"
        unfinished = folder / f".{run}.{os.getpid()}"
        text = json.dumps({"url": url, "token": token, "run": run, "pid": os.getpid()})
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.replace(self._path)

    def remove(self) -> None:
        """Take the file away: the hooks stop pushing for this run."""
        self._path.unlink(missing_ok=True)


def _remove_dead(folder: Path) -> None:
    """Remove the files of runs that were killed; hooks look at so many only."""
    for path in folder.glob("*.json"):
        try:
            pid = int(json.loads(path.read_text(encoding="utf-8"))["pid"])
            os.kill(pid, 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # being written, another user's, or not ours
