"""The navigation rate over a run's time, planned and turned: pieces of straight lines."""

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loadtest.profile.model import Arrivals, Piece, Rate, Stage, Turn

__all__ = ["Curve", "Line", "Segment"]

_SHORT_S = 1.0
"""What stays for less has no rate a second of its own."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the curve, or the part of one between two turns, with its place in the run."""

    piece: int
    """Counted over all stages; the same whatever is turned."""
    start_s: float
    duration_s: float
    end_s: float
    """Where it ends; a turn may end it before ``duration_s`` is over."""
    is_cut: bool
    """Ended by a turn."""
    from_per_s: float
    to_per_s: float
    """The rate after ``duration_s``."""
    first: float
    """Navigations expected before it: the cumulated rate at its start."""
    last: float
    """The cumulated rate after ``duration_s``."""
    arrivals: Arrivals
    burst_size: int
    alike_from: float
    """The cumulated rate where arrivals began to be spread as they are here."""

    @property
    def brings_nobody(self) -> bool:
        """Whether its rate is 0 all over."""
        return self.from_per_s == self.to_per_s == 0

    @property
    def is_short(self) -> bool:
        """Whether its rate stays for less than a second."""
        return self.end_s - self.start_s < _SHORT_S and self.from_per_s == self.to_per_s

    def rate_at(self, now_s: float) -> float:
        """Return the rate at a time of the run."""
        share = (now_s - self.start_s) / self.duration_s
        return self.from_per_s + (self.to_per_s - self.from_per_s) * share

    def mark_at(self, now_s: float) -> float:
        """Return the cumulated rate at a time of the run."""
        return self.first + (self.from_per_s + self.rate_at(now_s)) / 2 * (now_s - self.start_s)

    def when(self, mark: float) -> float:
        """Return the time at which the cumulated rate reaches ``mark``.

        After the share y of the time, the cumulated rate is a·y + b·y²/2, with a and a + b the navigations
        that its two rates would bring in the whole of it. Solved for y in the form that subtracts no two
        numbers of like size (Numerical Recipes, 5.6), so a slope of 0 is no case of its own; and no number
        here is larger than the result, so neither a tiny duration nor a huge rate overflows.
        """
        mass = max(mark - self.first, 0.0)
        a = self.from_per_s * self.duration_s
        b = (self.to_per_s - self.from_per_s) * self.duration_s
        below = a + math.sqrt(max(a * a + 2 * b * mass, 0.0))
        share = min(2 * mass / below, 1.0) if below else 0.0
        return min(self.start_s + self.duration_s * share, self.end_s)


