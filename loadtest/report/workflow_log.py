"""The log of a GitHub workflow's step, in which the runner looks for commands that nobody meant.

Every command of ours asks for this before it does anything: nothing is imported here that takes time.
"""

import re
from collections.abc import Mapping

__all__ = ["is_github", "neutral", "neutral_markup"]

_LINE_COMMAND = re.compile(r"((?:^|\r)\s*):(?=:[^\r\n]*::)", re.MULTILINE)
"""The runner trims a line's beginning and looks for two ``::`` (actions/runner, ActionCommand.cs)."""
_OLD_COMMAND = "##["
"""The older form counts anywhere in a line (the same, ``TryParse``)."""


def is_github(environ: Mapping[str, str]) -> bool:
    """Return whether this process is a step of a GitHub workflow (or of what imitates one: Gitea, act)."""
    return environ.get("GITHUB_ACTIONS") == "true"


def neutral(text: str) -> str:
    """Return text in whose lines the runner finds no command: a backslash stands before what begins one."""
    return _LINE_COMMAND.sub(r"\1\\:", text).replace(_OLD_COMMAND, r"##\[")


def neutral_markup(text: str) -> str:
    """Return the same XML in whose lines the runner finds no command: a character is told by its number."""
    return _LINE_COMMAND.sub(r"\1&#58;", text).replace(_OLD_COMMAND, "##&#91;")
