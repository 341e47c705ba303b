"""Puts a wrapper in the place of a function, and gives back what puts everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Undo", "nothing", "swap", "together"]

Undo = Callable[[], None]


def swap(owner: Any, name: str, wrapper: Callable[..., Any]) -> Undo:
    """Set ``owner.name``, of a class or a module, to the wrapper; what was inherited will be so again."""
    is_own = name in vars(owner)
    original = vars(owner).get(name)
    setattr(owner, name, wrapper)

    def undo() -> None:
        # somebody may have wrapped ours since: theirs stays, and ours passes everything through
        if vars(owner).get(name) is not wrapper:
            return
        if is_own:
            setattr(owner, name, original)
        else:
            delattr(owner, name)

    return undo


def together(*undos: Undo) -> Undo:
    """Return one undo for all, the newest first."""

    def undo() -> None:
        for each in reversed(undos):
            each()

    return undo


def nothing() -> None:
    """Undo nothing."""
