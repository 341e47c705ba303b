"""Gauges that the user names in a profile: numbers of the app's own, such as the length of a dict."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..text import clip

__all__ = ["LAUNCHED", "Gauge", "Gauges", "gauges_of", "is_launched"]

LAUNCHED = "LOADTEST_LAUNCHED"
"""The environment variable by which a process knows that ``loadtest instrument`` started it."""
_MAX_GAUGES = 50
_MAX_CHARACTERS = 300
_REFUSED = (
    "gauges are read only in processes that 'loadtest instrument' has started; this one has called "
    "loadtest.hooks.install() itself"
)


@dataclass(frozen=True)
class Gauge:
    """One gauge: ``value`` is ``module:attribute``, or ``len(module:attribute.more)``."""

    __slots__ = ("name", "value")

    name: str
    value: str


class _UnreadableError(Exception):
    """A gauge has no value; the text says why."""


def is_launched(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether ``loadtest instrument`` has started this process."""
    return environ.get(LAUNCHED) == "1"


def gauges_of(data: Any) -> tuple[Gauge, ...]:
    """Read the gauges in a collector's answer; what has another form is passed over."""
    found = []
    for row in data if isinstance(data, list) else ():
        name, value = (row.get("name"), row.get("value")) if isinstance(row, dict) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and max(len(name), len(value)) <= _MAX_CHARACTERS:
            found.append(Gauge(name, value))
    return tuple(found[:_MAX_GAUGES])


class Gauges:
    """Reads gauges by attribute look-up alone: nothing is imported, called or evaluated.

    Args:
        is_allowed: whether this process may be asked: what a collector names is only as trustworthy as
            whoever could start a process of this user.
    """

    def __init__(self, *, is_allowed: bool) -> None:
        self._is_allowed = is_allowed

    def read(self, gauges: Iterable[Gauge]) -> tuple[dict[str, float | None], list[str]]:
        """Return each gauge's value, None for one that cannot be read, and why those cannot."""
        values: dict[str, float | None] = {gauge.name: None for gauge in gauges}
        if not self._is_allowed:
            return values, [_REFUSED] if values else []
        problems = []
        for gauge in gauges:
            try:
                values[gauge.name] = _measure(gauge.value)
            except _UnreadableError as reason:
                problems.append(f"gauge {gauge.name}: {reason}")
            except Exception as error:  # a property of the app's, say
                problems.append(f"gauge {gauge.name}: {type(error).__name__} in {gauge.value}")
        return values, problems


def _measure(expression: str) -> float:
    wants_length = expression.startswith("len(") and expression.endswith(")")
    path = expression[4:-1] if wants_length else expression
    module_name, _, attributes = path.partition(":")
    module = sys.modules.get(module_name)
    if module is None:
        raise _UnreadableError(f"this process has not imported a module {clip(module_name, 100)}")
    found: Any = module
    for name in attributes.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise _UnreadableError(f"{path} is not there: no attribute {clip(name, 100)}") from None
    return _number(found, path, wants_length=wants_length)


def _number(found: Any, path: str, *, wants_length: bool) -> float:
    if not wants_length and isinstance(found, (int, float)):
        value = float(found)
    elif hasattr(type(found), "__len__"):
        value = float(len(found))
    elif not wants_length and hasattr(type(found), "__float__"):
        value = float(found)
    else:
        lacks = "has no length" if wants_length else "is no number and has no length"
        raise _UnreadableError(f"{path} is a {clip(type(found).__name__, 100)}, which {lacks}")
    if not math.isfinite(value):
        raise _UnreadableError(f"{path} is {value}")
    return int(value) if value.is_integer() else value
