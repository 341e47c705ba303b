"""A gold run in which a server dies and is restarted, and forgets whoever comes back."""

import random
from collections.abc import Mapping
from typing import Any

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from tests.report.building import T0_AT, handler, histogram, snapshot, visit

__all__ = ["broken_records", "broken_server"]

ONCE = "welcome arrives once"
_LIVES = 6
_LIFE_S = 8.0
_DOWN_S = 1.0
_VISITS = 40
_EARLY = (Phase.PAGE, Phase.OPEN, Phase.CONNECT)


def broken_records() -> list[NavigationRecord]:
    """Return the records: who is silent at P17 kills the server, who left at P16 is forgotten."""
    rng = random.Random(11)
    records: list[NavigationRecord] = []
    for life in range(_LIVES):
        begins_s = life * (_LIFE_S + _DOWN_S)
        for index in range(0, _VISITS, 2):
            at_s = begins_s + index * (_LIFE_S - 2) / _VISITS
            first = _early(len(records), at_s, rng)
            records += [first, _staying(len(records) + 1, at_s + 0.5, first, rng)]
        records += _death(len(records), begins_s + _LIFE_S)
    return records


def _early(number: int, at_s: float, rng: random.Random) -> NavigationRecord:
    at = rng.choice(["P13", "P16", "P18"])
    transport = Transport.WEBSOCKET if at == "P13" else rng.choice([Transport.WEBSOCKET, Transport.POLLING])
    return _visit(number, at_s, 0.05, at, Manner.FIN, rng, transport=transport)


def _staying(number: int, at_s: float, before: NavigationRecord, rng: random.Random) -> NavigationRecord:
    wrong = None
    if before.planned_at == "P16":
        wrong = rng.choice(["did not come within 2 s"] * 4 + ["came twice, not once"])
    return _visit(
        number,
        at_s,
        0.6,
        "P19",
        Manner.WS_CLOSE,
        rng,
        planned_at="stay",
        outcome=Outcome.COMPLETED,
        previous=before.number,
        move=rng.choice([Move.NAVIGATE, Move.RELOAD]),
        was_ahead=True,
        assertions={ONCE: wrong, "clock keeps ticking": None},
    )


def _death(number: int, at_s: float) -> list[NavigationRecord]:
    rng = random.Random(number)
    lost: dict[str, Any] = {
        "outcome": Outcome.LOST,
        "error": "the server closed the connection",
        "planned_at": "stay",
    }
    refused: dict[str, Any] = {
        "outcome": Outcome.FAILED,
        "error": "connection refused",
        "planned_at": "stay",
        "phases_ms": {},
    }
    killer = _visit(number, at_s - 0.04, 0.04, "P17", Manner.SILENT, rng)
    victims = [_visit(number + n, at_s - 0.5, 0.5, "P18", None, rng, **lost) for n in (1, 2, 3)]
    late = [_visit(number + n, at_s + n / 10, 0.001, "P00", None, rng, **refused) for n in (4, 5, 6, 7)]
    return [killer, *victims, *late]


def _visit(
    number: int,
    at_s: float,
    lasted_s: float,
    at: str,
    manner: Manner | None,
    rng: random.Random,
    **changes: Any,
) -> NavigationRecord:
    times = {phase: round(rng.lognormvariate(0.5, 0.5), 3) for phase in (*_EARLY, Phase.LEAVING)}
    known = {
        "due_s": at_s,
        "started_s": at_s,
        "left_s": at_s + lasted_s,
        "actual": ActualDeparture(at, manner),
        "phases_ms": times,
    }
    return visit(number, at, manner, **{**known, **changes})


def broken_server() -> list[Mapping[str, Any]]:
    """Return what the hooks told: one process after the other."""
    t0 = T0_AT.timestamp()
    handlers = [handler("connect", 40, 0, histogram(0.2, 0.4)), handler("disconnect", 39, 0, histogram(0.1))]
    return [
        snapshot(
            boot=f"{life:016x}",
            pid=4711 + life,
            sequence=sequence,
            visits=40,
            heard_at=t0 + life * (_LIFE_S + _DOWN_S) + after_s,
            handlers=handlers,
            residue={"threads": 4, "rss_bytes": 50_000_000},
        )
        for life in range(_LIVES + 1)
        for sequence, after_s in enumerate((0.5, 7.4), start=1)
    ]
