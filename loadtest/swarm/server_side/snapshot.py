"""A snapshot of a hooked process on its way into ``server.jsonl``: checked, bounded, each text told once."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["Told", "admit", "lines_of"]

Snapshot = Mapping[str, Any]

_LONGEST_TEXT = 20_000
"""Characters; the hooks cut what they send to a fifth of it."""
_MOST_ENTRIES = 100_000
"""Of a journal's part, and of the numbers of one kind that is left behind."""
_MOST: Mapping[str, int] = MappingProxyType(
    {
        "versions": 100,
        "hooks.installed": 200,
        "hooks.problems": 200,
        "hooks.missing": 200,
        "handlers": 2_000,
        "errors": 2_000,
        "strays": 2_000,
        "inventory.tasks": 2_000,
        "inventory.threads": 2_000,
        "gauges": 1_000,
        "residue": 100,
        "loop.lag.counts": 2_000,
        **{f"left_behind.{kind}": _MOST_ENTRIES for kind in JUDGED_RESIDUE},
    }
)
"""How much of each there may be: some times what the hooks keep."""
_KEYS = frozenset(
    {
        *("schema", "run", "boot", "pid", "sequence", "taken_at", "began_at", "runtime", "python", "is_last"),
        *("versions", "command", "hooks", "visits", "handlers", "errors", "errors_overflow"),
        *("strays", "strays_overflow", "loop", "residue", "inventory", "gauges", "left_behind"),
    }
)
"""What is kept of a snapshot; its journal has lines of its own."""


@dataclass(slots=True)
class Told:
    """What has been written of a process that every snapshot says again."""

    errors: set[int] = field(default_factory=set)
    strays: set[int] = field(default_factory=set)
    stall: tuple[object, object] | None = None

    def note(self, snapshot: Snapshot) -> None:
        """Take note that a snapshot's lines have been written."""
        self.errors = {int(error["id"]) for error in snapshot["errors"]}
        self.strays = {int(stray["id"]) for stray in snapshot.get("strays", ())}
        self.stall = _stall(snapshot) or self.stall


def admit(data: Snapshot, entries: Sequence[Mapping[str, Any]]) -> Snapshot:
    """Return what is kept of a snapshot that has all that the collector reads, and no more than hooks send.

    What the report reads is decoded before it is written (``loadtest.report.server_lines``).

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it has not.
    """
    int(data["sequence"])
    int(data["pid"])
    str(data["command"])
    float(data["taken_at"])
    for kind in JUDGED_RESIDUE:
        int(data["residue"][kind] or 0)
        list(data["left_behind"][kind])
    for error in (*data["errors"], *data.get("strays", ())):
        str(error["traceback"])
    kept = {key: value for key, value in data.items() if key in _KEYS}
    _check_sizes(kept, entries)
    return kept


def _check_sizes(kept: Snapshot, entries: Sequence[Mapping[str, Any]]) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(f"a journal of {len(entries)} entries")
    for path, most in _MOST.items():
        part: Any = kept
        for key in path.split("."):
            part = {} if part is None else part.get(key, {})
        if part is not None and len(part) > most:
            raise ValueError(f"{len(part)} {path}, more than {most}")
    for text in _texts([value for key, value in kept.items() if key != "left_behind"]):
        if len(text) > _LONGEST_TEXT:
            raise ValueError(f"a text of {len(text)} characters")


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a piece of JSON, the keys of its tables too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def lines_of(data: Snapshot, told: Told, new: Sequence[Mapping[str, Any]], lost: int) -> list[Snapshot]:
    """Return the lines for ``server.jsonl``: each traceback and stack is written once, not once a second.

    Args:
        told: what was written before.
        new: the journal's entries that have not been.
        lost: how many entries the hooks had no room for.
    """
    boot = str(data["boot"])
    errors, strays = data["errors"], data.get("strays", [])
    lines: list[Snapshot] = [
        *({"kind": "error", "boot": boot, **e} for e in errors if e["id"] not in told.errors),
        *({"kind": "stray", "boot": boot, **e} for e in strays if e["id"] not in told.strays),
    ]
    if _stall(data) not in (None, told.stall):
        lines.append({"kind": "stall", "boot": boot, "loop": data["loop"]})
    bare = {**data, "errors": _without("traceback", errors)}
    if strays:
        bare["strays"] = _without("traceback", strays)
    if data.get("loop") is not None:
        (bare["loop"],) = _without("stack", [data["loop"]])
    lines.append({"kind": "snapshot", "heard_at": round(time.time(), 3), **bare})
    if new or lost:
        lines.append({"kind": "journal", "boot": boot, "entries": list(new), "lost": lost})
    return lines


def _stall(data: Snapshot) -> tuple[object, object] | None:
    """Return what tells one longest stall from another, or None where there was none."""
    loop = data.get("loop")
    if loop is None or loop["longest_ms"] is None:
        return None
    return loop["longest_at"], loop["longest_ms"]


def _without(key: str, tables: Sequence[Snapshot]) -> list[Snapshot]:
    return [{name: value for name, value in table.items() if name != key} for table in tables]
