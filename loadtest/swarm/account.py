"""The account of one run: what its generators have reported, and what that adds up to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from loadtest.metrics.histogram import Histogram
from loadtest.profile.model import Profile
from loadtest.profile.pacing import schedule_of
from loadtest.report.info import GeneratorInfo
from loadtest.swarm.messages import Report

__all__ = ["Account", "Tick"]

_MOST_TICKS = 3600


@dataclass(frozen=True, slots=True)
class Tick:
    """How the navigations of a run stood at one time; every count is since t0."""

    t_s: float
    """Seconds after t0."""
    due: int
    started: int
    late: int
    dropped: int
    ended: int
    failed: int
    under_way: int


class Account:
    """Adds the generators' last reports up; it has no clock and no network of its own.

    ``alive`` is always the ids of the generators that are still there.
    """

    def __init__(self, profile: Profile, time_s: float) -> None:
        self.members: Mapping[int, str] = {}
        """The generators' ids by the index of their share, once the load has begun."""
        self.profile = profile
        """What they run, with every turn so far in it."""
        self.ticks: list[Tick] = []
        """One a second; of a long run one every second second, and so on."""
        self._tick_step_s = 1.0
        self._next_tick_s = 0.0
        self._time_s = time_s
        self._turns = 0
        self._reports: dict[int, Report] = {}

    def take(self, report: Report) -> None:
        """Keep what a generator has done."""
        if not self._is_done(report.index):  # what a generator burns after its last visit is not load
            self._reports[report.index] = report

    def turn(self, profile: Profile) -> None:
        """Take note of what the generators run from a turn on: who was done may not be any more."""
        self.profile = profile
        self._turns += 1

    def end_at(self, t_s: float) -> None:
        """Take note that no visit is started after this time."""
        self._time_s = min(self._time_s, t_s)

    def is_done(self, alive: Collection[str]) -> bool:
        """Whether nothing more will come from any generator."""
        return all(self._is_done(index) or member not in alive for index, member in self.members.items())

    def _is_done(self, index: int) -> bool:
        report = self._reports.get(index)
        return report is not None and report.is_done and report.turns >= self._turns

    def counts(self, t_s: float) -> Tick:
        """Return how the navigations stand now, ``t_s`` after t0."""
        reports = self._reports.values()
        due = sum(report.due for report in reports)
        dropped = sum(report.dropped for report in reports)
        return Tick(
            t_s=round(t_s, 3),
            due=due,
            started=due - dropped,
            late=sum(report.late for report in reports),
            dropped=dropped,
            ended=sum(report.ended for report in reports),
            failed=sum(report.failed for report in reports),
            under_way=sum(report.under_way for report in reports),
        )

    def tick(self, t_s: float, *, is_last: bool = False) -> None:
        """Keep how the navigations stand, if it is time again."""
        if t_s < self._next_tick_s and not is_last:
            return
        self.ticks.append(self.counts(t_s))
        if len(self.ticks) > _MOST_TICKS:
            self.ticks = self.ticks[::2]
            self._tick_step_s *= 2
        self._next_tick_s = (t_s // self._tick_step_s + 1) * self._tick_step_s

    @property
    def standing(self) -> str:
        """How the navigations stand, for a line of progress."""
        now = self.counts(0.0)
        parts = (
            f"{now.due} due",
            f"{now.under_way} under way",
            f"{now.ended} ended",
            f"{now.failed} failed" + self._last_error(),
            f"{now.dropped} dropped",
        )
        return " · ".join(parts)

    def _last_error(self) -> str:
        errors = [report.last_error for report in self._reports.values() if report.last_error]
        return f" (last: {errors[-1]})" if errors else ""

    @property
    def reports(self) -> Collection[Report]:
        """The last report of each generator."""
        return self._reports.values()

    @property
    def astray(self) -> int:
        """Navigations that came as they were before a turn, whose worker had heard of it too late."""
        return sum(report.astray for report in self._reports.values())

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
        """Count the numbers that dead workers had, and of which no record has come.

        A closed model's tabs take numbers as they go: only those are counted that are known to be lost, and
        at least one for each worker that had not done its share.
        """
        dead = (index for index, member in self.members.items() if member not in alive)
        return sum(self._lost_of(index) for index in dead)

    def _lost_of(self, index: int) -> int:
        profile, report = self.profile, self._reports.get(index)
        if profile.is_closed:
            return 0 if self._is_done(index) else max(report.under_way if report else 0, 1)
        share = schedule_of(profile).share(index, len(self.members))
        expected = sum(1 for arrival in share if arrival.due_s <= self._time_s)
        return expected - (report.ended + report.dropped if report else 0)

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
