"""An hour's run with as much in it as a bad night brings: of everything more than a page has room for."""

import random
from pathlib import Path
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.course import StageInfo, TurnInfo
from loadtest.report.run import Run
from loadtest.report.series.series import NavigationRow, PhaseRow, Series, ServerRow
from loadtest.report.server import JUDGED_RESIDUE
from tests.report.building import boots_of, error, handler, histogram, hooked, info, snapshot, visit

__all__ = ["hours_run", "hours_series"]

_WIDTH_S = 8
_ROWS = 450
"""What ``series_of`` makes of an hour."""
FINDINGS = 30
_VISITS = 600


def hours_run(name: str = "handle_disconnect") -> Run:
    """Return the run; ``name`` is in whatever an app may name."""
    rng = random.Random(3)
    records = [_record(number, name, rng) for number in range(_VISITS)]
    frames = [f'  File "/srv/app/{name}_{line}.py", line {line}, in {name}' for line in range(50)]
    traceback = "\n".join(["Traceback (most recent call last):", *frames, f"KeyError: {name}"])
    errors = [_error(index, name, traceback, rng) for index in range(FINDINGS)]
    handlers = [handler(f"{name} {index}", 9_000 + index, index, histogram(1, 2, 3)) for index in range(120)]
    last = snapshot(errors, visits=_VISITS, handlers=handlers, sequence=9)
    tracebacks: list[Any] = [{"kind": "error", "boot": last["boot"], **one} for one in errors]
    stages = tuple(
        StageInfo(index, index * 60.0, 60.0, False, f"60 s, {index} a second {name}") for index in range(60)
    )
    told = info(
        duration_s=3_600.0,
        stages=stages,
        turns=tuple(TurnInfo(30.0 * index, f"x{index}", (1.0, 2.0, 3.0)) for index in range(100)),
        thresholds={"phases.handshake": tuple(f"p(95)<{limit}" for limit in range(1, 150))},
        profile_text="\n".join(f"{name}_{line} = {line}" for line in range(900)),
    )
    return Run(Path("results/hour"), told, tuple(records), hooked(*tracebacks, last), boots_of(last))


def _record(number: int, name: str, rng: random.Random) -> NavigationRecord:
    at, manner = rng.choice(list(POINTS)), rng.choice([*Manner, None])
    is_failed = manner is None
    return visit(
        number,
        at,
        manner,
        due_s=number * 6.0,
        started_s=number * 6 + 0.001,
        left_s=number * 6 + 0.5,
        planned_manner=rng.choice(list(Manner)),
        transport=rng.choice(list(Transport)),
        actual=ActualDeparture(at, manner),
        outcome=Outcome.LOST if is_failed else Outcome.LEFT,
        error=f"{name} {rng.randrange(90)}" if is_failed else None,
        phases_ms={phase: rng.lognormvariate(1, 1) for phase in Phase},
    )


def _error(index: int, name: str, traceback: str, rng: random.Random) -> dict[str, Any]:
    numbers = rng.sample(range(_VISITS), 90)
    what = f"KeyError in {name}_{index}"
    return error(numbers, id=index, what=what, line=index, traceback=traceback)


def hours_series() -> Series:
    """Return its figures over time: no two of them alike."""
    rng = random.Random(4)
    times = [_WIDTH_S * index for index in range(_ROWS)]

    def some(most: float) -> float:
        return rng.uniform(0, most)

    return Series(
        _WIDTH_S,
        3_600.0,
        tuple(NavigationRow(at, *(rng.randrange(900) for _ in range(7))) for at in times),
        tuple(
            PhaseRow(at, phase, 9, some(50), some(90), some(200), some(400))
            for at in times
            for phase in Phase
        ),
        tuple(
            ServerRow(
                at,
                some(900),
                some(9),
                some(4),
                some(90),
                rng.randrange(50),
                4,
                {kind: rng.randrange(500) for kind in JUDGED_RESIDUE},
                rng.randrange(500),
                rng.randrange(90),
                rng.randrange(10**9),
                some(40),
            )
            for at in times
        ),
    )
