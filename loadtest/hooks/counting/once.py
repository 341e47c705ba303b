"""Which exceptions have been counted: each object once, and none of them kept alive."""

from __future__ import annotations

import sys
import weakref
from typing import Any

__all__ = ["Once"]

_MAX_MARKS = 256
_MAX_NUMBERS = 64
_dict_of: Any = BaseException.__dict__["__dict__"].__get__
"""An exception's attributes, whatever its class makes of ``__dict__``."""


class _Mark:
    """What tells one exception from every other, a later one with the same id among them.

    Python reuses ids at once, and an exception of a class that is built in cannot be referred to weakly.
    But each has a dictionary of its own (an empty one, as a rule), made when it is first asked for: while
    that is held, no other exception can have it. Nothing of this can be seen on the exception; an attribute
    of ours would show in ``vars(error)``, and travel with it when it is pickled. A subclass written in
    Python, whose attributes may be large, is referred to weakly.
    """

    __slots__ = ("at_s", "is_weak", "numbers", "sign")

    def __init__(self, error: BaseException, at_s: float, numbers: tuple[int | None, ...]) -> None:
        self.at_s = at_s
        self.numbers = numbers
        self.is_weak = True
        try:
            self.sign: Any = weakref.ref(error)
        except TypeError:
            self.is_weak = False
            self.sign = _dict_of(error)

    def is_of(self, error: BaseException) -> bool:
        return (self.sign() if self.is_weak else self.sign) is (error if self.is_weak else _dict_of(error))

    def is_alone(self) -> bool:
        """Return whether its exception is no more; where references are not counted: False."""
        if self.is_weak:
            return self.sign() is None
        return hasattr(sys, "getrefcount") and sys.getrefcount(self.sign) <= _ALONE


class Once:
    """The exceptions that were counted last."""

    def __init__(self) -> None:
        self._marks: dict[int, _Mark] = {}

    def __len__(self) -> int:
        return len(self._marks)

    def when(self, error: BaseException) -> float | None:
        """Return when this very object was counted, None if it was not (or very long ago)."""
        mark = self._marks.get(id(error))
        return mark.at_s if mark is not None and mark.is_of(error) else None

    def numbers(self, error: BaseException) -> tuple[int | None, ...]:
        """Return the navigations that it was counted for last: an object may be raised for many."""
        mark = self._marks.get(id(error))
        return mark.numbers if mark is not None and mark.is_of(error) else ()

    def add(self, error: BaseException, at_s: float, number: int | None = None) -> None:
        """Note that it is counted, for a navigation if that is known."""
        numbers = (*self.numbers(error), number)[-_MAX_NUMBERS:]
        if len(self._marks) >= _MAX_MARKS:
            self.let_go()
        if len(self._marks) >= _MAX_MARKS:
            del self._marks[next(iter(self._marks))]
        self._marks[id(error)] = _Mark(error, at_s, numbers)

    def let_go(self) -> None:
        """Drop what is held of exceptions that are no more: attributes that the app gave them, perhaps."""
        for key in [key for key, mark in self._marks.items() if mark.is_alone()]:
            del self._marks[key]


def _holders_of_one() -> int:
    """Return what Python counts for a dictionary that only a mark holds: it differs between versions."""
    mark = _Mark.__new__(_Mark)
    mark.sign = {}
    return sys.getrefcount(mark.sign) if hasattr(sys, "getrefcount") else 0


_ALONE = _holders_of_one()