@dataclass(frozen=True, slots=True)
class Line:
    """A rate that changes in a straight line, or stays."""

    start_s: float
    first: float
    end_s: float
    last: float

    def at(self, now_s: float) -> float:
        """Return the rate at a time of the run."""
        return self.first + (self.last - self.first) * (now_s - self.start_s) / (self.end_s - self.start_s)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece with its place in time, before anything is turned."""

    index: int
    start_s: float
    end_s: float
    piece: Piece
    stage: Stage

    def rate_at(self, now_s: float) -> float:
        share = (now_s - self.start_s) / self.piece.duration_s
        return self.piece.from_per_s + (self.piece.to_per_s - self.piece.from_per_s) * share


class Curve:
    """The segments of a run, in order.

    A turn cuts the piece it falls into: what comes before keeps its numbers to the last bit.
    """

    def __init__(self, stages: Sequence[Stage], turns: Sequence[Turn] = ()) -> None:
        self._knob = [(turn.at_s, turn.rate) for turn in turns if turn.rate is not None]
        self.segments: list[Segment] = []
        for stretch in _stretches(stages):
            for start_s, end_s, rate in self._parts(stretch):
                self._append(stretch, start_s, end_s, rate)

    @property
    def duration_s(self) -> float:
        """The end of its last segment."""
        return self.segments[-1].end_s if self.segments else 0.0

    @property
    def mass(self) -> float:
        """How many navigations it brings on average: the cumulated rate at its end."""
        return self.segments[-1].last if self.segments else 0.0

    def rate_at(self, now_s: float) -> float:
        """Return the planned navigations per second at a time after t0; 0 before and after the run."""
        index = bisect.bisect_right(self.segments, now_s, key=lambda segment: segment.start_s) - 1
        if index < 0 or now_s >= self.duration_s:
            return 0.0
        return self.segments[index].rate_at(now_s)

    def mass_at(self, now_s: float) -> float:
        """Return how many navigations are due on average by a time after t0."""
        index = bisect.bisect_right(self.segments, now_s, key=lambda segment: segment.start_s) - 1
        if index < 0:
            return 0.0
        segment = self.segments[index]
        return segment.mark_at(min(now_s, segment.end_s))

    @property
    def peak_per_s(self) -> float:
        """The highest rate of all; where it changes within a second, the mean of a second counts."""
        return max((max(line.first, line.last) for line in self.lines()), default=0.0)

    def lines(self) -> Iterator[Line]:
        """Yield the rate as straight lines; short pieces that follow each other are one, of their mean rate.

        A trace has 2,000 pieces: in so short a one, a single navigation would be a rate of hundreds.
        """
        short: list[Segment] = []
        for segment, following in itertools.pairwise([*self.segments, None]):
            if segment is None:
                return
            if not segment.is_short:
                yield Line(segment.start_s, segment.from_per_s, segment.end_s, segment.rate_at(segment.end_s))
                continue
            short.append(segment)
            is_last = following is None or not following.is_short
            if is_last or segment.end_s - short[0].start_s >= _SHORT_S:
                yield _mean(short)
                short = []

    def index_of(self, piece: int, due_s: float) -> int:
        """Return the index of the segment in which a navigation of a piece is due."""
        start = bisect.bisect_left(self.segments, piece, key=lambda segment: segment.piece)
        for index in range(start, len(self.segments)):
            if not self.segments[index].is_cut or due_s < self.segments[index].end_s:
                return index
        return len(self.segments)

    def _parts(self, stretch: _Stretch) -> Iterator[tuple[float, float, Rate | None]]:
        """Yield from where to where in a piece the knob stands how."""
        rate, start_s = None, stretch.start_s
        for at_s, later in self._knob:
            if start_s < at_s < stretch.end_s:
                yield start_s, at_s, rate
                start_s = at_s
            if at_s < stretch.end_s:
                rate = later
        yield start_s, stretch.end_s, rate

    def _append(self, stretch: _Stretch, start_s: float, end_s: float, rate: Rate | None) -> None:
        before = self.segments[-1] if self.segments else None
        first = 0.0
        if before:
            first = before.mark_at(before.end_s) if before.is_cut else before.last
        stage = stretch.stage
        is_alike = before and (before.arrivals, before.burst_size) == (stage.arrivals, stage.burst_size)
        ends = (
            stretch.piece.from_per_s if start_s == stretch.start_s else stretch.rate_at(start_s),
            stretch.piece.to_per_s,
        )
        from_per_s, to_per_s = (_turned(end, rate) for end in ends)
        duration_s = stretch.piece.duration_s if start_s == stretch.start_s else stretch.end_s - start_s
        self.segments.append(
            Segment(
                piece=stretch.index,
                start_s=start_s,
                duration_s=duration_s,
                end_s=end_s,
                is_cut=end_s < stretch.end_s,
                from_per_s=from_per_s,
                to_per_s=to_per_s,
                first=first,
                last=first + (from_per_s + to_per_s) / 2 * duration_s,
                arrivals=stage.arrivals,
                burst_size=stage.burst_size,
                alike_from=before.alike_from if before and is_alike else first,
            )
        )


def _mean(pieces: Sequence[Segment]) -> Line:
    start_s, end_s = pieces[0].start_s, pieces[-1].end_s
    mass = sum(piece.mark_at(piece.end_s) - piece.first for piece in pieces)
    mean_per_s = mass / (end_s - start_s)
    return Line(start_s, mean_per_s, end_s, mean_per_s)


def _turned(planned_per_s: float, rate: Rate | None) -> float:
    if rate is None:
        return planned_per_s
    return rate.value * planned_per_s if rate.is_factor else rate.value


def _stretches(stages: Sequence[Stage]) -> Iterator[_Stretch]:
    index, stage_s = 0, 0.0
    for stage in stages:
        start_s = stage_s
        stage_s += stage.duration_s
        for number, piece in enumerate(stage.pieces, 1):
            is_last = number == len(stage.pieces)  # sums of pieces may differ from their stage by rounding
            end_s = stage_s if is_last else min(start_s + piece.duration_s, stage_s)
            if end_s > start_s:
                yield _Stretch(index, start_s, end_s, piece, stage)
            index += 1
            start_s = end_s
