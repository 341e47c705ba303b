"""The account of one run: what its generators have reported, and what that adds up to."""

from collections.abc import Collection, Mapping

from loadtest.metrics.histogram import Histogram
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Schedule
from loadtest.report.info import GeneratorInfo
from loadtest.swarm.messages import Report

__all__ = ["Account"]


class Account:
    """Adds the generators' last reports up; it has no clock and no network of its own.

    ``alive`` is always the ids of the generators that are still there.
    """

    def __init__(self, profile: Profile, time_s: float) -> None:
        self.members: Mapping[int, str] = {}
        """The generators' ids by the index of their share, once the load has begun."""
        self._profile = profile
        self._time_s = time_s
        self._reports: dict[int, Report] = {}

    def take(self, report: Report) -> None:
        """Keep what a generator has done."""
        before = self._reports.get(report.index)
        if before is None or not before.is_done:  # what a generator burns after its last visit is not load
            self._reports[report.index] = report

    def is_done(self, alive: Collection[str]) -> bool:
        """Whether nothing more will come from any generator."""
        return all(self._is_done(index) or member not in alive for index, member in self.members.items())

    def _is_done(self, index: int) -> bool:
        report = self._reports.get(index)
        return report is not None and report.is_done

    @property
    def standing(self) -> str:
        """How the navigations stand, for a line of progress."""
        reports = self._reports.values()
        parts = (
            f"{sum(report.due for report in reports)} due",
            f"{sum(report.under_way for report in reports)} under way",
            f"{sum(report.ended for report in reports)} ended",
            f"{sum(report.failed for report in reports)} failed" + self._last_error(),
            f"{sum(report.dropped for report in reports)} dropped",
        )
        return " · ".join(parts)

    def _last_error(self) -> str:
        errors = [report.last_error for report in self._reports.values() if report.last_error]
        return f" (last: {errors[-1]})" if errors else ""

    @property
    def ping_s(self) -> float:
        """The largest ping interval + ping time-out that any visit has been told; 0 before any."""
        return max((report.ping_s for report in self._reports.values()), default=0.0)

    def count_under_way(self, alive: Collection[str]) -> int:
        """Count the visits that have begun and not ended; a dead worker's are among the lost numbers."""
        return sum(
            report.under_way for index, report in self._reports.items() if self.members.get(index) in alive
        )

    def count_lost(self, alive: Collection[str]) -> int:
        """Count the numbers that dead workers had, and of which no record has come."""
        lost = 0
        profile = self._profile
        for index, member in self.members.items():
            if member in alive:
                continue
            schedule = Schedule(profile.stages, profile.seed, profile.max_visits, profile.turns)
            share = schedule.share(index, len(self.members))
            expected = sum(1 for arrival in share if arrival.due_s <= self._time_s)
            report = self._reports.get(index)
            lost += expected - (report.ended + report.dropped if report else 0)
        return lost

    def generator(self, elapsed_s: float) -> GeneratorInfo:
        """Return how the generators themselves fared in so many seconds of load."""
        lag = Histogram()
        for report in self._reports.values():
            lag.merge(Histogram.from_json(report.loop_lag))
        cpu_s = max((report.cpu_s for report in self._reports.values()), default=None)
        return GeneratorInfo(
            processes=len(self.members),
            cpu=None if cpu_s is None else round(cpu_s / elapsed_s, 3),
            loop_lag=lag if lag.count else None,
        )
