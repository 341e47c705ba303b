"""A gold run in stages: a warm-up, a steady stage, and one that the live knob made harder."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.info import StageInfo, TurnInfo
from tests.report.building import BOOT, T0_AT, dropped, error, handler, histogram, snapshot, visit

__all__ = ["STAGES", "TURNS", "staged_records", "staged_server"]

STAGES = (
    StageInfo(0, 0.0, 12.0, True, "12 s, 5 navigations a second, poisson, warm-up"),
    StageInfo(1, 12.0, 30.0, False, "30 s, from 2 to 4 navigations a second in 5 steps, poisson"),
    StageInfo(2, 42.0, 18.5, False, "18.5 s, 8 navigations a second, constant"),
)
TURNS = (
    TurnInfo(20.0, "x2", None),
    TurnInfo(48.25, 12.0, (3.0, 1.0, 0.5)),
    TurnInfo(55.5, None, (1.0, 1.0, 1.0)),
)
_PER_S = (5, 3, 8)
_POINTS = ("P13", "P15", "P16", "P18", "P19")
_PASSED = (Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.HANDSHAKE)


def staged_records() -> list[NavigationRecord]:
    """Return the records; the last stage drops some, and is late."""
    rng = random.Random(5)
    records: list[NavigationRecord] = []
    for stage, per_s in zip(STAGES, _PER_S, strict=True):
        for index in range(int(stage.duration_s * per_s)):
            due_s = round(stage.start_s + index / per_s, 3)
            records.append(_record(len(records), due_s, stage, rng))
    return records


def _record(number: int, due_s: float, stage: StageInfo, rng: random.Random) -> NavigationRecord:
    at, manner = rng.choice(_POINTS), rng.choice(list(Manner))
    slow = 3.0 if stage.is_warm_up else 1.0
    times = {phase: round(slow * rng.lognormvariate(1, 0.5), 3) for phase in (*_PASSED, Phase.LEAVING)}
    if stage.index == 2 and rng.random() < 0.05:
        return replace(dropped(number), due_s=due_s)
    is_failed = stage.index == 2 and rng.random() < 0.03
    started_s = due_s + (0.02 if stage.index == 2 and rng.random() < 0.1 else 0.001)
    return visit(
        number,
        at,
        manner,
        due_s=due_s,
        started_s=started_s,
        left_s=started_s + 0.4,
        phases_ms={Phase.PAGE: times[Phase.PAGE]} if is_failed else times,
        **_ended(at, manner, is_failed=is_failed),
    )


def _ended(at: str, manner: Manner, *, is_failed: bool) -> dict[str, Any]:
    if is_failed:
        return {"outcome": Outcome.LOST, "error": "the server closed the WebSocket", "actual": _by_server()}
    return {"outcome": Outcome.LEFT, "actual": ActualDeparture(at, manner)}


def _by_server() -> ActualDeparture:
    return ActualDeparture("P13", None)


def staged_server(records: Sequence[NavigationRecord]) -> list[Mapping[str, Any]]:
    """Return what the hooks told: at P16 every third visit fails, in the warm-up too."""
    t0 = T0_AT.timestamp()
    lines: list[Mapping[str, Any]] = []
    for sequence, after_s in enumerate((1.0, 6.0, 11.9, 12.9, 30.0, 61.0, 70.0), start=1):
        came = [record for record in records if (record.left_s or 1e9) <= after_s]
        guilty = [record.number for record in came if _is_guilty(record)]
        calls = len(came)
        handlers = [
            handler("connect", calls, 0, histogram(*(_took_ms(record) for record in came))),
            handler("disconnect", calls, len(guilty), histogram(*(0.1 + n / 5000 for n in range(calls)))),
        ]
        told = error(guilty[:20], file="board.py", count=len(guilty))
        lines.append(
            snapshot(
                [told] if guilty else [],
                heard_at=t0 + after_s,
                sequence=sequence,
                visits=calls,
                handlers=handlers,
                residue={"threads": 4, "rss_bytes": 50_000_000 + calls * 1000},
                loop={
                    "lag": histogram(*(1 + n / 100 for n in range(int(after_s)))).to_json(),
                    "longest_ms": 1_400.0,
                    "longest_at": t0 + 0.5,
                },
            )
        )
    entries = [
        {"kind": "error", "number": record.number, "error": 0, "at": t0 + (record.left_s or 0.0)}
        for record in records
        if _is_guilty(record)
    ]
    return [*lines, {"kind": "journal", "boot": BOOT, "entries": entries, "lost": 0}]


def _took_ms(record: NavigationRecord) -> float:
    return 9.0 if record.due_s < STAGES[1].start_s else 0.3 + record.number % 7 / 10


def _is_guilty(record: NavigationRecord) -> bool:
    return record.actual is not None and record.actual.at == "P16" and record.number % 3 == 0
