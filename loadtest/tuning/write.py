"""The tuned profile: the user's own file with its comments, the knob turned to where the thresholds hold."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit

from loadtest.errors import UsageError
from loadtest.profile.load import profile_path
from loadtest.profile.model import Profile
from loadtest.tuning.knob import Knob

__all__ = ["Destination", "tuned_text"]


class Destination:
    """Where the tuned profile goes: a new file, unless it is forced."""

    def __init__(self, path: Path, *, force: bool) -> None:
        self.path = path
        self._force = force

    def check(self) -> None:
        """Make sure, before any load, that the file can be written.

        Raises:
            UsageError: it is there already, or its folder is not.
        """
        if self.path.exists() and not self._force:
            raise UsageError(f"--out {self.path}: is there already; name another file, or give --force")
        if not self.path.parent.is_dir():
            raise UsageError(f"--out {self.path}: there is no folder {self.path.parent}")

    def save(self, text: str) -> None:
        """Write the file.

        Raises:
            UsageError: it cannot be written.
        """
        self.check()
        try:
            self.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--out {self.path}: cannot be written: {error.strerror}") from None


def tuned_text(name_or_path: str, profile: Profile, knob: Knob, value: float, note: str) -> str:
    """Return the text of the tuned profile.

    It is the file as the user wrote it, with its comments; what ``--app``, ``--seed`` and ``--set`` changed
    is in it, so that it says what was measured.

    Args:
        note: a comment for its first line.
    """
    original = profile_path(name_or_path).read_text(encoding="utf-8-sig")
    document = tomlkit.parse(original)
    wanted = tomllib.loads(profile.text)
    _bring(document, wanted)
    knob.turn(profile, document, value)
    return f"# {note}\n{tomlkit.dumps(document)}"


def _bring(node: Any, wanted: Any) -> None:
    """Make a document's data what is wanted; what is so already keeps its place and its comments."""
    for key in [key for key in node if key not in wanted]:
        del node[key]
    for key, value in wanted.items():
        if key not in node or not _is_alike(node[key], value):
            node[key] = value
        elif isinstance(value, dict):
            _bring(node[key], value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for mine, other in zip(node[key], value, strict=True):
                _bring(mine, other)
        elif node[key] != value:
            node[key] = value


def _is_alike(mine: Any, other: Any) -> bool:
    """Whether a value can be changed in its place."""
    if isinstance(other, dict):
        return isinstance(mine, dict)
    if isinstance(other, list) and other and isinstance(other[0], dict):
        return isinstance(mine, list) and len(mine) == len(other)
    return not isinstance(mine, dict | list) or isinstance(other, list)
