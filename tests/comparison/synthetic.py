"""Runs made up with known latencies, for the tests of comparing and for its calibration."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.comparison.side import ReadRun, Side
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.info import GeneratorInfo
from loadtest.report.run import Run
from loadtest.report.summary import summarize
from tests.report.building import histogram, info, visit

__all__ = ["MEDIANS_MS", "Law", "made_run", "records_of", "side_of"]

MEDIANS_MS: Mapping[Phase, float] = {
    Phase.PAGE: 8.0,
    Phase.OPEN: 12.0,
    Phase.CONNECT: 10.0,
    Phase.HANDSHAKE: 30.0,
    Phase.LEAVING: 0.4,
}


@dataclass(frozen=True, slots=True)
class Law:
    """How the latencies of a run come about: lognormal, with a memory and a run's own level."""

    visits: int = 500
    duration_s: float = 20.0
    spread: float = 0.3
    """Standard deviation of the logarithm."""
    memory: float = 0.0
    """Correlation of one visit with the next."""
    run_spread: float = 0.0
    """Standard deviation of the run's own level, for each phase."""
    times: Mapping[Phase, float] = field(default_factory=dict)
    """By what factor a phase is slower."""
    ramp: float = 0.0
    """By how much the logarithm grows until the end of the run."""
    outcome: Callable[[int], Outcome] | None = None
    """What becomes of a visit, by its number; completed by default."""


def records_of(law: Law, seed: int) -> list[NavigationRecord]:
    """Return the records of a run."""
    rng = random.Random(seed)
    arrivals = random.Random(1)  # the profile's seed: the same in all runs
    due_s = sorted(arrivals.uniform(0, law.duration_s) for _ in range(law.visits))
    levels = {phase: rng.gauss(0, law.run_spread) for phase in MEDIANS_MS}
    state = {phase: rng.gauss(0, 1) for phase in MEDIANS_MS}
    made = []
    for number, at_s in enumerate(due_s):
        times = {}
        for phase, median in MEDIANS_MS.items():
            fresh = math.sqrt(1 - law.memory**2)
            state[phase] = law.memory * state[phase] + fresh * rng.gauss(0, 1)
            log = levels[phase] + law.spread * state[phase] + law.ramp * at_s / law.duration_s
            times[phase] = median * law.times.get(phase, 1.0) * math.exp(log)
        outcome = law.outcome(number) if law.outcome else Outcome.COMPLETED
        made.append(
            visit(
                number,
                "stay",
                Manner.WS_CLOSE,
                due_s=at_s,
                started_s=at_s + 0.001,
                left_s=at_s + 0.2,
                actual=ActualDeparture("P19", Manner.WS_CLOSE),
                outcome=outcome,
                phases_ms=times,
            )
        )
    return made


def made_run(
    records: Sequence[NavigationRecord], name: str = "run", *, has_summary: bool = True, **changes: Any
) -> ReadRun:
    """Return a run without hooks, read and summed up."""
    lag = GeneratorInfo(processes=1, cpu=0.2, loop_lag=histogram(0.1, 0.2, 0.3))
    run = Run(Path("results") / name, info(**{"generator": lag, **changes}), tuple(records), None)
    return ReadRun(run, summarize(run) if has_summary else {})


def side_of(*laws: Law, seed: int, name: str = "side", **changes: Any) -> Side:
    """Return a side of one run for each law."""
    runs = (
        made_run(records_of(law, 1000 * seed + index), f"{name}-{index}", **changes)
        for index, law in enumerate(laws)
    )
    return Side(name, tuple(runs))
