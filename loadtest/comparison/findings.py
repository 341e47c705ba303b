"""The findings of both sides: which are new, which are gone, which are still there."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loadtest.comparison.side import Side
from loadtest.report.attribution import fisher
from loadtest.report.finding import FindingKind

__all__ = ["ComparedFinding", "Fate", "compare_findings"]

_MAY_BE_CHANCE = 0.01


class Fate(StrEnum):
    """What became of a finding."""

    NEW = "new"
    GONE = "gone"
    STILL_THERE = "still_there"


@dataclass(frozen=True, slots=True)
class ComparedFinding:
    """One finding in the baseline, the candidate, or both; its counts are those of all runs."""

    fate: Fate
    candidate: int
    kind: str
    what: str
    file: str | None
    line: int | None
    before: int
    """Visits that showed it in the baseline."""
    before_of: int
    after: int
    after_of: int
    number: int | None
    """Its number in the report of ``run``."""
    run: str
    """A run's folder that has it: the candidate's, or the baseline's where it is gone."""
    may_be_chance: bool
    """Whether so few visits show it that the other side may have missed it by chance."""
    moved_from: int | None = None
    """The line that it had in the baseline, where that is another."""

    @property
    def place(self) -> str:
        """Where in the app's code it is; empty where nobody knows."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """One finding on one side."""

    entry: Mapping[str, Any]
    count: int
    number: int
    run: str


def compare_findings(baseline: Side, candidate: Side, index: int) -> tuple[ComparedFinding, ...]:
    """Match the findings of two sides: new ones first, then those still there, then those that are gone.

    They are the same by kind, what it is and the file and line that it comes from; where a line has moved, by
    kind, what and file alone. How many visits showed it is no matter.
    """
    before, after = _seen(baseline), _seen(candidate)
    pairs = list(_pairs(before, after, _exact))
    rest_before = [one for one in before if one not in [pair[0] for pair in pairs]]
    rest_after = [one for one in after if one not in [pair[1] for pair in pairs]]
    moved = list(_pairs(rest_before, rest_after, _loose))
    pairs += moved
    matched_before = [pair[0] for pair in pairs]
    matched_after = [pair[1] for pair in pairs]
    of = _visits(baseline), _visits(candidate)
    found = [
        *(_told(None, one, of, index) for one in after if one not in matched_after),
        *(_told(*pair, of, index) for pair in pairs),
        *(_told(one, None, of, index) for one in before if one not in matched_before),
    ]
    return tuple(found)


def _exact(entry: Mapping[str, Any]) -> Hashable:
    if entry["kind"] == FindingKind.RESIDUE:
        return (entry["kind"],)  # what is left behind may be more or less of it
    return (entry["kind"], _worded(entry), entry["file"], entry["line"])


def _loose(entry: Mapping[str, Any]) -> Hashable:
    return (entry["kind"], _worded(entry), entry["file"])


def _worded(entry: Mapping[str, Any]) -> str:
    """Return what a finding is; of liveness without its numbers of processes."""
    what = str(entry["what"])
    return re.sub(r"\d+(?:[.,]\d+)*", "#", what) if entry["kind"] == FindingKind.LIVENESS else what


def _seen(side: Side) -> list[_Seen]:
    """Return the side's findings, each once, however many runs have it."""
    found: dict[Hashable, _Seen] = {}
    for one in side.runs:
        for number, entry in enumerate(one.summary["findings"], start=1):
            key, count = _exact(entry), entry["count"] + entry["elsewhere"] + entry["unplaced"]
            before = found.get(key)
            if before is None:
                found[key] = _Seen(entry, count, number, str(one.run.path))
            else:
                found[key] = _Seen(before.entry, before.count + count, before.number, before.run)
    return list(found.values())


def _pairs(before: Iterable[_Seen], after: Sequence[_Seen], key_of: Any) -> Iterator[tuple[_Seen, _Seen]]:
    waiting: dict[Hashable, list[_Seen]] = {}
    for one in before:
        waiting.setdefault(key_of(one.entry), []).append(one)
    for one in after:
        same = waiting.get(key_of(one.entry))
        if same:
            yield same.pop(0), one


def _visits(side: Side) -> int:
    return sum(record.started_s is not None for one in side.runs for record in one.run.records)


def _told(before: _Seen | None, after: _Seen | None, of: tuple[int, int], index: int) -> ComparedFinding:
    there = after or before
    assert there is not None
    counts = [one.count if one else 0 for one in (before, after)]
    fate = Fate.STILL_THERE if before and after else Fate.NEW if after else Fate.GONE
    line, old = there.entry["line"], before.entry["line"] if before else None
    return ComparedFinding(
        fate=fate,
        candidate=index,
        kind=there.entry["kind"],
        what=there.entry["what"],
        file=there.entry["file"],
        line=line,
        before=counts[0],
        before_of=of[0],
        after=counts[1],
        after_of=of[1],
        number=there.number,
        run=there.run,
        may_be_chance=fate is not Fate.STILL_THERE and _is_few(counts, of),
        moved_from=old if fate is Fate.STILL_THERE and old != line else None,
    )


def _is_few(counts: Sequence[int], of: tuple[int, int]) -> bool:
    more, less = (0, 1) if counts[0] > counts[1] else (1, 0)
    hit, hit_of = min(counts[more], of[more]), of[more]
    return fisher(hit, hit_of, hit + min(counts[less], of[less]), sum(of)) > _MAY_BE_CHANCE
