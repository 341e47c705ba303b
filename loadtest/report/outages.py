"""When the server was gone or answered nobody, as the visits' records alone tell it."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome

__all__ = ["Outage", "Timeline"]

_LOST = frozenset(
    {
        "the server closed the connection",
        "the server reset the connection",
        "the server closed the WebSocket",
    }
)
"""How a connection ends whose server is gone; a DISCONNECT or an Engine.IO close is an app's own wish."""
_REFUSED = "connection refused"

_ANSWERED = (Phase.PAGE, Phase.OPEN, Phase.UPGRADE, Phase.CONNECT, Phase.HANDSHAKE)
"""Phases whose end is an answer of the server's."""

_TOGETHER_S = 0.25
"""What one event brings about is written down within this time: a generator's loop lags, and handles
sockets in any order."""
_OPEN_FOR_S = 0.05
_LEAST_LOST = 5
"""So many connections, and every one that is open, must be lost together to tell of the server, where
nobody was refused: two or three visits can be ended by what an app does."""
_LEAST_WAITED = 3
_LEVEL = 0.001
"""How likely chance may be at most to have had every visit of a stretch wait in vain."""


@dataclass(frozen=True, slots=True)
class Outage:
    """One stretch; seconds of the run."""

    since_s: float
    """The last answer before: it cannot have begun earlier."""
    at_s: float
    """When it shows first."""
    back_s: float | None
    """The first answer after it; None: there was none."""
    under_way: tuple[int, ...]
    """The numbers of the visits that lost their connections, or waited in vain."""
    refused: int = 0
    """Connections that were refused."""


