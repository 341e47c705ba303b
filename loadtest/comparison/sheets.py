"""The tables of a comparison, as every output draws them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.comparison.estimate import Group, Judged, Unit, Word
from loadtest.comparison.result import Comparison, Told
from loadtest.comparison.wording import MARKS, change, interval, label, value
from loadtest.report.wording import clipped, listed

__all__ = ["Row", "Table", "tables_of", "told_table"]

_TITLES: Mapping[Group, str] = MappingProxyType(
    {
        Group.HANDLERS: "Server handlers (ms)",
        Group.PHASES: "Phases of a visit (ms)",
        Group.FROM_DUE: "Phases of a visit, from when it was due (ms)",
        Group.VISITS: "Visits",
        Group.SERVER: "Server",
    }
)
_LONGEST_NAME = 40
HEAD = ("", "baseline", "candidate", "change", "interval", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    cells: Sequence[str]
    """As many as the table has columns."""
    word: Word | None = None
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one group."""

    title: str
    head: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


def tables_of(comparison: Comparison, candidate: int) -> Iterator[Table]:
    """Yield the tables of one candidate; what had too few durations is put into a note."""
    for group, title in _TITLES.items():
        of_group = [
            one for one in comparison.figures if one.candidate == candidate and one.figure.group is group
        ]
        rows = [_row(one) for one in of_group if one.word is not Word.NO_DATA]
        note = _not_judged([one for one in of_group if one.word is Word.NO_DATA])
        if rows or note:
            yield Table(title, HEAD, rows, note)


def told_table(comparison: Comparison, candidate: int) -> Table:
    """Return what is told and not judged."""
    return Table(
        "Told, not judged",
        ("", "baseline", "candidate"),
        [
            Row((_told_label(one), value(one.before, one.unit), value(after, one.unit)))
            for one in comparison.told
            for after in [one.after[candidate]]
        ],
    )


def _told_label(one: Told) -> str:
    return clipped(one.label, _LONGEST_NAME) + (" (ms)" if one.unit is Unit.MS else "")


def _row(one: Judged) -> Row:
    name = f"{clipped(label(one.figure), _LONGEST_NAME)} {one.figure.of}".strip()
    before, after = (value(number, one.figure.unit) for number in (one.before, one.after))
    return Row((name, before, after, change(one), interval(one), MARKS[one.word]), one.word, one)


def _not_judged(those: Sequence[Judged]) -> str:
    """Return which figures could not be judged: by reason, and by percentile where a reason names many."""
    texts = []
    for reason in dict.fromkeys(one.reason for one in those):
        same = [one for one in those if one.reason == reason]
        names: dict[str, list[str]] = {}
        for one in same:
            names.setdefault(clipped(label(one.figure), _LONGEST_NAME), []).append(one.figure.of)
        told = [f"{name} {'/'.join(of)}" for name, of in names.items()]
        texts.append(f"{listed(told)}: {reason}")
    return f"Not judged: {'; '.join(texts)}" if texts else ""
