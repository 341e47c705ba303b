"""The follower's messages as a page that comes late needs them: without those that are superseded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Backlog", "News"]


@dataclass(frozen=True, slots=True)
class News:
    """What somebody has not heard yet."""

    seq: int
    messages: Sequence[Mapping[str, Any]]


class Backlog:
    """Keeps the messages in order."""

    def __init__(self) -> None:
        self._messages: list[Mapping[str, Any]] = []

    def take(self, message: Mapping[str, Any]) -> None:
        """Keep a message."""
        self._messages.append(message)

    def since(self, seq: int) -> News:
        """Return what came after so many messages."""
        return News(len(self._messages), self._messages[seq:])
