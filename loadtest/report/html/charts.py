"""The charts of a run: its rates, the latencies of its phases, and its server over time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.report.html.chart import Band, Chart, Line, draw
from loadtest.report.html.course import bands_of, key_of, marks_of, quiet_of
from loadtest.report.html.facts import section
from loadtest.report.html.markup import NOTHING, Markup, element
from loadtest.report.html.overtime import Join, Overtime, highest, last, mean
from loadtest.report.html.room import Room
from loadtest.report.series.series import Series
from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["Charts"]

_ABOUT_PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.PAGE: "From the visit's start until the page is read.",
        Phase.OPEN: "From the page until Engine.IO is open.",
        Phase.UPGRADE: "From long-polling to a WebSocket.",
        Phase.CONNECT: "From the Socket.IO CONNECT until its reply.",
        Phase.HANDSHAKE: "From the app's own handshake until its answer.",
        Phase.LEAVING: "From the departure's first act until the socket is given up.",
    }
)
_FROM_DUE = (
    "By when visits began. “p99 from due” is measured from when the visit should have started, so that a "
    "server that stands still cannot hide behind visits that wait for it."
)
_NO_HOOKS = "No data: no process with hooks told of this."
_PER_S = "a second"
_AT_THE_END = "at the end of each stretch of time"


def _short(value: float) -> str:
    """Return a value in as few digits as tell it apart."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.3g}"


def _megabytes(value: float) -> str:
    return f"{_short(round(value / 1e6, 1))} MB"


@dataclass(frozen=True, slots=True)
class Charts:
    """All charts of one run."""

    summary: Mapping[str, Any]
    series: Series
    room: Room
    _has_quiet: bool = False
    """Whether these are drawn over the whole run, and not to the load's end."""

    def rates(self) -> Markup:
        """Return how many navigations there were over time."""
        looks = {"due": 0, "started": 1, "ended": 2}
        wrong = {"late": 2, "dropped": 3, "failed": 5, "broken": 4}
        charts = [
            self._draw("Due, started, ended", "", _PER_S, self._navigations(looks)),
            self._draw(
                "Not as planned",
                "late: started over 10 ms after it was due. dropped: no user was free. failed: refused, "
                "lost, timed out or failed. broken: saw an assertion broken.",
                _PER_S,
                self._navigations(wrong),
            ),
        ]
        return self._section("rates", "Rates", charts, "How many visits there were a second.")

    def phases(self, table: Markup) -> Markup:
        """Return how long each phase took over time.

        Args:
            table: the same of the whole run.
        """
        charts = [
            self._draw(str(phase).capitalize(), about, "ms", lines)
            for phase, about in _ABOUT_PHASES.items()
            if (lines := self._phase(phase))
        ]
        return self._section("latencies", "Latencies", charts, f"In milliseconds. {_FROM_DUE}", table)

    def server(self) -> Markup:
        """Return the server over time, the quiet after the load too."""
        return replace(self, _has_quiet=True)._over_all()

    def _over_all(self) -> Markup:
        return self._section(
            "server-time",
            "Server over time",
            list(self._server()) if self.series.server else [element("p", _NO_HOOKS, class_="none")],
            "All server processes with hooks together.",
        )

    def _server(self) -> Iterator[Markup]:
        rates = [("Errors", "errors_per_s", 5), ("Handler calls", "calls_per_s", 1)]
        for title, key, look in rates:
            yield self._draw(title, "", _PER_S, [self._held(title.lower(), look, key, mean)])
        held = "What it held of this run's visits. It should come back to 0 when all have gone."
        kinds = [
            self._line(kind, look, ((row.t_s, row.residue.get(kind)) for row in self.series.server), last)
            for look, kind in enumerate(JUDGED_RESIDUE, start=1)
        ]
        yield self._draw("Held, and left behind", held, _AT_THE_END, kinds)
        times = [self._held("p50", 1, "p50_ms", highest), self._held("p99", 5, "p99_ms", highest)]
        yield self._draw("Time in handlers", "", "ms", times)
        lag = [self._held("p99", 5, "loop_lag_p99_ms", highest)]
        yield self._draw("Event loop's lag", "How late it ran what was due.", "ms", lag)
        yield self._draw("Memory", "", "MB", [self._held("resident", 1, "rss_bytes", highest)], _megabytes)
        looks = {"processes": 0, "tasks": 2, "threads": 3}
        running = [self._held(key, look, key, last) for key, look in looks.items()]
        running.append(self._held("calls under way", 5, "in_flight", last))
        yield self._draw("Processes, tasks, threads", "", _AT_THE_END, running)

    @property
    def _time(self) -> Overtime:
        return (Overtime.of if self._has_quiet else Overtime.of_load)(self.series, self.room)

    @property
    def _bands(self) -> list[Band]:
        bands = bands_of(self.summary)
        if self._has_quiet:
            load_s = Overtime.of_load(self.series, self.room).duration_s
            bands += quiet_of(self.summary, load_s, self._time.duration_s)
        return bands

    def _navigations(self, looks: Mapping[str, int]) -> list[Line]:
        width_s = self.series.width_s
        return [
            self._line(
                key, look, ((row.t_s, getattr(row, key) / width_s) for row in self.series.navigations), mean
            )
            for key, look in looks.items()
        ]

    def _phase(self, phase: Phase) -> list[Line]:
        rows = [row for row in self.series.phases if row.phase is phase and row.count]
        keys = [("p50", "p50_ms", 1), ("p95", "p95_ms", 2), ("p99", "p99_ms", 5)]
        if phase is not Phase.LEAVING:  # from due it would include how long the visit meant to stay
            keys.append(("p99 from due", "from_due_p99_ms", 0))
        return [
            self._line(name, look, ((row.t_s, getattr(row, key)) for row in rows), highest)
            for name, key, look in keys
            if rows
        ]

    def _held(self, name: str, look: int, key: str, join: Join) -> Line:
        return self._line(name, look, ((row.t_s, getattr(row, key)) for row in self.series.server), join)

    def _line(self, name: str, look: int, values: Any, join: Join) -> Line:
        return self._time.line(name, look, values, join)

    def _draw(
        self,
        title: str,
        about: str,
        unit: str,
        lines: Sequence[Line],
        form: Callable[[float], str] = _short,
    ) -> Markup:
        duration_s = self._time.duration_s
        marks = marks_of(self.summary)
        return draw(Chart(title, about, lines, duration_s, form, unit, marks, self._bands))

    def _section(
        self, anchor: str, title: str, charts: Sequence[Markup], about: str, table: Markup = NOTHING
    ) -> Markup:
        key = key_of(marks_of(self.summary), self._bands)
        point_s = self._time.point_s
        if point_s > 1 and charts:
            about += f" A point of a line stands for {point_s} s: the highest latency in it, the mean rate."
        return section(
            anchor,
            title,
            table,
            key if charts else None,
            element("div", *charts, class_="charts"),
            about=about,
        )
