"""A run, as its conductor has it, in the form that exports read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from loadtest.exports.reading import Standing
from loadtest.exports.server import Newest
from loadtest.metrics.histogram import Histogram
from loadtest.report.info import RunInfo
from loadtest.swarm.account import Account
from loadtest.swarm.server_side.collector import Collector

__all__ = ["Exported", "Inside", "newest_of", "standing_of"]


@dataclass(frozen=True, slots=True)
class Inside:
    """What a conductor holds that exports read, and leave as it is."""

    info: RunInfo
    account: Account
    collector: Collector


class Exported(Protocol):
    """A run as exports see it."""

    @property
    def inside(self) -> Inside:
        """What it holds."""

    @property
    def state(self) -> str:
        """One of hooks, load, quiet, over."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Its summary, once it is concluded."""


def newest_of(run: Exported) -> list[Newest]:
    """Return the newest snapshot of each hooked process."""
    collector = run.inside.collector
    gone = {*collector.silent_boots(), *collector.dead_boots()}
    return [Newest(boot, process.snapshot, boot not in gone) for boot, process in collector.processes.items()]


def standing_of(run: Exported) -> Standing:
    """Return how a run stands now."""
    info, account = run.inside.info, run.inside.account
    counts = account.counts(0.0)
    lag = Histogram()
    for report in account.reports:
        lag.merge(Histogram.from_json(report.loop_lag))
    return Standing(
        run=info.id,
        profile=info.profile,
        seed=info.seed,
        host=info.host,
        version=info.versions["loadtest"],
        created_at=info.started_at.timestamp(),
        t0_at=info.t0_at.timestamp() if info.t0_at else None,
        state=run.state,
        due=counts.due,
        late=counts.late,
        dropped=counts.dropped,
        under_way=counts.under_way,
        cpu_s={report.index: report.cpu_s for report in account.reports},
        loop_lag=lag,
        newest=newest_of(run),
        summary=run.summary,
    )