class Timeline:
    """What happened when, in all visits of a run."""

    def __init__(self, records: Sequence[NavigationRecord]) -> None:
        self._records = [record for record in records if record.started_s is not None]
        self._answers = sorted(at_s for record in self._records for at_s in _answers(record))

    def was_answered(self, since_s: float) -> bool:
        """Return whether anybody got an answer after this time."""
        return bool(self._answers) and self._answers[-1] > since_s

    @cached_property
    def gone(self) -> tuple[Outage, ...]:
        """The stretches in which nobody was let in, and the moments when every connection was lost.

        A server that let nobody in from the beginning was never there: that is none of them.
        """
        refused = list(self._refused())
        known = {number for outage in refused for number in outage.under_way}
        lost = list(self._all_lost([record for record in self._lost if record.number not in known]))
        return tuple(sorted([*refused, *lost], key=lambda outage: outage.at_s))

    def gone_near(self, from_s: float, to_s: float) -> Outage | None:
        """Return the first of ``gone`` that showed within this time, or None."""
        near = (outage for outage in self.gone if from_s - _TOGETHER_S <= outage.at_s <= to_s)
        return next(near, None)

    def lost_near(self, from_s: float, to_s: float) -> Outage:
        """Return what the clients saw of a process that ended within this time beside others that did not:
        the most connections that were lost together."""
        near = _between(self._lost, from_s - _TOGETHER_S, to_s + _TOGETHER_S)
        together = [_between(near, _left_s(first), _left_s(first) + _TOGETHER_S) for first in near]
        most: Sequence[NavigationRecord] = max(together, key=len, default=())
        at_s = _left_s(most[0]) if most else to_s
        numbers = tuple(sorted(record.number for record in most))
        return Outage(min(from_s, at_s), at_s, self._next_answer(at_s), numbers)

    @cached_property
    def _lost(self) -> Sequence[NavigationRecord]:
        lost = (
            record for record in self._records if record.outcome is Outcome.LOST and record.error in _LOST
        )
        return sorted(lost, key=_left_s)

    def _refused(self) -> Iterator[Outage]:
        """Yield the stretches between two answers in which connections were refused."""
        groups: list[list[float]] = []
        for at_s in sorted(_left_s(record) for record in self._records if record.error == _REFUSED):
            if not bisect_left(self._answers, at_s):
                continue  # nobody had been answered yet
            if groups and not self._is_back(groups[-1][-1], at_s):
                groups[-1].append(at_s)
            else:
                groups.append([at_s])
        for group in groups:
            since_s = self._answers[bisect_left(self._answers, group[0]) - 1]
            lost = _between(self._lost, since_s - _TOGETHER_S, group[0] + _TOGETHER_S)
            at_s = min([group[0], *map(_left_s, lost)])
            yield Outage(
                since_s=min(since_s, at_s),
                at_s=at_s,
                back_s=self._next_answer(group[-1]),
                under_way=tuple(sorted(record.number for record in lost)),
                refused=len(group),
            )

    def _is_back(self, before_s: float, at_s: float) -> bool:
        """Return whether the server answered in between; what it sent before it went may be read late."""
        answer_s = self._next_answer(before_s)
        return answer_s is not None and answer_s + _TOGETHER_S < at_s

    def _next_answer(self, at_s: float) -> float | None:
        index = bisect_right(self._answers, at_s)
        return self._answers[index] if index < len(self._answers) else None

    def _all_lost(self, lost: Sequence[NavigationRecord]) -> Iterator[Outage]:
        """Yield the moments when every connection was lost, and the next visitors were let in."""
        opened = [(at_s, record) for record in self._records if (at_s := _opened_s(record)) is not None]
        index = 0
        while index < len(lost):
            at_s = _left_s(lost[index])
            together = _between(lost, at_s, at_s + _TOGETHER_S)
            index += len(together)
            if len(together) < _LEAST_LOST:
                continue
            is_survived = any(
                opened_s < at_s - _OPEN_FOR_S and _left_s(record) > at_s + _TOGETHER_S
                for opened_s, record in opened
            )
            if not is_survived:
                numbers = tuple(sorted(record.number for record in together))
                yield Outage(at_s, at_s, self._next_answer(at_s + _TOGETHER_S), numbers)

    @cached_property
    def stood_still(self) -> tuple[Outage, ...]:
        """The stretches in which at least three visits came, waited for their deadlines, and nobody at all
        was answered.

        A slow handler alone is none: those who come are answered before it, or others are. It takes visits
        that began within the stretch and did not get their first answer; and where such waiting is usual (a
        page that is slow for some), so many of them in a row that chance does not explain it.
        """
        waiting: dict[int, list[NavigationRecord]] = {}
        unanswered = [
            record
            for record in self._records
            if record.outcome is Outcome.TIMED_OUT and next(_answers(record), None) is None
        ]
        for record in unanswered:
            index = bisect_right(self._answers, record.started_s or 0.0)
            if index and index == bisect_left(self._answers, _left_s(record)):
                waiting.setdefault(index, []).append(record)
        groups = {index: len(group) for index, group in waiting.items() if len(group) >= _LEAST_WAITED}
        grouped = sum(groups.values())
        others = len(self._records) - grouped
        share = (len(unanswered) - grouped + 1) / (others + 2)  # Laplace's rule of succession
        stretches = [
            self._stretch(index)
            for index, waited in sorted(groups.items())
            if share**waited * (others / waited + 1) < _LEVEL
        ]
        return tuple(
            stretch
            for stretch in stretches
            if not any(stretch.since_s <= gone.at_s <= (stretch.back_s or gone.at_s) for gone in self.gone)
        )

    def waiting_at(self, outages: Sequence[Outage]) -> Mapping[str, int]:
        """Return where visits had got to that waited in vain and had been answered before: the one whose
        handler stands still is among them."""
        hit = {number for outage in outages for number in outage.under_way}
        points = Counter(
            record.actual.at
            for record in self._records
            if record.actual and record.number in hit and next(_answers(record), None) is not None
        )
        return dict(sorted(points.items()))

    def _stretch(self, index: int) -> Outage:
        since_s = self._answers[index - 1]
        back_s = self._answers[index] if index < len(self._answers) else None
        waited = (
            record.number
            for record in self._records
            if record.outcome is Outcome.TIMED_OUT
            and since_s < _left_s(record)
            and (back_s is None or (record.started_s or 0.0) < back_s)
        )
        return Outage(since_s, since_s, back_s, tuple(sorted(waited)))


def _left_s(record: NavigationRecord) -> float:
    return record.left_s or 0.0


def _between(by_end: Sequence[NavigationRecord], from_s: float, to_s: float) -> Sequence[NavigationRecord]:
    """Return the records, of some in the order of their ends, that ended within this time."""
    return by_end[bisect_left(by_end, from_s, key=_left_s) : bisect_right(by_end, to_s, key=_left_s)]


def _answers(record: NavigationRecord) -> Iterator[float]:
    """Yield when the server answered this visit: the end of each phase that it passed."""
    at_s = record.started_s or 0.0
    for phase in _ANSWERED:
        if phase in record.phases_ms and not (phase is Phase.PAGE and record.was_ahead):
            at_s += record.phases_ms[phase] / 1000
            yield at_s


def _opened_s(record: NavigationRecord) -> float | None:
    """Return when this visit's connection was open, or None if it never was."""
    if Phase.OPEN not in record.phases_ms:
        return None
    page_ms = 0.0 if record.was_ahead else record.phases_ms.get(Phase.PAGE, 0.0)
    return (record.started_s or 0.0) + (page_ms + record.phases_ms[Phase.OPEN]) / 1000
