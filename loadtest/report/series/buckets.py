"""A run's time cut into buckets of equal width: seconds at first, wider when there are too many."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["MOST_ROWS", "Buckets", "width_for"]

MOST_ROWS = 600
"""When a run needs more of them, their width doubles: ten minutes are told by the second."""

Content = TypeVar("Content")


def width_for(last_s: float, most_rows: int = MOST_ROWS) -> int:
    """Return how wide buckets are, in seconds, when the last of them holds this time."""
    width_s = 1
    while last_s >= most_rows * width_s:
        width_s *= 2
    return width_s


class Buckets(Generic[Content]):
    """What belongs to each stretch of ``width_s`` seconds since t0, and which of them have changed.

    Args:
        make: returns a new bucket's content.
        merge: adds the content of the later of two neighbours to that of the earlier.
        most_rows: how many there may be, at least 1.
        width_s: how wide they are at first, a power of two.
    """

    def __init__(
        self,
        make: Callable[[], Content],
        merge: Callable[[Content, Content], None],
        most_rows: int = MOST_ROWS,
        width_s: int = 1,
    ) -> None:
        self.width_s = width_s
        self.is_reset = False
        """Whether the width has changed since the last ``take``: what was told before is void."""
        self._make = make
        self._merge = merge
        self._most_rows = most_rows
        self._contents: dict[int, Content] = {}
        self._changed: set[int] = set()

    def __contains__(self, now_s: float) -> bool:
        """Return whether anything belongs to the bucket of a time."""
        return int(max(now_s, 0.0) // self.width_s) in self._contents

    def at(self, now_s: float) -> Content:
        """Return the bucket of a time, to be changed; what is before t0 belongs to the first."""
        now_s = max(now_s, 0.0)
        while now_s >= self._most_rows * self.width_s:
            self._widen()
        index = int(now_s // self.width_s)
        self._changed.add(index)
        if index not in self._contents:
            self._contents[index] = self._make()
        return self._contents[index]

    def take(self, until_s: float | None = None) -> Iterator[tuple[int, Content]]:
        """Yield each bucket that has changed since it was taken last, with its start in seconds.

        Args:
            until_s: those that end later stay behind for the next time.
        """
        self.is_reset = False
        for index in sorted(self._changed):
            if until_s is None or (index + 1) * self.width_s <= until_s:
                self._changed.discard(index)
                yield index * self.width_s, self._contents[index]

    def _widen(self) -> None:
        narrow, self._contents = self._contents, {}
        for index in sorted(narrow):
            earlier = self._contents.setdefault(index // 2, narrow[index])
            if earlier is not narrow[index]:
                self._merge(earlier, narrow[index])
        self.width_s *= 2
        self.is_reset = True
        self._changed = set(self._contents)
