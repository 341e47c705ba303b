"""A run's series as the points of lines: no more of them than a page has room for."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from loadtest.report.html.chart import Line, Points
from loadtest.report.html.room import Room
from loadtest.report.series.series import Series

__all__ = ["Join", "Overtime", "highest", "last", "mean"]

Join = Callable[[Sequence[float]], float]
"""Makes one value of those of neighbouring rows."""


def highest(values: Sequence[float]) -> float:
    """Return the worst of latencies: percentiles cannot be averaged."""
    return max(values)


def mean(values: Sequence[float]) -> float:
    """Return the rate of several stretches of time that are equally long."""
    return sum(values) / len(values)


def last(values: Sequence[float]) -> float:
    """Return what was there in the end."""
    return values[-1]


def _rest(series: Series) -> Iterable[int]:
    return (row.t_s for rows in (series.navigations, series.server) for row in rows)


def _load(series: Series) -> Iterable[int]:
    """Yield when visits were due, started, ended, or passed through a phase."""
    yield from (row.t_s for row in series.phases)
    yield from (row.t_s for row in series.navigations if row.due or row.started or row.ended)


@dataclass(frozen=True, slots=True)
class Overtime:
    """The time of a run, cut as its series is."""

    width_s: int
    rows: int
    room: Room

    @classmethod
    def of(cls, series: Series, room: Room) -> "Overtime":
        """Return the time that a series covers."""
        return cls._until(series, room, [_load(series), _rest(series)])

    @classmethod
    def of_load(cls, series: Series, room: Room) -> "Overtime":
        """Return the time in which visits were due, or under way: without the quiet."""
        return cls._until(series, room, [_load(series)])

    @classmethod
    def _until(cls, series: Series, room: Room, times: Iterable[Iterable[int]]) -> "Overtime":
        last_s = max(itertools.chain.from_iterable(times), default=-series.width_s)
        return cls(series.width_s, last_s // series.width_s + 1, room)

    @property
    def duration_s(self) -> float:
        """From t0 to the end of the last row; 0: there is none."""
        return float(self.rows * self.width_s)

    @property
    def point_s(self) -> int:
        """For how much time a point of a line stands."""
        return self._step(self.room.points) * self.width_s

    def _step(self, most: int) -> int:
        return max(-(-self.rows // most), 1)

    def line(self, name: str, look: int, values: Iterable[tuple[int, float | None]], join: Join) -> Line:
        """Return a line.

        Args:
            values: by the times at which their rows begin.
        """
        known = {at_s // self.width_s: value for at_s, value in values}
        return Line(
            name,
            look,
            self._points(known, self.room.points, join),
            self._points(known, self.room.strips, join),
        )

    def _points(self, known: Mapping[int, float | None], most: int, join: Join) -> Points:
        step = self._step(most)
        values: list[float | None] = []
        for first in range(0, self.rows, step):
            some = [value for at in range(first, first + step) if (value := known.get(at)) is not None]
            values.append(join(some) if some else None)
        width_s = step * self.width_s
        return Points([float(index * width_s) for index in range(len(values))], width_s, values)
