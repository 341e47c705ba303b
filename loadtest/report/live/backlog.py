"""What a follower has told of one run so far, for readers that come late or only now and then."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

__all__ = ["Backlog"]

_MOST_ROWS = 20_000
"""Of one type: four times what a follower tells at once (600 buckets of seven phases)."""
_ROW_KEYS: Mapping[str, tuple[str, ...]] = {"phases": ("t", "phase"), "server": ("t",)}
"""What tells one row from another; a row told again takes the place of the one before."""
_ORDER = ("run", "phases", "server", "problem", "summary", "end")
Message = Mapping[str, Any]


class Backlog:
    """Keeps the newest of each type of message, and rows by their keys; the rest is superseded.

    Every message that is added gets a number, 1 for the first. A reader names the last number that it knows,
    0 for none, and gets at most one message of each type.
    """

    def __init__(self) -> None:
        self.sequence = 0
        """The number of the newest message."""
        self._newest: dict[str, tuple[int, Message]] = {}
        self._rows: dict[str, _Rows] = {}

    def add(self, message: Message) -> int:
        """Keep a follower's message, and return its number.

        Raises:
            KeyError, TypeError: it is none that a follower tells.
        """
        kind = message["type"]
        if kind in _ROW_KEYS:
            rows = self._rows.setdefault(kind, _Rows(_ROW_KEYS[kind]))
            rows.take(message, self.sequence + 1)
        elif kind in _ORDER:
            self._newest[kind] = (self.sequence + 1, message)
        else:
            raise KeyError(f"{kind!r} is not a type of message")
        if kind == "end":  # its summary is the last
            self._newest.pop("summary", None)
        self.sequence += 1
        return self.sequence

    def since(self, sequence: int) -> list[Message]:
        """Return what a reader has not seen yet, superseded messages left out.

        Args:
            sequence: the number of the newest message that it has seen; one that is not known yet is taken
                for another run's, and everything is returned.
        """
        seen = sequence if 0 <= sequence <= self.sequence else 0
        return [message for kind in _ORDER for message in self._of(kind, seen)]

    def _of(self, kind: str, seen: int) -> Iterator[Message]:
        if kind in self._rows:
            yield from self._rows[kind].since(seen)
        elif kind in self._newest:
            number, message = self._newest[kind]
            if number > seen:
                yield message


class _Rows:
    """The rows of one type, each with the number of the message that told it last."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._rest: Message = {}
        self._reset_at = 0
        """The number of the last message that made all rows before it void."""
        self._rows: dict[Hashable, tuple[int, Message]] = {}

    def take(self, message: Message, number: int) -> None:
        new = {tuple(row[key] for key in self._keys): (number, row) for row in message["rows"]}
        if message["reset"]:
            self._rows.clear()
            self._reset_at = number
        self._rest = {key: value for key, value in message.items() if key not in ("rows", "reset")}
        self._rows |= new
        while len(self._rows) > _MOST_ROWS:
            del self._rows[next(iter(self._rows))]

    def since(self, seen: int) -> Iterator[Message]:
        rows = [row for number, row in self._rows.values() if number > seen]
        is_reset = self._reset_at > seen
        if rows or is_reset:
            yield {**self._rest, "reset": is_reset, "rows": rows}
